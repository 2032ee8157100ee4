"""The documentation: its Python blocks run, tables from the code are complete, its links have targets."""

import importlib.util
import re
import shlex
from pathlib import Path

import click
import pytest
import yaml

from detector.api import model_info
from detector.cli import cli, main
from detector.config import KEYS
from detector.cues import CUES
from detector.model_store import find_models
from detector.prior import probability_at_prior
from detector.report.formats import REPORT_FORMATS
from detector.report.json import schema

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
NAMES = [p.relative_to(DOCS).as_posix() for p in PAGES]
BLOCKS = [
    pytest.param(block, id=f"{name}-{i}")
    for name, page in zip(NAMES, PAGES, strict=True)
    for i, block in enumerate(re.findall(r"^```python\n(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S))
]
SPUN = (
    "The harbour board has declared that the ancient crane will be eliminated prior to the finish of summertime. "
    "Individuals who dwell close to the dock have grumbled regarding the clamor for a long time."
)
LINK = re.compile(r"(?<!`)\[[^\[\]]*\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#+ (.*?)(?: \{#([\w-]+)\})?$", re.MULTILINE)


def load_hooks():
    spec = importlib.util.spec_from_file_location("hooks", DOCS / "site" / "hooks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


hooks = load_hooks()


def page(name):
    return hooks.filled((DOCS / name).read_text(encoding="utf-8"))


def anchors(text):
    """The anchors of a page's headings, as Markdown makes them."""
    for title, given in HEADING.findall(text):
        yield given or re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", title).strip().lower())


@pytest.mark.parametrize("block", BLOCKS)
def test_python_blocks_run(block, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(compile(block, "docs", "exec"), {})


def commands(name):
    """The command lines of a page, in its indented blocks and in its text."""
    text = (DOCS / name).read_text(encoding="utf-8")
    lines = re.findall(r"^    (detector .*?)(?:[ ]{2,}.*)?$", text, re.M)
    return [re.sub(r"\$\(\(.*?\)\)", "1", line) for line in [*lines, *re.findall(r"`(detector [a-z-]+ [^`…]+)`", text)]]


@pytest.mark.parametrize(("name", "line"), [(name, line) for name in NAMES for line in commands(name)])
def test_commands_parse(name, line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder in ("CORPUS", "LEXICON", "PAIRS", "models"):
        (tmp_path / folder).mkdir()
    words = shlex.split(re.split(r" [|<>] ", line)[0])[1:]
    name, command, rest = cli.resolve_command(click.Context(cli), words)
    assert command.make_context(name, list(rest), parent=click.Context(cli, info_name="detector"))


@pytest.mark.parametrize("line", [line for name in ("index.md", "how-far-to-trust.md") for line in commands(name)])
def test_the_commands_of_a_first_hour_run(line, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "article.txt").write_text(SPUN, encoding="utf-8")
    words = line.replace("FILE", "article.txt").replace("CUE", "substitution")
    assert main(shlex.split(words)[1:]) == 0
    assert capsys.readouterr().out or (tmp_path / "report.html").is_file()


def test_there_are_blocks_to_run():
    assert len(BLOCKS) >= 5


def test_the_reference_leaves_nothing_out():
    commands, settings, json_page = (page(f"reference/{name}.md") for name in ("commands", "settings", "json"))
    assert all(f"\n## {name}\n" in commands for name in cli.commands)
    for command in cli.commands.values():
        for parameter in command.params:
            assert all(option in commands for option in parameter.opts if option.startswith("--"))
    assert all(f"`{key}`" in settings for key in KEYS)
    assert all(f"`{made.name}`" in settings for made in REPORT_FORMATS)
    assert all(f"`{field}`" in json_page for made in schema()["$defs"].values() for field in made.get("properties", ()))
    for cue in CUES:
        assert f"{{#{cue.id}}}" in page("cues.md")
        assert all(reason in page("how-far-to-trust.md") for reason in cue.innocent)


def test_every_mark_is_filled_and_every_part_used():
    used = {name for p in PAGES for name in re.findall(r"<!-- code: ([\w-]+) -->", p.read_text(encoding="utf-8"))}
    assert used == set(hooks.GENERATED)


@pytest.mark.parametrize("name", NAMES)
def test_links_have_targets(name):
    for target in LINK.findall(page(name)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = ((DOCS / name).parent / path).resolve() if path else DOCS / name
        place = file.relative_to(DOCS).as_posix()
        source = {**hooks.OUTSIDE, **hooks.PICTURES}.get(place)
        if source:  # the models lie inside an installed package
            file = find_models() / source.removeprefix("models/") if source.startswith("models/") else ROOT / source
        assert file.is_file(), target
        if anchor and file.suffix == ".md":
            assert anchor in set(anchors(hooks.filled(file.read_text(encoding="utf-8")))), target


def test_every_page_is_in_the_navigation():
    class Loader(yaml.SafeLoader):
        pass

    def paths(nav):
        for item in nav:
            for value in item.values():
                yield from paths(value) if isinstance(value, list) else (value,)

    config = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), Loader)
    assert sorted(paths(config["nav"])) == sorted([*NAMES, *hooks.OUTSIDE])


@pytest.mark.parametrize("picture", sorted(DOCS.glob("*.png")), ids=lambda path: path.name)
def test_pictures_are_of_the_present_models(picture):
    # notebooks/screenshots.py writes their signature into each.
    assert f"models\0{model_info()['signature']}".encode() in picture.read_bytes()


def test_the_table_of_base_rates_is_right():
    table = re.search(r"\| false positive rate \|.*?\n\n", page("how-far-to-trust.md"), re.DOTALL).group()
    cells = [line.strip("| ").split(" | ") for line in table.strip().splitlines()]
    for row in cells[2:]:
        rate = 1 / int(row[0].removeprefix("1 in ").replace(",", ""))
        for prior, said in zip((1 / 2, 1 / 10, 1 / 100, 1 / 1000), row[1:], strict=True):
            # The share of right flags follows by Bayes' rule from the odds recall : false positive rate.
            share = probability_at_prior(0.9 / (0.9 + rate), prior)
            assert float(said.rstrip("%")) / 100 == pytest.approx(share, abs=0.005)
