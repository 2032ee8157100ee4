"""Arguments and options that commands share, and how their values are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from detector.cli.call import Invocation, signature
from detector.cli.limits import Limits
from detector.cli.messages import Usage
from detector.cli.output import format_for
from detector.cli.rules import Rules, read_phrases
from detector.config import Config, find_config, load_config, threshold_of
from detector.cues import CUE_BY_ID
from detector.errors import InputError, ModelError
from detector.readers import MAX_BYTES
from detector.report.formats import REPORT_FORMAT_BY_NAME
from detector.version import __version__
from detector.writers import WRITERS

if TYPE_CHECKING:
    from detector.cache import ResultCache

__all__ = [
    "FORMATS",
    "MAX_SEED",
    "Seconds",
    "Span",
    "WholeNumber",
    "cache_option",
    "call_of",
    "check_option",
    "check_threshold",
    "common",
    "config_of",
    "jobs_option",
    "limits_of",
    "models_option",
    "mythes_option",
    "open_cache",
    "prior_option",
    "protect_inputs",
    "rules_of",
    "threshold_option",
    "whole_numbers",
    "wordnet_option",
]

FORMATS = {
    "annotate": ("text", *REPORT_FORMAT_BY_NAME),
    "score": ("text", "json", "jsonl", "csv"),
    "reverse": ("text", "diff", "json", *(w.name for w in WRITERS)),
}
_ALL_FORMATS = tuple(dict.fromkeys(f for formats in FORMATS.values() for f in formats))
MAX_SEED = 10**9  # steps add small numbers to a seed, and LightGBM takes 31 bits
_MAX_WAIT = 1e9  # seconds: more than clocks and alarms take
_Command = TypeVar("_Command", bound=Callable[..., Any])

if TYPE_CHECKING:
    _ParamType = click.ParamType[Any]
else:  # generic for type checkers alone before click 8.3
    _ParamType = click.ParamType


class Threshold(_ParamType):
    """A probability, a percentage, or the name of a threshold, which only the models know."""

    name = "number|name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float | str:
        """Return the probability, or the name as it stands."""
        threshold = threshold_of(value)
        if threshold is None:
            self.fail(f"{value!r} is not a probability: give 0 to 1, such as 0.95 or 95%", param, ctx)
        return threshold


class Share(_ParamType):
    """A share, 0 to 1, or a percentage."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the share, 0 to 1."""
        share = threshold_of(value)
        if not isinstance(share, float):
            self.fail(f"{value!r} is not a share: give 0 to 1, such as 0.01 or 1%", param, ctx)
        return share


class Seconds(_ParamType):
    """A time above 0."""

    name = "seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds; neither infinity nor NaN is a time."""
        seconds = float(click.FLOAT.convert(value, param, ctx))
        if not 0 < seconds <= _MAX_WAIT:
            self.fail(f"{value!r} is not a time: give seconds above 0, such as 60", param, ctx)
        return seconds


def whole_numbers(value: str, between: str) -> tuple[int, int] | None:
    """Return two numbers with a sign between them, or None; a number with more digits than Python reads counts as none.

    >>> whole_numbers("57:62", ":"), whole_numbers("57", ":")
    ((57, 62), None)
    """
    first, found, second = value.partition(between)
    if not (found and first.isdecimal() and second.isdecimal()):
        return None
    try:
        return int(first), int(second)
    except ValueError:
        return None


class WholeNumber(click.IntRange):
    """A whole number in a range, named as people name it."""

    name = "whole number"


class Span(_ParamType):
    """Half-open offsets START:END."""

    name = "start:end"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """Return start and end."""
        if isinstance(value, tuple):
            return value
        span = whole_numbers(value, ":")
        if span is None or span[0] > span[1]:
            self.fail(f"{value!r} is not a span: give offsets as START:END, such as 57:62", param, ctx)
        return span


def _settle(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    """Read the settings once --config and --isolated are parsed, and use them as defaults of the other options."""
    given = ctx.meta.setdefault("detector.config", {})
    given[param.name] = value
    if len(given) < 2:
        return value
    path, isolated = given["config"], given["isolated"]
    if path is not None and isolated:
        raise Usage("--config and --isolated exclude each other: leave one out")
    cues = tuple(CUE_BY_ID)
    try:
        if path is not None:
            config = load_config(path, _ALL_FORMATS, cues)
        else:
            config = Config() if isolated else find_config(Path.cwd(), _ALL_FORMATS, cues)
    except InputError as error:
        raise Usage(str(error)) from None
    except FileNotFoundError:  # the working folder is gone
        config = Config()
    ctx.obj = config
    names = ("color", "threshold", "prior", "min_gain", "cache", "regions", "max_bytes", "timeout")
    ctx.default_map = {name: value for name in names if (value := getattr(config, name)) is not None}
    return value


def _use_models(ctx: click.Context, param: click.Parameter, value: Path | None) -> None:
    if value is None:
        return
    from detector.model_store import use_models

    try:
        use_models(value)
    except ModelError as error:
        raise Usage(str(error)) from None


models_option = click.option(
    "--models",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    is_eager=True,
    callback=_use_models,
    expose_value=False,
    help="Use the models in FOLDER, as DETECTOR_MODELS does.",
)

# Options that annotate, score and reverse share, besides paths and --format, in the order of the help.
_SHARED = (
    click.option(
        "--output",
        "-o",
        type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
        metavar="FILE",
        help="Write results to FILE; - is standard output.",
    ),
    click.option(
        "--output-dir",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="FOLDER",
        help="Write one file for each input to FOLDER.",
    ),
    click.option(
        "--stdin-filename", metavar="NAME", help="Name of the document on standard input; its suffix says its kind."
    ),
    click.option(
        "--exclude",
        multiple=True,
        metavar="PATTERN",
        help="Skip matching files and folders inside folders; repeatable, in addition to the settings.",
    ),
    click.option(
        "--regions",
        is_flag=True,
        help="Leave out what authors mark: <!-- detector: off -->, front matter, fences. Otherwise marks hide nothing.",
    ),
    click.option(
        "--max-bytes",
        type=WholeNumber(1),
        default=MAX_BYTES,
        show_default=True,
        metavar="N",
        help="Refuse inputs that are larger.",
    ),
    click.option(
        "--timeout",
        type=Seconds(),
        metavar="SECONDS",
        help="Give up on a document that takes longer to read or to judge (not on Windows).",
    ),
    models_option,
    click.option(
        "--color",
        type=click.Choice(("auto", "always", "never")),
        default="auto",
        show_default=True,
        help="Use colour in text; auto obeys NO_COLOR.",
    ),
    click.option("--quiet", "-q", is_flag=True, help="Print errors only: no progress, no notes."),
    click.option("--verbose", "-v", is_flag=True, help="Print the traceback of a fault too."),
    click.option(
        "--config",
        type=click.Path(path_type=Path),
        metavar="FILE",
        is_eager=True,
        callback=_settle,
        expose_value=False,
        help="Read the settings from FILE only.",
    ),
    click.option(
        "--isolated",
        is_flag=True,
        is_eager=True,
        callback=_settle,
        expose_value=False,
        help="Read no settings.",
    ),
    click.option("--show-settings", is_flag=True, help="Print each setting and where it comes from, and stop."),
)


def common(command: str) -> Callable[[_Command], _Command]:
    """Add the arguments that annotate, score and reverse share."""
    paths = click.argument("paths", nargs=-1, metavar="[PATH]...")
    format_ = click.option(
        "--format",
        "format_",
        type=click.Choice(FORMATS[command]),
        help="Format of the results; by default that of the suffix of FILE, or text.",
    )

    def add(function: _Command) -> _Command:
        @wraps(function)
        def shown_or_run(*arguments: Any, show_settings: bool, **values: Any) -> int:
            if show_settings:
                _show_settings(click.get_current_context())
                return 0
            return int(function(*arguments, **values))

        made: Any = shown_or_run
        for option in reversed((paths, format_, *_SHARED)):
            made = option(made)
        decorated: _Command = made
        return decorated

    return add


_ORIGINS = {
    ParameterSource.COMMANDLINE: "option",
    ParameterSource.ENVIRONMENT: "environment",
    ParameterSource.DEFAULT: "default",
}


def _show_settings(ctx: click.Context) -> None:
    """Print each option with its value and origin, and the settings that are not options."""
    config = config_of(ctx)
    click.echo(f"settings: {config.source or 'none; no detector.toml and no [tool.detector] here or above'}")
    for name, value in ctx.params.items():
        source = ctx.get_parameter_source(name)
        if name in ("paths", "show_settings"):
            continue
        if name == "format_" and value is None and config.format in FORMATS.get(ctx.info_name or "", ()):
            value, origin = config.format, "settings"
        else:
            origin = "settings" if source is ParameterSource.DEFAULT_MAP else _ORIGINS.get(source, "default")  # type: ignore[arg-type]
        shown = "-" if value in (None, ()) else str(value).lower() if isinstance(value, bool) else value
        click.echo(f"  {name.rstrip('_').replace('_', '-'):<16} {shown!s:<24} {origin}")
    for key in ("exclude", "ignore", "accept", "phrases", "per_path"):
        if value := getattr(config, key):
            click.echo(f"  {key.replace('_', '-'):<16} {value!s:<24} settings")


threshold_option = click.option(
    "--threshold",
    type=Threshold(),
    help="Probability from which a document is flagged: 0.95, 95%, or a name such as fpr=0.001; `info` lists them.",
)
prior_option = click.option(
    "--prior",
    type=Share(),
    metavar="SHARE",
    help="Share of your texts that is spun, such as 0.01; reports then add the probability for that share.",
)
check_option = click.option("--check", is_flag=True, help="Exit with 1 if a document is flagged.")
jobs_option = click.option(
    "--jobs",
    "-j",
    type=WholeNumber(1),
    default=1,
    show_default=True,
    metavar="N",
    help="Number of parallel processes.",
)
wordnet_option = click.option(
    "--wordnet", type=click.Path(path_type=Path), help="Folder of WordNet's database files; the usual places otherwise."
)
mythes_option = click.option(
    "--mythes", type=click.Path(path_type=Path), help="English thesaurus of MyThes; the usual places otherwise."
)
cache_option = click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Keep reports in FOLDER, and reuse them while text, models and threshold are the same.",
)


def check_threshold(threshold: float | str | None) -> None:
    """Raise Usage, with the names of all thresholds, if this is not the name of one."""
    if isinstance(threshold, str):
        from detector.api import model_info

        known = model_info()["thresholds"]
        if threshold not in known:
            raise Usage(f"unknown threshold {threshold!r}: give a number from 0 to 1, or one of {', '.join(known)}")


def open_cache(folder: Path | None, threshold: float | str | None, findings: bool = True) -> ResultCache | None:
    """Return the cache in the folder, None if none was named."""
    if folder is None:
        return None
    from detector.cache import ResultCache

    try:
        return ResultCache.open(folder, __version__, signature(), threshold, findings)
    except InputError as error:
        raise Usage(str(error)) from None


def config_of(ctx: click.Context) -> Config:
    """Return the settings of the project."""
    return ctx.find_object(Config) or Config()


def limits_of(values: Mapping[str, Any]) -> Limits:
    """Return the limits of each input, from the options that commands share."""
    return Limits(values["regions"], values["max_bytes"], values["timeout"])


def protect_inputs(
    ctx: click.Context, call: Invocation, files: Sequence[Path], way_out: str = "give -o another name"
) -> None:
    """Raise Usage if results would replace an input, or another file that is read: an option or a setting names it."""
    config = config_of(ctx)
    named = (ctx.params.get("baseline_path"), ctx.params.get("spinner_table"), config.source, config.phrases)
    call.protect([*files, *(Path(path) for path in named if path)], way_out)


def rules_of(ctx: click.Context) -> Rules:
    """Return the project's rules on findings."""
    config = config_of(ctx)
    try:
        return Rules(config, None if config.phrases is None else read_phrases(config.phrases))
    except InputError as error:
        raise Usage(str(error)) from None


def call_of(ctx: click.Context) -> Invocation:
    """Return the call: the options that all commands share, with the format that they come to."""
    values = ctx.params
    output: Path | None = values["output"]
    if output is not None and values["output_dir"] is not None:
        raise Usage("-o names a file, --output-dir a folder: leave one out")
    if output == Path("-"):
        output = None
    formats = FORMATS[ctx.info_name or ""]
    settled = config_of(ctx).format
    default = settled if settled in formats else "text"
    format_ = format_for(output, values["format_"], default, formats)
    return Invocation(format_, output, values["color"], values["quiet"], values["verbose"])
