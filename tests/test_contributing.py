"""CONTRIBUTING.md: its steps for a cue and a report format, done in a copy of the package."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import detector
from detector.model_store import MODELS_VARIABLE, find_models

TESTS = Path(__file__).resolve().parent
GUIDE = TESTS.parent / "CONTRIBUTING.md"
BLOCK = re.compile(r'^```\w+ title="([^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)


def blocks():
    """The files that the guide shows: path and content."""
    return dict(BLOCK.findall(GUIDE.read_text(encoding="utf-8")))


@pytest.fixture
def copy(tmp_path):
    """A copy of the package and of the tests that the guide says to run."""
    ignored = shutil.ignore_patterns("__pycache__", "models", "training")
    shutil.copytree(Path(detector.__file__).parent, tmp_path / "detector", ignore=ignored)
    (tmp_path / "tests").mkdir()
    for name in ("cases", "fuzz"):
        shutil.copytree(TESTS / name, tmp_path / "tests" / name, ignore=ignored)
    for name in ("test_cue_cases.py", "test_report_formats.py"):
        shutil.copy(TESTS / name, tmp_path / "tests")
    return tmp_path


def python(copy, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(copy), MODELS_VARIABLE: str(find_models()), "COLUMNS": "100"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=copy,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def named_in(path, module, opening, item):
    """Follow the guide's prose: import a module, and put its object into a tuple."""
    code = path.read_text(encoding="utf-8")
    package = ".".join(path.with_suffix("").parts[path.parts.index("detector") :][:2])
    before, found, after = code.partition(opening)
    assert found, opening
    path.write_text(
        f"{before}{found}{item}, {after}".replace(f"from {package} import ", f"from {package} import {module}, ", 1)
    )


def passed(run):
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.mark.slow
def test_a_cue_is_one_module_one_line_and_its_cases(copy):
    (module,) = (name for name in blocks() if name.startswith("detector/cues/"))
    cue = Path(module).stem
    (copy / module).write_text(blocks()[module], encoding="utf-8")
    named_in(copy / "detector" / "cues" / "__init__.py", cue, "CUES: tuple[Cue, ...] = (", f"{cue}.CUE")
    for name, rows in blocks().items():
        if name.startswith("tests/cases/"):
            with (copy / name).open("a", encoding="utf-8") as file:
                file.write(rows)
    # Its own cases, and the tests that ask for cases, an explanation, and a place in every format and in the schema.
    wanted = f"{cue} or every_cue or half_of_the_cases or have_the_fields or case_stands_twice"
    out = passed(python(copy, "-m", "pytest", "-p", "no:cacheprovider", "-q", "tests", "-k", wanted))
    assert int(re.search(r"(\d+) passed", out).group(1)) >= 8
    assert "doubled word" in passed(python(copy, "-m", "detector", "explain", cue))
    schema = json.loads(passed(python(copy, "-m", "detector", "schema")))
    assert cue in schema["$defs"]["cue"]["enum"]


@pytest.mark.slow
def test_a_cue_without_cases_is_refused(copy):
    (module,) = (name for name in blocks() if name.startswith("detector/cues/"))
    cue = Path(module).stem
    (copy / module).write_text(blocks()[module], encoding="utf-8")
    named_in(copy / "detector" / "cues" / "__init__.py", cue, "CUES: tuple[Cue, ...] = (", f"{cue}.CUE")
    run = python(copy, "-m", "pytest", "-p", "no:cacheprovider", "-q", "tests/test_cue_cases.py", "-k", "near_misses")
    assert run.returncode == 1
    assert f"[{cue}]" in run.stdout


@pytest.mark.slow
def test_a_report_format_is_one_module_and_one_line(copy):
    (module,) = (name for name in blocks() if name.startswith("detector/report/"))
    name = Path(module).stem
    (copy / module).write_text(blocks()[module], encoding="utf-8")
    formats = copy / "detector" / "report" / "formats.py"
    named_in(formats, name, "REPORT_FORMATS: tuple[ReportFormat, ...] = (", f"{name}.FORMAT")
    passed(
        python(
            copy, "-m", "pytest", "-p", "no:cacheprovider", "-q", "tests/test_report_formats.py", "-k", "every_format"
        )
    )
    text = "Nobody spoke.\nThe hаrbour was empty, and the boats lay still."  # the first a of "harbour" is Cyrillic
    (copy / "a.txt").write_text(text, encoding="utf-8")
    out = passed(python(copy, "-m", "detector", "annotate", "--isolated", "--format", name, "a.txt"))
    assert out.startswith("a.txt:2:5: word with look-alike letters: ")
    passed(python(copy, "-m", "detector", "annotate", "--isolated", "-q", "-o", f"out.{name}", "a.txt"))
    assert (copy / f"out.{name}").read_text(encoding="utf-8") == out


def test_the_guide_names_files_that_are_there():
    guide = GUIDE.read_text(encoding="utf-8")
    shown = set(blocks())
    paths = {p for p in re.findall(r"`((?:detector|tests|docs|models)/[\w./]+)`", guide) if "KIND" not in p}
    assert len(paths) >= 10
    for path in paths - shown:
        if not path.startswith("models/"):
            assert (TESTS.parent / path).exists(), path
