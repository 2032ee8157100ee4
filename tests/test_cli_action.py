"""The GitHub Action: its own script, run as a runner runs it, on an article and on a spun one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from detector.readers import SUFFIXES

ROOT = Path(__file__).resolve().parents[1]
ARTICLES = ROOT / "notebooks" / "articles"
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


@pytest.fixture
def step(tmp_path):
    """Run the step that judges; return its exit code and its findings."""
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "detector"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m detector "$@"\n')
    command.chmod(0o755)
    (tmp_path / "texts").mkdir()
    (judging,) = (s for s in ACTION["runs"]["steps"] if s.get("id") == "annotate")

    def run(**inputs):
        values = {name: str(spec["default"]) for name, spec in ACTION["inputs"].items()} | inputs
        names = {name: value.removeprefix("${{ inputs.").removesuffix(" }}") for name, value in judging["env"].items()}
        path = os.pathsep.join(p for p in sys.path if p)
        made = subprocess.run(
            ["bash", "-e", "-c", judging["run"]],
            cwd=tmp_path,
            env={
                **os.environ,
                **{name: values[key] for name, key in names.items()},
                "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}",
                "PYTHONPATH": path,
                "RUNNER_TEMP": str(tmp_path),
                "GITHUB_OUTPUT": str(tmp_path / "output"),
            },
            check=False,
            capture_output=True,
            text=True,
        )
        (line,) = set((tmp_path / "output").read_text().splitlines())
        found = Path(line.removeprefix("sarif="))
        return made.returncode, json.loads(found.read_text(encoding="utf-8")) if found.exists() else made.stderr

    run.texts = tmp_path / "texts"
    return run


@pytest.mark.slow
def test_it_reports_findings_and_fails_if_it_should(step):
    for name in ("harbour-talks-spun.txt", "harbour-talks.txt"):
        (step.texts / name).write_text((ARTICLES / name).read_text(encoding="utf-8"), encoding="utf-8")
    code, log = step(paths="texts")
    assert code == 0
    levels = {r["level"] for r in log["runs"][0]["results"]}
    assert "warning" in levels
    assert step(paths="texts", fail="true")[0] == 1
    assert step(paths="texts/harbour-talks.txt", fail="true")[0] == 0
    assert step(paths="texts", fail="true", options="--exclude *spun*")[0] == 0


def test_wrong_usage_fails_and_no_value_runs_as_code(step):
    code, said = step(paths="texts", threshold="fpr=7")
    assert code == 2
    assert "fpr=0.001" in said
    step(paths="$(touch harmed) `touch harmed`; touch harmed")
    assert not list(step.texts.parent.rglob("harmed"))


def test_the_action_has_all_that_a_runner_needs():
    assert ACTION["runs"]["using"] == "composite"
    for one in ACTION["runs"]["steps"]:
        assert "uses" in one or one["shell"] == "bash"
    assert all(spec["description"].endswith((".", ")", '").')) for spec in ACTION["inputs"].values())


def test_it_installs_the_libraries_of_all_files_that_a_folder_is_searched_for():
    (install,) = (s["run"] for s in ACTION["runs"]["steps"] if "pip install" in s.get("run", ""))
    extras = install[install.index("[") + 1 : install.index("]")].split(",")
    assert set(extras) == set(SUFFIXES.values()) - {"text", "markdown"}
