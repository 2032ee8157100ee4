"""The command line: reads inputs, prints results to standard output, everything else to standard error.

Exit codes: 0 ran; 1 `--check` found a document that is spun; 2 wrong usage; 3 an input or a model could not
be read, the other inputs are done all the same. The worst of all inputs wins: 3 over 1 over 0.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from detector import __version__
from detector.cli import models
from detector.cli.annotate import annotate
from detector.cli.call import PipeClosed, Usage, echo_error
from detector.cli.options import ALL_FORMATS, FORMATS
from detector.cli.reverse import reverse
from detector.cli.scan import scan
from detector.cli.score import score
from detector.config import find_config
from detector.errors import DetectorError, InputError

__all__ = ["cli", "main"]

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


_COMPLETION = """
\b
Completion of commands and options, in the shell's start-up file:
  bash   eval "$(_DETECTOR_COMPLETE=bash_source detector)"
  zsh    eval "$(_DETECTOR_COMPLETE=zsh_source detector)"
  fish   _DETECTOR_COMPLETE=fish_source detector | source
"""


class Group(click.Group):
    """Commands whose closed pipes are told apart: click would exit with 1, which means something here."""

    def invoke(self, ctx: click.Context) -> Any:
        """ReportRun the command that was asked for."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise PipeClosed from None


@click.group(cls=Group, context_settings=_CONTEXT, epilog=_COMPLETION)
@click.version_option(__version__, prog_name="detector")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Find spun English, show the words that give it away, and restore what they probably were.

    Spun text had its words replaced by synonyms, automatically. PATH is a file, a folder or a pattern; `-` or
    no PATH reads standard input. A project's settings are read from [tool.detector] in pyproject.toml, or
    from detector.toml.
    """
    try:
        config = find_config(Path.cwd(), ALL_FORMATS)
    except InputError as error:
        raise Usage(str(error)) from None
    ctx.obj = config
    common: dict[str, Any] = {} if config.color is None else {"color": config.color}
    judged: dict[str, Any] = {} if config.threshold is None else {"threshold": config.threshold}
    if config.cache is not None:
        judged["cache"] = config.cache
    ctx.default_map = {
        "annotate": {**common, **judged},
        "score": {**common, **judged},
        "reverse": {**common, **({} if config.min_gain is None else {"min_gain": config.min_gain})},
    }
    for command, formats in FORMATS.items():
        if config.format in formats:
            ctx.default_map[command]["format_"] = config.format


for command in (annotate, score, reverse, scan, models.info, models.schema, models.train, models.evaluate):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """ReportRun the command line and return its exit code."""
    try:
        code = cli.main(
            args=None if arguments is None else list(arguments), prog_name="detector", standalone_mode=False
        )
        sys.stdout.flush()
    except (PipeClosed, BrokenPipeError):
        # What is still buffered must not go to the closed pipe at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx is not None else "detector"
        hint = "" if isinstance(error, Usage) else f" (see `{command} --help`)"
        echo_error(error.format_message() + hint)
        return 2
    except click.ClickException as error:
        echo_error(error.format_message())
        return error.exit_code
    except click.Abort:
        return 130
    except DetectorError as error:
        echo_error(str(error))
        return 3
    except MemoryError:
        echo_error("out of memory; fewer --jobs, or smaller files, need less")
        return 3
    except KeyboardInterrupt:
        return 130
    return int(code or 0)
