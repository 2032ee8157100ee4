"""`detector info`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from detector.api import model_info
from detector.cli.messages import echo_error
from detector.cli.options import models_option
from detector.model_store import find_models, verify_models

__all__ = ["info"]


@click.command(short_help="Version, models, data and thresholds.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(("text", "json")),
    default="text",
    show_default=True,
    help="Format of the output.",
)
@click.option(
    "--verify", is_flag=True, help="Check every file of the models against its SHA-256, and print the result."
)
@models_option
def info(format_: str, verify: bool) -> int:
    """Print the version, the models, their sources and licences, and the meaning of each threshold."""
    facts = model_info()
    if verify:
        folder = find_models()
        verify_models(folder)
        echo_error(f"{len(facts['files'])} files in {folder} are those of the manifest")
    if format_ == "json":
        from detector.report.json import dumps

        click.echo(dumps(facts, indent=1))
        return 0
    notes = facts["threshold_notes"]
    click.echo(f"detector {facts['version']}, models {facts['signature']}")
    click.echo(f"language {facts['language']}; at least {facts['min_words']} words for a verdict")
    click.echo("\nthresholds")
    for name, value in facts["thresholds"].items():
        click.echo(f"  {name:<12} {value:<8.4g} {notes.get(name, '')}".rstrip())
    for title in ("metrics", "corpus", "libraries"):
        if facts[title]:
            click.echo(f"\n{title}")
            for line in _flat(facts[title]):
                click.echo(f"  {line}")
    click.echo("\nsources")
    for source in facts["sources"]:
        click.echo(f"  {source['name']:<28}  {source['licence']}")
    click.echo(f"\nbuilt by  {facts['command']}")
    return 0


def _flat(value: Any, name: str = "") -> Iterator[str]:
    """Yield nested facts as lines of a dotted name and a value."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(item, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for number, item in enumerate(value):
            yield from _flat(item, f"{name}.{number}")
    else:
        yield f"{name:<34} {value}"
