"""Arguments and options that commands share, and how their values are read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from detector import __version__
from detector.cli.call import Invocation, Usage, signature
from detector.config import Config
from detector.errors import InputError

if TYPE_CHECKING:
    from detector.cache import ResultCache

__all__ = [
    "ALL_FORMATS",
    "FORMATS",
    "Span",
    "cache_option",
    "call_of",
    "check_option",
    "check_threshold",
    "common",
    "jobs_option",
    "open_cache",
    "threshold_option",
]

FORMATS = {
    "annotate": ("text", "json", "html", "sarif", "github", "markdown"),
    "score": ("text", "json", "jsonl", "csv"),
    "reverse": ("text", "diff", "json"),
}
ALL_FORMATS = tuple(dict.fromkeys(f for formats in FORMATS.values() for f in formats))
_Command = TypeVar("_Command", bound=Callable[..., Any])

if TYPE_CHECKING:
    _ParamType = click.ParamType[Any]
else:  # generic for type checkers alone before click 8.3
    _ParamType = click.ParamType


class Threshold(_ParamType):
    """A probability, or the name of a threshold, which only the models know."""

    name = "number|name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float | str:
        """Return the probability, or the name as it stands."""
        try:
            number = float(value)
        except ValueError:
            return str(value)
        if not 0 <= number <= 1:
            self.fail(f"{value} is no probability from 0 to 1", param, ctx)
        return number


class Span(_ParamType):
    """Half-open offsets START:END."""

    name = "start:end"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """Return start and end."""
        if isinstance(value, tuple):
            return value
        start, colon, end = value.partition(":")
        if not (colon and start.isdecimal() and end.isdecimal() and int(start) <= int(end)):
            self.fail(f"{value!r} is no span: give offsets as START:END, such as 57:62", param, ctx)
        return int(start), int(end)


def common(command: str) -> Callable[[_Command], _Command]:
    """Add the arguments that annotate, score and reverse share."""
    options = [
        click.argument("paths", nargs=-1, metavar="[PATH]..."),
        click.option(
            "--format",
            "format_",
            type=click.Choice(FORMATS[command]),
            default="text",
            show_default=True,
            help="What to write.",
        ),
        click.option(
            "--output",
            "-o",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            help="Write results to FILE instead of standard output.",
        ),
        click.option(
            "--color",
            type=click.Choice(("auto", "always", "never")),
            default="auto",
            show_default=True,
            help="Colour in text; auto minds NO_COLOR.",
        ),
        click.option("--quiet", "-q", is_flag=True, help="No progress, no notes; errors are told."),
    ]

    def add(function: _Command) -> _Command:
        for option in reversed(options):
            function = option(function)
        return function

    return add


threshold_option = click.option(
    "--threshold",
    type=Threshold(),
    help="Probability from which a document is spun, or a name such as fpr=0.001; `info` lists them.",
)
check_option = click.option("--check", is_flag=True, help="Exit with 1 where a document is spun.")
jobs_option = click.option(
    "--jobs",
    "-j",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="Processes to work in.",
)
cache_option = click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Keep reports here, and take them from here while text, models and threshold are the same.",
)


def check_threshold(threshold: float | str | None) -> None:
    """Name what thresholds there are where this is none of them."""
    if isinstance(threshold, str):
        from detector.api import model_info

        known = model_info()["thresholds"]
        if threshold not in known:
            raise Usage(f"no threshold {threshold!r}: give a number from 0 to 1, or one of {', '.join(known)}")


def open_cache(folder: Path | None, threshold: float | str | None) -> ResultCache | None:
    """Return the cache in the folder, None where none was named."""
    if folder is None:
        return None
    from detector.cache import ResultCache

    try:
        return ResultCache.open(folder, __version__, signature(), threshold)
    except InputError as error:
        raise Usage(str(error)) from None


def call_of(ctx: click.Context, format_: str, output: Path | None, color: str, quiet: bool) -> Invocation:
    """Return the call, with what the project has settled."""
    config = ctx.find_object(Config) or Config()
    return Invocation(format_, output, color, quiet, config.exclude)
