"""Parts of the documentation that are written from the code, and pages that lie elsewhere in the repository.

`<!-- code: NAME -->` in a page is replaced by what `GENERATED[NAME]` returns.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from detector.cli import cli
from detector.config import KEYS
from detector.cues import CUES, Cue
from detector.model_store import find_models
from detector.report.formats import REPORT_FORMATS
from detector.report.json import schema

ROOT = Path(__file__).resolve().parents[2]
_MARK = re.compile(r"<!-- code: ([\w-]+) -->")
_LINK = re.compile(r"(!?)\[([^\[\]]*)\]\(([^()\s]+)\)")
# Pages from outside `docs/`, by the path that they have in the site.
OUTSIDE = {
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "CHANGELOG.md": "CHANGELOG.md",
    "model-card/README.md": "models/README.md",
}


PICTURES = {"quality.png": "benchmarks/quality.png"}


def _cell(text: str) -> str:
    """Return the text of a cell; outside code, a bar would end the cell and `<` begin a tag or a comment."""
    parts = " ".join(text.split()).split("`")
    return "`".join(part if i % 2 else part.replace("|", "\\|").replace("<", "&lt;") for i, part in enumerate(parts))


def table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join(f"| {' | '.join(_cell(c) for c in line)} |" for line in lines)


def _cue(cue: Cue) -> str:
    damaged = "Is it damaged? It says nothing about whether the text was rewritten."
    question = damaged if cue.is_damage else "Was it rewritten?"
    return "\n".join(
        [
            f"## {cue.label.capitalize()} {{#{cue.id}}}",
            "",
            f"`{cue.id}`. {cue.description}",
            "",
            f"**It answers**: {question}",
            "",
            "**Example**, the finding in brackets: " + cue.example.replace("[", "**\\[").replace("]", "\\]**"),
            "",
            "**Innocent explanations**, most frequent first:",
            "",
            *(f"- {reason}" for reason in cue.innocent),
            "",
            f"**What to do next**: {cue.advice}",
            "",
            f'**Switch it off**: `ignore = ["{cue.id}"]` in `detector.toml`.',
        ]
    )


def cues() -> str:
    """Return a section on each cue."""
    return "\n\n".join(map(_cue, CUES))


def cue_table() -> str:
    """Return a table of cues, each with a link to its section."""
    rows = [(f"[{c.label}](cues.md#{c.id})", "damage" if c.is_damage else "rewriting", c.description) for c in CUES]
    return table(("cue", "sign of", "meaning"), rows)


def innocent() -> str:
    """Return the innocent explanations of each cue as a table."""
    return table(
        ("cue", "how human text comes to have it", "what to do next"),
        [(c.label, " ".join(c.innocent), c.advice) for c in CUES],
    )


# Groups of human text in the order of the page, by the names that the evaluation has for their kinds.
_ALARM_KINDS = {"register": "register", "form": "form", "level": "learners of English, by level (1 to 5)"}


def false_alarms() -> str:
    """Return how many human texts are flagged, by register, form and level, as the models' evaluation has it."""
    found = json.loads((find_models() / "evaluation.json").read_text(encoding="utf-8"))["false_flags"]
    flagged = {(r["kind"], r["group"], r["threshold"]): r for r in found}
    rows = []
    for kind, title in _ALARM_KINDS.items():
        for group in dict.fromkeys(r["group"] for r in found if r["kind"] == kind):
            strict, loose = (flagged[kind, group, threshold] for threshold in ("default", "fpr=0.01"))
            share = strict["share"]
            interval = f"{100 * share['low']:.1f}% to {100 * share['high']:.1f}%"
            rows.append((title, group, f"{strict['texts']:,}", str(strict["flagged"]), interval, str(loose["flagged"])))
    header = ("kind", "human texts", "number", "flagged", "95% interval of the rate", "flagged at `fpr=0.01`")
    return table(header, rows)


def benchmark() -> str:
    """Return the benchmark's table, with a line on its sample."""
    return (ROOT / "benchmarks" / "quality.md").read_text(encoding="utf-8").strip()


def settings() -> str:
    """Return a table of the keys of configuration files."""
    return table(("key", "meaning"), [(f"`{key}`", meaning) for key, meaning in KEYS.items()])


def formats() -> str:
    """Return a table of the report formats of `annotate`."""
    return table(
        ("format", "suffixes"), [(f"`{f.name}`", " ".join(f"`{s}`" for s in f.suffixes)) for f in REPORT_FORMATS]
    )


def commands() -> str:
    """Return each command with its help, arguments and options."""
    out = []
    for name, command in sorted(cli.commands.items()):
        context = click.Context(command, info_name=f"detector {name}")
        out += [f"## {name}", "", "\n\n".join(" ".join(p.split()) for p in (command.help or "").split("\n\n")), ""]
        out += ["```text", command.get_usage(context), "```", ""]
        rows = [r for p in command.get_params(context) if (r := p.get_help_record(context)) is not None]
        out += [table(("option", "meaning"), [(f"`{option}`", meaning) for option, meaning in rows]), ""]
    return "\n".join(out)


def _type(value: dict[str, Any]) -> str:
    if "$ref" in value:
        return str(value["$ref"]).rpartition("/")[2]
    if "const" in value:
        return repr(value["const"])
    if value.get("type") == "array" and "$ref" in value.get("items", {}):
        return f"list of {_type(value['items'])}"
    kinds = value.get("type", "one of several")
    return " or ".join(kinds) if isinstance(kinds, list) else str(kinds)


def json_fields() -> str:
    """Return a table of fields for each object of the JSON Schema."""
    out = []
    for name, made in schema()["$defs"].items():
        if "enum" in made:
            out += [f"## {name}", "", ", ".join(f"`{value}`" for value in made["enum"]) + ".", ""]
        elif "properties" in made:
            rows = [
                (f"`{field}`", _type(value), value.get("description", ""))
                for field, value in made["properties"].items()
                if isinstance(value, dict)  # false says that an object of this kind must not have the field
            ]
            out += [f"## {name}", "", table(("field", "type", "meaning"), rows), ""]
    return "\n".join(out)


GENERATED: dict[str, Callable[[], str]] = {
    "benchmark": benchmark,
    "commands": commands,
    "cue-table": cue_table,
    "cues": cues,
    "false-alarms": false_alarms,
    "formats": formats,
    "innocent": innocent,
    "json-fields": json_fields,
    "settings": settings,
}


def filled(markdown: str) -> str:
    """Return a page with its marks replaced by tables from the code."""
    return _MARK.sub(lambda mark: GENERATED[mark.group(1)](), markdown)


def on_files(files: Any, config: Any) -> Any:
    """Add the pages and pictures that lie outside `docs/`."""
    from mkdocs.structure.files import File

    found = {**OUTSIDE, **PICTURES, "model-card/NOTICE": "models/NOTICE"}
    for picture in sorted((ROOT / "models" / "pictures").glob("*")):
        found[f"model-card/pictures/{picture.name}"] = f"models/pictures/{picture.name}"
    for name, source in found.items():
        files.append(File.generated(config, name, abs_src_path=str(ROOT / source)))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Fill the marks of a page, and make the links of pages from outside `docs/` fit the site."""
    place = page.file.src_uri
    if place not in OUTSIDE:
        return filled(markdown)

    # A link to a file that the site lacks becomes plain text.
    def link(match: re.Match[str]) -> str:
        picture, text, target = match.groups()
        if re.match(r"[a-z]+:|#", target):
            return match.group()
        target = target.removeprefix("docs/")
        path, _, anchor = target.partition("#")
        in_site = (Path(place).parent / path).as_posix()
        if files.get_file_from_path(in_site) is None:
            return text
        return f"{picture}[{text}]({path}{'#' + anchor if anchor else ''})"

    return _LINK.sub(link, markdown)
