"""The command line: reads inputs, prints results to standard output, everything else to standard error.

Exit codes: 0 ran; 1 `--check` found a document that is flagged; 2 wrong usage; 3 an input or a model could not be
read, the other inputs are done nevertheless; 70 a fault of the program. The worst of all inputs wins: 3 over 1 over 0.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from detector.cli.annotate import annotate
from detector.cli.bug_report import bug_report
from detector.cli.evaluate import evaluate
from detector.cli.explain import explain
from detector.cli.info import info
from detector.cli.messages import PipeClosed, Usage, echo_error, fault
from detector.cli.reverse import reverse
from detector.cli.scan import scan
from detector.cli.schema import schema
from detector.cli.score import score
from detector.cli.serve import serve
from detector.cli.spinner import learn_spinner_command
from detector.cli.train import train
from detector.config import KEYS
from detector.errors import DetectorError
from detector.version import __version__

__all__ = ["cli", "main"]

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_FAULT = 70  # sysexits' EX_SOFTWARE
_INTERRUPTED = 130

_WIDTH = max(map(len, KEYS)) + 2
_EPILOG = (
    """
\b
Settings, in detector.toml or under [tool.detector] in pyproject.toml (options take precedence):
"""
    + "\n".join(f"  {key:<{_WIDTH}}{meaning}" for key, meaning in KEYS.items())
    + """

\b
With --regions, the part of a text between these comments is left out:
  <!-- detector: off --> ... <!-- detector: on -->

\b
To complete commands and options with Tab, add this to the shell's start-up file:
  bash   eval "$(_DETECTOR_COMPLETE=bash_source detector)"
  zsh    eval "$(_DETECTOR_COMPLETE=zsh_source detector)"
  fish   _DETECTOR_COMPLETE=fish_source detector | source
"""
)


class Group(click.Group):
    """Commands that treat closed pipes apart: click would exit with 1, which has a meaning here."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise PipeClosed from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command of this name; if there is none, list the commands, or suggest one."""
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            if os.path.lexists(args[0]):
                hint = f"to judge that file: detector annotate {args[0]}"
            else:
                near = get_close_matches(args[0], self.commands, n=1)
                hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(self.commands)}"
            what = "command, and no file," if Path(args[0]).name != args[0] or Path(args[0]).suffix else "command"
            raise Usage(f"no {what} {args[0]!r}; {hint}")
        return super().resolve_command(ctx, args)


@click.group(cls=Group, context_settings=_CONTEXT, epilog=_EPILOG, invoke_without_command=True, no_args_is_help=False)
@click.version_option(__version__, "--version", "-V", prog_name="detector")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Find spun English, show the words that give it away, and restore the likely originals.

    Spun text had its words replaced by synonyms, automatically. PATH is a file, a folder or a pattern; `-` or
    no PATH reads standard input.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


_COMMANDS = (
    annotate,
    score,
    reverse,
    learn_spinner_command,
    scan,
    serve,
    explain,
    info,
    schema,
    bug_report,
    train,
    evaluate,
)
for command in _COMMANDS:
    cli.add_command(command)


def _no_such_option(error: click.NoSuchOption, given: Sequence[str]) -> str:
    """Return a message that names the commands with an option that this one lacks, or the nearest options."""
    name = error.option_name
    path = error.ctx.command_path if error.ctx is not None else "detector"
    if any(name in option.opts for option in cli.params):
        return f"{path} has no option {name}, the program itself has it: detector {name}"
    having = [c.name for c in cli.commands.values() if any(name in option.opts for option in c.params)]
    if not having:
        return f"{error.format_message()} (see `{path} --help`)"
    if path == "detector":
        return f"the option {name} comes after a command, such as: detector {having[0]} {name}"
    others = ", ".join(f"detector {command}" for command in having)
    return f"{path} has no option {name}; these have: {others} (see `{path} --help`)"


def _open_closed_streams() -> None:
    """Give the program streams in place of those that whoever started it has closed."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115  until the process ends


def _drop_output() -> None:
    """Discard output that is still buffered: at exit, writing it would fail once more."""
    with suppress(OSError, ValueError):  # no file, if someone has put another stream in its place
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    _open_closed_streams()
    try:
        code = cli.main(args=given, prog_name="detector", standalone_mode=False)
        sys.stdout.flush()
    except (PipeClosed, BrokenPipeError):
        _drop_output()
        return 0
    except click.NoSuchOption as error:
        echo_error(_no_such_option(error, given))
        return 2
    except click.UsageError as error:
        named = ["detector", *(name for name in given[:1] if name in cli.commands)]
        command = error.ctx.command_path if error.ctx is not None else " ".join(named)
        hint = "" if isinstance(error, Usage) else f" (see `{command} --help`)"
        echo_error(error.format_message() + hint)
        return 2
    except click.ClickException as error:
        echo_error(error.format_message())
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _INTERRUPTED
    except DetectorError as error:
        echo_error(str(error))
        return 3
    except OSError as error:
        if error.filename is None:
            _drop_output()
        if {"-v", "--verbose"} & set(given):
            traceback.print_exc()
        where = "the results cannot be written" if error.filename is None else error.filename
        echo_error(f"{where}: {error.strerror or error}")
        return 3
    except MemoryError:
        echo_error("out of memory: use fewer --jobs, or smaller files")
        return 3
    except Exception as error:
        if {"-v", "--verbose"} & set(given):
            traceback.print_exc()
        echo_error(fault(error))
        return _FAULT
    return int(code or 0)
