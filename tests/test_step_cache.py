"""A step's result is found again exactly while nothing that it depends on changes."""

import importlib
import json
import sys

import pytest

from detector.training import forms, step_cache, thesaurus
from detector.training.step_cache import StepCache, source_digest


@pytest.fixture
def runs():
    return []


@pytest.fixture
def cache(tmp_path):
    return lambda: StepCache(tmp_path / "work")


def double(cache, runs, **depends):
    def work():
        runs.append("double")
        return 2

    return cache.step("double", work, code=[step_cache], **depends)


def test_a_result_is_found_again(cache, runs, tmp_path):
    (tmp_path / "input.txt").write_text("a")
    depends = {"settings": (1, "x"), "inputs": [tmp_path / "input.txt"]}
    announced = []
    first = StepCache(tmp_path / "work", announced.append)
    assert double(first, runs, **depends) == double(cache(), runs, **depends) == 2
    assert runs == announced == ["double"]


def test_other_settings_have_another_result(cache, runs):
    for settings in (1, 1.0, "1", (1,)):
        double(cache(), runs, settings=settings)
    assert len(runs) == 4


def test_a_changed_file_is_seen_in_a_folder_too(cache, runs, tmp_path):
    folder = tmp_path / "lexicon"
    folder.mkdir()
    (folder / "words.txt").write_text("a")
    double(cache(), runs, inputs=[folder])
    (folder / "words.txt").write_text("b")
    double(cache(), runs, inputs=[folder])
    (folder / "words.txt").rename(folder / "others.txt")
    double(cache(), runs, inputs=[folder])
    assert len(runs) == 3


def test_a_step_depends_on_the_steps_before_it(cache, runs):
    for settings in (1, 2, 2):
        steps = cache()
        steps.step("first", lambda: 1, settings=settings, code=[step_cache])
        double(steps, runs, after=["first"])
    assert len(runs) == 2
    with pytest.raises(KeyError, match="first"):
        double(cache(), runs, after=["first"])


def test_only_the_newest_result_of_a_step_is_kept(cache, runs, tmp_path):
    steps = cache()
    double(steps, runs, settings=1)
    steps.step("double_model", lambda: 3, code=[step_cache])
    double(steps, runs, settings=2)
    names = sorted(path.name.rpartition("-")[0] for path in steps.folder.iterdir())
    assert names == ["double", "double_model"]
    assert steps.scratch_file("double", ".pt").stem in {path.stem for path in steps.folder.iterdir()}


def test_a_step_that_fails_leaves_no_result(cache, runs):
    def fail():
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        cache().step("double", fail, code=[step_cache])
    assert double(cache(), runs) == 2


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Make a package of a module that imports another, late, and has a data file."""
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "data").mkdir()
    files = {
        "__init__.py": "",
        "fit.py": "def fit():\n    from toy.tools import add\n    return add\n",
        "tools.py": "import json\nadd = 1\n",
        "other.py": "add = 2\n",
        "data/words.txt": "a",
    }
    for name, text in files.items():
        (tmp_path / "toy" / name).write_text(text)
    monkeypatch.setattr(step_cache, "_PACKAGE", "toy")
    monkeypatch.setattr(step_cache, "_ROOT", tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    source_digest.cache_clear()
    yield tmp_path / "toy"
    source_digest.cache_clear()
    for name in [name for name in sys.modules if name.partition(".")[0] == "toy"]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("name", "changes"),
    [("fit.py", True), ("tools.py", True), ("data/words.txt", True), ("other.py", False)],
)
def test_a_step_depends_on_the_code_that_computes_it(package, cache, runs, name, changes):
    fit = importlib.import_module("toy.fit").fit
    for _ in range(2):
        source_digest.cache_clear()
        cache().step("fit", lambda: runs.append("fit"), code=[fit])
        (package / name).write_text((package / name).read_text() + "\n# changed\n")
    assert len(runs) == 1 + changes


def test_code_of_other_packages_is_refused(cache):
    with pytest.raises(ValueError, match="is not of detector"):
        cache().step("fit", lambda: 1, code=[json])


def test_the_digest_of_a_module_follows_its_imports():
    names = {path.stem for path in step_cache._sources(thesaurus.__name__)}
    assert {"thesaurus", "inflection", "phrase_tables", "vocabulary", "spintax", "engine_b"} <= names
    assert "forms" not in names
    assert "forms" in {path.stem for path in step_cache._sources(forms.__name__)}
