"""A whole `detector train` that is killed twenty times, and goes on after each kill from what it had."""

import random
import signal
import sys
from multiprocessing import get_context

import pytest
from crashes import killed_before
from test_toy_training import settings

from detector.training.train import train

KILLS = 20


def run(folder, event):
    """Train in a process of its own, which is killed before a change of a file; the event None kills it never."""
    sys.addaudithook(killed_before(event, folder)[0])
    train(settings(folder, n_jobs=2))


def exit_code(folder, event):
    """Return how a run ended, negative for a signal; it is no child of a process that may hold threads of libraries."""
    process = get_context("forkserver").Process(target=run, args=(folder, event))
    process.start()
    process.join()
    return process.exitcode


def content(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_training_run_that_is_killed_twenty_times_writes_the_models_of_one_that_is_not(tmp_path):
    pytest.importorskip("torch")
    (tmp_path / "whole").mkdir()
    assert exit_code(tmp_path / "whole", None) == 0
    folder = tmp_path / "killed"
    (folder / "models").mkdir(parents=True)
    (folder / "models" / "README.md").write_text("Card.")
    choose = random.Random(1)
    # Each run finds the steps of those before it: few changes are a step more, many are the models, written at last.
    ends = [choose.randrange(6, 14) for _ in range(KILLS - 6)]
    ends += [40, 80, 120, 160, 200, 240]
    names = set()
    for end in ends:
        assert exit_code(folder, end) in (-signal.SIGKILL, 0)
        found = content(folder)
        assert found["models/README.md"] == b"Card."
        steps = {name for name in found if name.endswith(".joblib")}
        assert names <= steps  # nothing that was kept is lost
        names = steps
    assert exit_code(folder, None) == 0
    models = content(folder / "models")
    assert models.pop("README.md") == b"Card."
    assert models == content(tmp_path / "whole" / "models")
    assert content(folder).keys() == content(tmp_path / "whole").keys() | {"models/README.md"}
