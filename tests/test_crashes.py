"""Killed at any moment, or on a full disk: what was there stays whole, and the next run does what was to be done."""

import json
import os
import random
import resource
import shutil
import signal
import sys
from functools import partial
from pathlib import Path

import pytest
from crashes import in_a_child, killed_before
from fuzz.generator import english

from detector import detect_many
from detector.cache import ResultCache
from detector.cli import main
from detector.cli.call import signature
from detector.errors import InputError
from detector.files import alone_in
from detector.training.model_folder import publish
from detector.training.step_cache import StepCache
from detector.version import __version__

KILLS = 20


@pytest.fixture
def documents(tmp_path, monkeypatch, models):
    """Return the names of documents in a folder that is the working folder."""
    monkeypatch.chdir(tmp_path)
    names = [f"{number}.txt" for number in range(8)]
    for number, name in enumerate(names):
        Path(name).write_text(english(random.Random(number), 4), encoding="utf-8")
    return names


def content(folder):
    """Return what the files below a folder hold, but for what a killed writer has not renamed."""
    files = (p for p in Path(folder).rglob("*") if p.is_file() and p.suffix not in (".partial", ".copied"))
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


def kills(work, folder, seed=1):
    """Yield up to `KILLS` times, each time after `work` was killed before another change of a file below the folder.

    The folder is as it was at first each time.
    """
    kept = folder.with_name("kept")
    shutil.copytree(folder, kept)
    seen = folder.with_name("seen")

    def count():
        hook, events = killed_before(None, folder)
        sys.addaudithook(hook)
        work()
        seen.write_text(str(len(events)))

    assert in_a_child(count) == 0
    events = range(1, int(seen.read_text()) + 1)
    for event in random.Random(seed).sample(events, min(KILLS, len(events))):
        shutil.rmtree(folder)
        shutil.copytree(kept, folder)

        def killed(event=event):
            sys.addaudithook(killed_before(event, folder)[0])
            work()

        assert in_a_child(killed) == -signal.SIGKILL
        yield event


@pytest.mark.parametrize("count", [8, 1], ids=["--output-dir", "-o"])
def test_reports_are_the_former_or_the_new_ones_whenever_their_writer_is_killed(tmp_path, documents, count):
    documents = documents[:count]
    Path("out").mkdir()
    places = ["-o", "out/0.txt.json"] if count == 1 else ["--output-dir", str(tmp_path / "out")]
    command = ["annotate", "--format", "json", *places, *documents]
    assert main(command) == 0
    new = content("out")
    former = dict.fromkeys(new, b"Former.")
    for name in former:
        Path("out", name).write_bytes(former[name])
    n = 0
    for _ in kills(lambda: main(command), tmp_path / "out"):
        n += 1
        found = content("out")
        assert found.keys() == new.keys()
        assert all(found[name] in (former[name], new[name]) for name in new)
        assert main(command) == 0
        assert content("out") == new
    assert n >= (KILLS if count > 1 else 2)


def test_a_cache_has_no_wrong_report_whenever_its_writer_is_killed(tmp_path, documents, capsys):
    command = ["annotate", "--format", "json", "--cache", str(tmp_path / "cache"), *documents]
    assert main(command[:3] + command[5:]) == 0
    expected = capsys.readouterr().out
    texts = [Path(name).read_bytes().decode() for name in documents]
    reports = list(detect_many(texts))
    (tmp_path / "cache").mkdir()
    n = 0
    for _ in kills(lambda: main(command), tmp_path / "cache"):
        n += 1
        cache = ResultCache.open(tmp_path / "cache", __version__, signature(), None)
        assert all(cache.get(t) in (None, r) for t, r in zip(texts, reports, strict=True))
        capsys.readouterr()
        assert main(command) == 0
        assert capsys.readouterr().out == expected
        assert [cache.get(text) for text in texts] == reports
    assert n == KILLS


def test_two_processes_share_a_cache_and_an_output(tmp_path, documents):
    assert main(["annotate", "-o", "alone.json", *documents]) == 0
    command = ["annotate", "--cache", "cache", "-o", "out/report.json", *documents]
    os.mkdir("out")
    for _ in range(3):
        shutil.rmtree("cache", ignore_errors=True)
        children = []
        for _ in range(2):
            if not (child := os.fork()):
                os._exit(main(command))
            children.append(child)
        assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0]
        assert content("out") == {"report.json": Path("alone.json").read_bytes()}
        assert len(list(Path("cache").glob("*/*.json"))) == len(documents)
        assert not list(Path().rglob("*.partial"))
        assert not list(Path().rglob("*.lock"))


def fill(disk, free):
    """Leave so many blocks of a disk free."""
    stats = os.statvfs(disk)
    (disk / "filler").write_bytes(bytes(max(0, stats.f_bavail - free) * stats.f_bsize))


def test_a_disk_that_is_full_at_any_write_leaves_the_former_report(small_disk, documents, capsys):
    assert main(["annotate", "-o", "alone.json", *documents]) == 0
    path = small_disk / "report.json"
    codes = []
    for free in range(12):
        (small_disk / "filler").unlink(missing_ok=True)
        path.write_text("Former.")
        fill(small_disk, free)
        capsys.readouterr()
        codes.append(main(["annotate", "-o", str(path), *documents]))
        if codes[-1]:
            assert "cannot be written: No space left on device" in capsys.readouterr().err
            assert path.read_text() == "Former."
        else:
            assert path.read_bytes() == Path("alone.json").read_bytes()
        assert sorted(p.name for p in small_disk.iterdir()) == ["filler", "report.json"]
    assert set(codes) == {0, 2}


def test_a_disk_that_is_full_at_any_write_keeps_no_report_and_stops_nobody(small_disk, documents, capsys):
    assert main(["score", "--format", "jsonl", *documents]) == 0
    expected = capsys.readouterr().out
    command = ["score", "--format", "jsonl", "--cache", str(small_disk / "cache"), *documents]
    kept = set()
    (small_disk / "cache").mkdir()
    for free in range(12):
        (small_disk / "filler").unlink(missing_ok=True)
        shutil.rmtree(small_disk / "cache")
        (small_disk / "cache").mkdir()
        fill(small_disk, free)
        assert main(command) == 0
        assert capsys.readouterr().out == expected
        kept.add(len(list((small_disk / "cache").glob("*/*.json"))))
        assert not list(small_disk.rglob("*.partial"))
    assert min(kept) == 0 < max(kept)


# -- what `train` writes: results of steps in its work folder, and the models


def test_steps_of_training_are_whole_or_absent_whenever_they_are_killed(tmp_path):
    def steps(settings=3):
        cache = StepCache(tmp_path / "work")
        work = (list, range(settings, 3000))
        return [cache.step(f"step{n}", partial(*work), settings=settings, code=[StepCache]) for n in range(6)]

    expected = steps()
    shutil.rmtree(tmp_path / "work")
    steps(settings=2)  # results of other keys, which are replaced
    n = 0
    for _ in kills(steps, tmp_path / "work"):
        n += 1
        assert steps() == expected
    assert n >= 15


@pytest.fixture
def two_models(tmp_path):
    """Return a folder with models, one with other models to publish there, and what each holds."""
    for name, files in (("output", ("a/b.npy", "a/c.npy", "old/d.json")), ("new", ("a/b.npy", "a/c.npy", "e.json"))):
        for file in files:
            path = tmp_path / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{name} {file}" * 2000)
        (tmp_path / name / "manifest.json").write_text(json.dumps({"files": {file: {} for file in files}}))
    (tmp_path / "output" / "README.md").write_text("Card.")
    (tmp_path / "output" / "old" / "picture.png").write_text("Picture.")
    return tmp_path / "output", tmp_path / "new"


def after(output, new):
    return content(new) | {name: content(output)[name] for name in ("README.md", "old/picture.png")}


def test_models_are_the_former_until_all_new_ones_are_there(two_models):
    output, new = two_models
    former, expected = content(output), after(output, new)
    states = []
    for _ in kills(lambda: publish(new, output), output):
        states.append(content(output))
        publish(new, output)
        assert content(output) == expected
        assert not list(output.rglob("*.copied"))
    assert former in states
    assert all(set(state) >= set(former) & set(expected) for state in states)


def test_a_full_disk_leaves_the_former_models(two_models):
    output, new = two_models
    former = content(output)

    def work():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
        with pytest.raises(OSError, match="File too large"):
            publish(new, output)

    assert in_a_child(work) == 0
    assert content(output) == former
    assert not list(output.rglob("*.copied"))


def test_a_folder_has_one_run_at_a_time(tmp_path):
    def second():
        with pytest.raises(InputError, match="another run works in this folder"), alone_in(tmp_path):
            raise AssertionError

    with alone_in(tmp_path):
        assert in_a_child(second) == 0

    def dies():
        with alone_in(tmp_path):
            os.kill(os.getpid(), signal.SIGKILL)

    assert in_a_child(dies) == -signal.SIGKILL
    with alone_in(tmp_path):
        assert (tmp_path / ".detector.lock").exists()
    assert not (tmp_path / ".detector.lock").exists()
