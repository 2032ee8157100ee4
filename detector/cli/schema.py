"""`detector schema`."""

from __future__ import annotations

import click

from detector.report import json

__all__ = ["schema"]


@click.command()
def schema() -> int:
    """Write the JSON Schema of the output of `--format json`."""
    click.echo(json.dumps(json.schema(), indent=1))
    return 0
