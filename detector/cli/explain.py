"""`detector explain`."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from textwrap import fill
from typing import TYPE_CHECKING

import click

from detector.cli.messages import Usage
from detector.cues import CUE_BY_ID, CUE_IDS, CUES, Cue
from detector.errors import InputError, ModelError
from detector.model_store import find_models

if TYPE_CHECKING:
    from detector.evaluation.results import MarkedRow

__all__ = ["explain"]

# Groups of human text in an evaluation, by their kind.
_HUMAN = {
    "register": "human text, by register",
    "form": "human text, by form",
    "level": "learners' texts, by score",
}


@click.command(short_help="The meaning of a cue, its innocent explanations, and what to do next.")
@click.argument("cue", required=False)
@click.option("--all", "everything", is_flag=True, help="Explain all cues.")
def explain(cue: str | None, everything: bool) -> int:
    """Explain a cue: its meaning, an example, its innocent explanations, and what to do next.

    Without CUE, list them. Their ids never change.
    """
    if everything:
        click.echo("\n".join(_explained(c) for c in CUES), nl=False)
    elif cue is None:
        for c in CUES:
            click.echo(f"{c.id:<24} {c.label}{' (damage)' if c.is_damage else ''}")
    elif cue in CUE_IDS and cue not in CUE_BY_ID:
        click.echo(f"{cue} was found only by earlier versions: it was as frequent in human text as in spun text.")
    else:
        click.echo(_explained(_named(cue)), nl=False)
    return 0


def _named(cue: str) -> Cue:
    """Return the cue of an id, or of a name as reports show it; raise Usage, with those that it may be, for others."""
    names = {_plain(name): c for c in CUES for name in (c.label, c.plural, c.id)}
    name = _plain(cue)
    if name in names:
        return names[name]
    near = [n for n in names if name in n] or get_close_matches(name, names, n=1)
    ids = list(dict.fromkeys(names[n].id for n in near))
    hint = f"did you mean {' or '.join(ids)}?" if ids else f"there are {', '.join(c.id for c in CUES)}"
    raise Usage(f"unknown cue {cue!r}; {hint}")


def _plain(name: str) -> str:
    return " ".join(name.lower().replace("_", " ").replace("-", " ").split())


def _explained(cue: Cue) -> str:
    damaged = "Is it damaged? It says nothing about whether the text was rewritten."
    question = damaged if cue.is_damage else "Was it rewritten?"
    lines = [
        f"{cue.label} ({cue.id})",
        "",
        fill(cue.description, 80),
        "",
        f"It answers: {question}",
        "",
        "Example",
        fill(cue.example, 80, initial_indent="  ", subsequent_indent="  "),
        "",
        "Innocent explanations",
        *(fill(reason, 80, initial_indent="  - ", subsequent_indent="    ") for reason in cue.innocent),
        "",
        "What to do next",
        fill(cue.advice, 80, initial_indent="  ", subsequent_indent="  "),
        "",
        *_measured(cue),
        f"Switch it off with ignore = [{cue.id!r}] in detector.toml.".replace("'", '"'),
    ]
    return "\n".join(lines) + "\n"


def _measured(cue: Cue) -> list[str]:
    """Return how often the models' evaluation found a cue in spun and in human text; nothing if it did not count."""
    # Only here: no other command reads an evaluation, and all commands start with this module.
    from detector.evaluation.results import CueRow, MarkedRow, read_json

    try:
        path = find_models() / "evaluation.json"
        signature = read_json(str, path, "signature")
        in_spun = {row.cue: row.findings_spun for row in read_json(tuple[CueRow, ...], path, "cues")}
        human = read_json(tuple[MarkedRow, ...], path, "marked")
    except (InputError, ModelError):
        return []
    if cue.id not in in_spun:
        return []
    out = [
        f"Measured on models {signature}, at the default threshold",
        _row("", "findings in", "flagged texts"),
        _row("", "1,000 words", "that have one"),
        _row("spun text", f"{in_spun[cue.id]:.3f}"),
    ]
    for kind, title in _HUMAN.items():
        out += _human_rows(title, [row for row in human if row.kind == kind], cue, folded=kind != "register")
    return [*out, ""]


def _human_rows(title: str, rows: Sequence[MarkedRow], cue: Cue, folded: bool) -> list[str]:
    """Return a row for each group of human texts; `folded` puts those without findings of the cue in one row."""
    out, others = [], []
    for row in rows:
        count = next((c for c in row.cues if c.cue == cue.id), None)
        if count is not None:
            rate = 1000 * count.findings / row.words
            out.append(_row(f"  {row.group}", f"{rate:.3f}", f"{count.flagged} of {row.texts:,}"))
        elif folded:
            others += [row] * (row.group != "all")
        else:
            out.append(_row(f"  {row.group}", "0.000", f"0 of {row.texts:,}"))
    if others:
        name = f"  {'others' if out else 'all'} ({len(others)})"
        out.append(_row(name, "0.000", f"0 of {sum(row.texts for row in others):,}"))
    return [f"  {title}", *out] if out else []


def _row(name: str, *cells: str) -> str:
    return f"  {name:<32}" + "".join(f"{cell:>16}" for cell in cells)
