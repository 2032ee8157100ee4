"""The published hook in a repository of somebody else's: as pre-commit itself reads and runs it."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from pre_commit.clientlib import load_manifest

HOOKS = Path(__file__).resolve().parents[1] / ".pre-commit-hooks.yaml"
ARTICLES = HOOKS.parent / "notebooks" / "articles"


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository that uses the hook; the package is the one under test, so that nothing is fetched."""
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "repository"
    folder.mkdir()
    hook = {**load_manifest(HOOKS)[0], "language": "system"}
    used = {k: hook[k] for k in ("id", "name", "entry", "language", "types", "files", "require_serial")}
    config = {"repos": [{"repo": "local", "hooks": [used]}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    subprocess.run(["git", "init", "--quiet", "."], cwd=folder, check=True)
    return folder


def commit_check(repository):
    subprocess.run(["git", "add", "."], cwd=repository, check=True)
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--color", "never"], cwd=repository, capture_output=True, text=True
    )


def test_the_manifest_is_valid_and_runs_the_installed_command():
    (hook,) = load_manifest(HOOKS)
    assert hook["entry"].split()[0] == "detector"
    assert "--check" in hook["entry"]


def test_a_spun_article_stops_the_commit_and_a_human_one_does_not(repository):
    human = (ARTICLES / "harbour-talks.txt").read_text(encoding="utf-8")
    (repository / "human.md").write_text(human, encoding="utf-8")
    passed = commit_check(repository)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    spun = (ARTICLES / "harbour-talks-spun.txt").read_text(encoding="utf-8")
    (repository / "spun.md").write_text(spun, encoding="utf-8")
    (repository / "spun.py").write_text(f"TEXT = {spun!r}", encoding="utf-8")
    stopped = commit_check(repository)
    assert stopped.returncode == 1
    assert "Failed" in stopped.stdout
    assert "first" in stopped.stdout  # an original, so that the author sees why
    assert "spun.py" not in stopped.stdout
