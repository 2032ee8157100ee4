"""README is run: its Python block as it stands, and the two commands it opens with are where CI looks for them."""

import re
import shlex
from pathlib import Path

import click
import pytest

from detector.cli import cli
from detector.model_store import find_models

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_opens_with_one_sentence_and_two_commands():
    first, blank, *rest = README.splitlines()
    assert first.endswith(".")
    assert not blank
    assert rest[0] == "    python -m pip install . && detector annotate notebooks/articles/harbour-talks-spun.txt"
    assert rest[1] == '    python -m pip install ".[test]" && python -m pytest'


def test_is_short():
    assert len(README.splitlines()) <= 100


@pytest.mark.parametrize("line", re.findall(r"^    (detector .*)$", README, re.MULTILINE))
def test_commands_parse(line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder in ("CORPUS", "LEXICON", "PAIRS"):
        (tmp_path / folder).mkdir()
    name, command, rest = cli.resolve_command(click.Context(cli), shlex.split(line)[1:])
    assert command.make_context(name, list(rest), parent=click.Context(cli, info_name="detector"))


@pytest.mark.parametrize("target", re.findall(r"\]\(([^()\s]+)\)", README))
def test_links_lead_to_files(target):
    source = find_models() / target.removeprefix("models/") if target.startswith("models/") else ROOT / target
    assert source.is_file()


def test_python_blocks_run(capsys):
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})
    assert "spun" in capsys.readouterr().out
