"""`detector schema`."""

from __future__ import annotations

from importlib.resources import files

import click

__all__ = ["schema"]


@click.command()
def schema() -> int:
    """Write the JSON Schema of what `--format json` writes."""
    click.echo(files("detector").joinpath("report", "schema.json").read_text(encoding="utf-8"), nl=False)
    return 0
