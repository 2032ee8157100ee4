"""`detector explain`."""

from __future__ import annotations

import json
from difflib import get_close_matches
from textwrap import fill

import click

from detector.cli.messages import Usage
from detector.cues import CUE_IDS, CUES, Cue
from detector.errors import ModelError
from detector.model_store import find_models

__all__ = ["explain"]


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
    elif (named := _by_name(cue)) is not None:
        click.echo(_explained(named), nl=False)
    elif cue in CUE_IDS:
        click.echo(f"{cue} was found by earlier versions alone: it was as frequent in human text as in spun text.")
    else:
        names = {c.label: c.id for c in CUES} | {c.id: c.id for c in CUES}
        holding = [name for name in names if cue.lower() in name]
        near = holding or get_close_matches(cue, names, n=1)
        hint = f"did you mean {names[near[0]]}?" if near else f"there are {', '.join(c.id for c in CUES)}"
        raise Usage(f"unknown cue {cue!r}; {hint}")
    return 0


def _by_name(name: str) -> Cue | None:
    """Return the cue of an id, or of a name as reports show it, singular or plural; None if there is none."""
    wanted = name.lower().replace("_", " ")
    return next((c for c in CUES if wanted in (c.id.replace("_", " "), c.label, c.plural)), None)


def _explained(cue: Cue) -> str:
    damaged = "Is it damaged? It says nothing on whether a text was rewritten."
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
    """Return how often the models' own evaluation found a cue in spun and human text; nothing if it did not.

    The evaluation knows the findings in human text of a register for all cues together.
    """
    try:
        evaluation = json.loads((find_models() / "evaluation.json").read_text(encoding="utf-8"))
        row = next(row for row in evaluation["cues"] if row["cue"] == cue.id)
        spun, human = row["findings_spun"], row["findings_human"]
        title = f"Measured on models {evaluation['signature']}"
        by_register = {
            row["group"]: row["findings"]["value"] for row in evaluation.get("marked", []) if row["kind"] == "register"
        }
    except (OSError, ValueError, KeyError, StopIteration, ModelError):
        return []
    out = [title, f"  in 1,000 words of spun text {spun:,.3g} findings, of human text {human:,.3g}"]
    if by_register and not cue.is_damage:
        listed = ", ".join(f"{register} {rate:,.3g}" for register, rate in by_register.items())
        said = f"in 1,000 words of human text all cues together, by register: {listed}"
        out.append(fill(said, 80, initial_indent="  ", subsequent_indent="  "))
    return [*out, ""]
