"""docs/command-line.md: its settings are read, its commands parse, and it leaves out no key."""

import re
import shlex
from pathlib import Path

import click
import pytest
import yaml

from detector.cli import cli
from detector.cli.options import FORMATS
from detector.config import KEYS, load_config
from detector.cues import CUE_BY_ID

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^    (?:curl [^|]*\| )?(detector .*?)(?:[ ]{2,}.*)?$", PAGE, re.MULTILINE)


def test_the_settings_are_read_and_hold_every_key(tmp_path):
    (toml,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "detector.toml"
    path.write_text(toml, encoding="utf-8")
    config = load_config(path, FORMATS["annotate"], tuple(CUE_BY_ID))
    assert config.rules_for("letters/a.txt") == (("name_mangling", "collocation"), ("scale back", "whilst"))
    assert all(re.search(rf"^\[?{key}\b", toml, re.MULTILINE) for key in KEYS)


@pytest.mark.parametrize("line", COMMANDS)
def test_the_commands_parse(line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = shlex.split(re.split(r" [|<] ", line)[0])[1:]
    name, command, rest = cli.resolve_command(click.Context(cli), words)
    context = command.make_context(name, list(rest), parent=click.Context(cli, info_name="detector"))
    assert context.command is command


def test_there_are_commands_to_parse():
    assert len(COMMANDS) >= 12


def test_every_option_has_help():
    for name, command in cli.commands.items():
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, (name, parameter.name)


def test_the_action_is_called_as_it_is():
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    (step,) = (yaml.safe_load(b) for b in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
    assert set(step["steps"][1]["with"]) <= set(action["inputs"])
