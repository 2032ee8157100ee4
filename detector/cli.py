"""The command line: reads inputs, prints results to standard output, everything else to standard error.

Exit codes: 0 ran; 1 `--check` found a document that is spun; 2 wrong usage; 3 an input or a model could not
be read, the other inputs are done all the same. The worst of all inputs wins: 3 over 1 over 0.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

from detector import __version__
from detector.config import Config, find_config
from detector.errors import DetectorError, InputError
from detector.evidence import CUES
from detector.readers import Document, encoding_of, iter_paths, read_document
from detector.report.model import Failure, Judged, Restored, Run, fingerprint

if TYPE_CHECKING:
    from detector.report.text import Terminal
    from detector.types import Edit, Report

__all__ = ["cli", "main"]

_STDIN = "-"
# Characters of one document. Longer ones are read in parts, so memory is that of the text itself several times over;
# beyond this the file is a corpus and no document.
_LONGEST = 100_000_000
_FORMATS = {
    "annotate": ("text", "json", "html", "sarif", "github", "markdown"),
    "score": ("text", "json", "jsonl", "csv"),
    "reverse": ("text", "diff", "json"),
}
_ALL_FORMATS = tuple(dict.fromkeys(f for formats in _FORMATS.values() for f in formats))
_Command = TypeVar("_Command", bound=Callable[..., Any])

if TYPE_CHECKING:
    _ParamType = click.ParamType[Any]
else:  # generic for type checkers alone before click 8.3
    _ParamType = click.ParamType


class _Usage(click.UsageError):
    """Wrong usage that says itself what to do instead."""


class _PipeClosed(Exception):
    """Whoever read the results has read enough."""


class _Group(click.Group):
    """Commands whose closed pipes are told apart: click would exit with 1, which means something here."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise _PipeClosed from None


class _Threshold(_ParamType):
    """A probability, or the name of a threshold, which only the models know."""

    name = "number|name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float | str:
        try:
            number = float(value)
        except ValueError:
            return str(value)
        if not 0 <= number <= 1:
            self.fail(f"{value} is no probability from 0 to 1", param, ctx)
        return number


class _Span(_ParamType):
    """Half-open offsets START:END."""

    name = "start:end"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        if isinstance(value, tuple):
            return value
        start, colon, end = value.partition(":")
        if not (colon and start.isdecimal() and end.isdecimal() and int(start) <= int(end)):
            self.fail(f"{value!r} is no span: give offsets as START:END, such as 57:62", param, ctx)
        return int(start), int(end)


@dataclass
class _Call:
    """What one call was told about where its results go, and what has gone wrong so far."""

    format: str
    output: Path | None
    color: str
    quiet: bool
    exclude: tuple[str, ...] = ()
    failures: list[Failure] = field(default_factory=list)
    flagged: bool = False

    @property
    def colored(self) -> bool:
        """Whether standard output takes colour: asked for, or a terminal and nobody minds."""
        if self.color != "auto":
            return self.color == "always"
        if self.output is not None or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
            return False
        return sys.stdout.isatty()

    @property
    def on_terminal(self) -> bool:
        return self.output is None and sys.stdout.isatty()

    def fail(self, failure: Failure) -> None:
        """Tell of an input that could not be read, and remember it."""
        self.failures.append(failure)
        _tell(f"{failure.path}: {failure.message}")

    def code(self, check: bool = False) -> int:
        """Return the exit code: the worst of all inputs."""
        return 3 if self.failures else 1 if check and self.flagged else 0

    @contextmanager
    def writer(self) -> Iterator[Callable[[str], None]]:
        """Yield a function that writes results in UTF-8, to standard output or the file that was named.

        The file appears when all is written: it may be an input too, and a call that was broken off leaves
        what was there.
        """
        if self.output is None:
            out = getattr(sys.stdout, "buffer", None)
            if out is None:  # a stream that someone has put in its place
                yield _write_text
            else:
                yield lambda text: _write(out, text)
            sys.stdout.flush()
            return
        special = self.output.exists() and not self.output.is_file()
        path = self.output if special else self.output.with_name(self.output.name + ".partial")
        try:
            with path.open("wb") as file:
                yield lambda text: _write(file, text)
            if not special:
                path.replace(self.output)
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            raise _Usage(f"{self.output}: cannot be written: {error.strerror}") from None
        finally:
            if not special:
                path.unlink(missing_ok=True)

    @contextmanager
    def terminal(self) -> Iterator[Terminal]:
        """Yield a terminal on the place where results go."""
        from detector.report.text import Terminal

        if self.output is None:
            reconfigure = getattr(sys.stdout, "reconfigure", None)
            if reconfigure is not None:
                reconfigure(errors="replace")
            yield Terminal.on(sys.stdout, self.colored)
            sys.stdout.flush()
            return
        import io

        with self.writer() as write:
            out = io.StringIO()
            yield Terminal.on(out, self.colored)
            write(out.getvalue())

    @contextmanager
    def progress(self, total: int) -> Iterator[Callable[[], None]]:
        """Yield a function that is told of each document done: a bar, where there is one to see it.

        Not where results scroll by on the same terminal: they are progress enough.
        """
        if self.quiet or total < 3 or not sys.stderr.isatty() or self.on_terminal:
            yield lambda: None
            return
        with _bar() as bar:
            task = bar.add_task("documents", total=total)
            yield lambda: bar.advance(task)


def _write(out: IO[bytes], text: str) -> None:
    out.write(text.encode("utf-8", "surrogateescape"))


def _write_text(text: str) -> None:
    sys.stdout.write(text)


def _bar() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description:<18}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )


def _tell(message: str) -> None:
    """Print one line to standard error."""
    from detector.report.text import printable

    line = printable(message).replace("\n", " ").strip()
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    click.echo(f"detector: {line}".encode(encoding, "replace").decode(encoding), err=True)


# ---- reading and judging ---------------------------------------------------------------------------------


def _paths(arguments: Sequence[str], call: _Call) -> list[Path]:
    return list(iter_paths(arguments or (_STDIN,), call.exclude))


def _documents(paths: Iterable[Path]) -> Iterator[Document | Failure]:
    """Yield each input as a document, or what is wrong with it."""
    from detector.readers.regions import without_regions

    for path in paths:
        try:
            document = _read_stdin() if str(path) == _STDIN else read_document(path)
        except InputError as error:
            yield Failure(str(path), str(error))
        except MemoryError:
            yield Failure(str(path), "too large for the memory at hand")
        else:
            if len(document.text) > _LONGEST:
                yield Failure(
                    str(path),
                    f"{len(document.text):,} characters are more than can be judged at once "
                    f"({_LONGEST:,}): split it into documents",
                )
            else:
                yield without_regions(document)


def _read_stdin() -> Document:
    if sys.stdin is None:
        raise InputError("standard input is closed")
    if sys.stdin.isatty():
        _tell("reading standard input; Ctrl-D ends it, `detector --help` says more")
    buffer = getattr(sys.stdin, "buffer", None)
    if buffer is None:
        return Document(_STDIN, sys.stdin.read())
    data = buffer.read()
    encoding = encoding_of(data)
    text = data.decode(encoding)
    return Document(_STDIN, text, " " + text[1:] if text.startswith("\ufeff") else None, encoding=encoding)


def _fitted(document: Document, report: Report) -> Judged:
    """Return the report as one on the document's own text: a finding that reaches into a masked part goes."""
    text = document.text
    if document.judged is None:
        return Judged(document, report)
    evidence = tuple(e for e in report.evidence if text[e.start : e.end] == e.surface)
    return Judged(document, replace(report, evidence=evidence, source=text))


def _judge(
    documents: Iterable[Document | Failure], threshold: float | str | None, jobs: int
) -> Iterator[Judged | Failure]:
    """Yield reports and failures in the order of the inputs, holding only a batch of texts at a time."""
    from detector import detect_many

    waiting: deque[Document | Failure] = deque()

    def texts() -> Iterator[str]:
        for item in documents:
            waiting.append(item)
            if isinstance(item, Document):
                yield item.text if item.judged is None else item.judged

    for report in detect_many(texts(), n_jobs=jobs, threshold=threshold):
        while isinstance(item := waiting.popleft(), Failure):
            yield item
        yield _fitted(item, report)
    yield from (item for item in waiting if isinstance(item, Failure))


def _check_threshold(threshold: float | str | None) -> None:
    """Name what thresholds there are where this is none of them."""
    if isinstance(threshold, str):
        from detector.pipeline import model_info

        known = model_info()["thresholds"]
        if threshold not in known:
            raise _Usage(f"no threshold {threshold!r}: give a number from 0 to 1, or one of {', '.join(known)}")


def _restore(document: Document, min_gain: float | None, keep: Sequence[tuple[int, int]] = ()) -> Any:
    """Return the restoration of the document's own text."""
    from detector import apply_plan, reverse
    from detector.types import Restoration

    text = document.text
    judged = text if document.judged is None else document.judged
    plan: tuple[Edit, ...] = tuple(e for e in reverse(judged, min_gain, keep).plan if text[e.start : e.end] == e.spun)
    return Restoration(apply_plan(text, plan), plan, text)


# ---- what is left of a report ----------------------------------------------------------------------------


def _read_baseline(path: Path) -> dict[str, Counter[str]]:
    """Return how often each finding of a former JSON report is in it, by document."""
    try:
        run = json.loads(path.read_text(encoding="utf-8"))
        return {d["path"]: Counter(e["fingerprint"] for e in d["evidence"]) for d in run["documents"]}
    except FileNotFoundError:
        raise _Usage(f"--baseline {path}: no such file") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise _Usage(
            f"--baseline {path}: no report; `detector annotate --format json --output {path}` writes one"
        ) from None


def _only(judged: Judged, cues: Sequence[str], baseline: dict[str, Counter[str]] | None) -> Judged:
    """Return the report without the evidence that nobody asked for."""
    evidence = judged.report.evidence
    if cues:
        evidence = tuple(e for e in evidence if e.cue in cues)
    if baseline is not None:
        known = Counter(baseline.get(judged.document.path, ()))
        fresh = []
        for item in evidence:
            key = fingerprint(judged.document.text, item)
            if known[key] > 0:
                known[key] -= 1
            else:
                fresh.append(item)
        evidence = tuple(fresh)
    return replace(judged, report=replace(judged.report, evidence=evidence))


# ---- options ---------------------------------------------------------------------------------------------


def _common(command: str) -> Callable[[_Command], _Command]:
    """Add the arguments that annotate, score and reverse share."""
    options = [
        click.argument("paths", nargs=-1, metavar="[PATH]..."),
        click.option(
            "--format",
            "format_",
            type=click.Choice(_FORMATS[command]),
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


_threshold = click.option(
    "--threshold",
    type=_Threshold(),
    help="Probability from which a document is spun, or a name such as fpr=0.001; `info` lists them.",
)
_check = click.option("--check", is_flag=True, help="Exit with 1 where a document is spun.")
_jobs = click.option(
    "--jobs",
    "-j",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="Processes to work in.",
)
_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def _call(ctx: click.Context, format_: str, output: Path | None, color: str, quiet: bool) -> _Call:
    config = ctx.find_object(Config) or Config()
    return _Call(format_, output, color, quiet, config.exclude)


_COMPLETION = """
\b
Completion of commands and options, in the shell's start-up file:
  bash   eval "$(_DETECTOR_COMPLETE=bash_source detector)"
  zsh    eval "$(_DETECTOR_COMPLETE=zsh_source detector)"
  fish   _DETECTOR_COMPLETE=fish_source detector | source
"""


@click.group(cls=_Group, context_settings=_CONTEXT, epilog=_COMPLETION)
@click.version_option(__version__, prog_name="detector")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Find spun English, show the words that give it away, and restore what they probably were.

    Spun text had its words replaced by synonyms, automatically. PATH is a file, a folder or a pattern; `-` or
    no PATH reads standard input. A project's settings are read from [tool.detector] in pyproject.toml, or
    from detector.toml.
    """
    try:
        config = find_config(Path.cwd(), _ALL_FORMATS)
    except InputError as error:
        raise _Usage(str(error)) from None
    ctx.obj = config
    common: dict[str, Any] = {} if config.color is None else {"color": config.color}
    judged = {} if config.threshold is None else {"threshold": config.threshold}
    ctx.default_map = {
        "annotate": {**common, **judged},
        "score": {**common, **judged},
        "reverse": {**common, **({} if config.min_gain is None else {"min_gain": config.min_gain})},
    }
    for command, formats in _FORMATS.items():
        if config.format in formats:
            ctx.default_map[command]["format_"] = config.format


@cli.command(short_help="Highlight what reads as substituted, with likely originals.")
@_common("annotate")
@_threshold
@_check
@_jobs
@click.option(
    "--context",
    type=click.IntRange(0),
    metavar="N",
    help="Show only passages with findings, and N around each (text).",
)
@click.option(
    "--why",
    "cues",
    type=click.Choice(CUES),
    metavar="CUE",
    multiple=True,
    help=f"Only findings of this kind; repeatable. One of {', '.join(CUES)}.",
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Only what this former JSON report does not have; --check minds only documents with such findings.",
)
@click.pass_context
def annotate(
    ctx: click.Context,
    paths: tuple[str, ...],
    format_: str,
    output: Path | None,
    color: str,
    quiet: bool,
    threshold: float | str | None,
    check: bool,
    jobs: int,
    context: int | None,
    cues: tuple[str, ...],
    baseline: Path | None,
) -> int:
    """Highlight what reads as substituted, passage by passage, with likely originals."""
    if context is not None and format_ != "text":
        raise _Usage("--context goes with --format text only")
    _check_threshold(threshold)
    call = _call(ctx, format_, output, color, quiet)
    known = None if baseline is None else _read_baseline(baseline)
    if known is not None and context is None:
        context = 0  # what is new matters, not the article around it
    files = _paths(paths, call)

    def results() -> Iterator[Judged]:
        with call.progress(len(files)) as done:
            for item in _judge(_documents(files), threshold, jobs):
                done()
                if isinstance(item, Failure):
                    call.fail(item)
                    continue
                left = _only(item, cues, known)
                fresh = known is None or bool(left.report.evidence)
                call.flagged |= item.report.verdict == "spun" and fresh
                yield left

    if format_ == "text":
        _print_documents(call, results(), len(files) > 1, context)
    else:
        judged = tuple(results())
        if format_ == "html":
            judged = tuple(
                replace(j, restoration=_restore(j.document, None)) if j.report.verdict == "spun" else j for j in judged
            )
        run = Run(judged, tuple(call.failures), __version__, _signature())
        with call.writer() as write:
            rendered = _renderer(format_)(run)
            for part in (rendered,) if isinstance(rendered, str) else rendered:
                write(part)
    return call.code(check)


def _renderer(format_: str) -> Callable[[Run], str | Iterable[str]]:
    from importlib import import_module

    render: Callable[[Run], str | Iterable[str]] = import_module(f"detector.report.{format_}").render
    return render


def _signature() -> str:
    from detector.pipeline import model_info

    return str(model_info()["signature"])


def _print_documents(call: _Call, results: Iterator[Judged], several: bool, context: int | None) -> None:
    rows = []
    flagged = False
    with call.terminal() as terminal:
        for judged in results:
            if several:
                terminal.heading(judged.document.path)
            terminal.document(judged, context)
            flagged |= judged.report.verdict == "spun"
            if several:
                terminal.console.print()
                rows.append(Judged(Document(judged.document.path, ""), judged.report))
        if several and rows:
            terminal.summary(rows, call.failures)
        if call.on_terminal and call.colored and not call.quiet and flagged:
            terminal.console.print()
            terminal.legend()


@cli.command()
@_common("score")
@_threshold
@_check
@_jobs
@click.pass_context
def score(
    ctx: click.Context,
    paths: tuple[str, ...],
    format_: str,
    output: Path | None,
    color: str,
    quiet: bool,
    threshold: float | str | None,
    check: bool,
    jobs: int,
) -> int:
    """Write one line a document: path, probability, verdict, words."""
    from detector.report import score as lines

    _check_threshold(threshold)
    call = _call(ctx, format_, output, color, quiet)
    files = _paths(paths, call)

    def results() -> Iterator[Judged]:
        with call.progress(len(files)) as done:
            for item in _judge(_documents(files), threshold, jobs):
                done()
                if isinstance(item, Failure):
                    call.fail(item)
                    continue
                call.flagged |= item.report.verdict == "spun"
                yield item

    if format_ == "text":
        width = min(max((len(str(p)) for p in files), default=0), 60)
        with call.terminal() as terminal:
            for judged in results():
                terminal.score(judged, width)
    elif format_ == "json":
        from detector.report.json import document_object, wrap

        objects = [document_object(j, parts=False) for j in results()]
        with call.writer() as write:
            write(wrap(objects, call.failures, __version__, _signature()))
    else:
        with call.writer() as write:
            if format_ == "csv":
                write(lines.CSV_HEADER)
            for judged in results():
                write(lines.csv_row(judged) if format_ == "csv" else lines.json_line(judged))
    return call.code(check)


@cli.command()
@_common("reverse")
@click.option(
    "--min-gain",
    type=float,
    metavar="X",
    help="Leave alone what is not X powers of ten likelier put back; higher changes less.",
)
@click.option(
    "--keep",
    type=_Span(),
    multiple=True,
    metavar="START:END",
    help="Leave these characters as they are; repeatable.",
)
@click.option("--queries", is_flag=True, help="Write sentences that probably find the source in a search engine.")
@click.pass_context
def reverse(
    ctx: click.Context,
    paths: tuple[str, ...],
    format_: str,
    output: Path | None,
    color: str,
    quiet: bool,
    min_gain: float | None,
    keep: tuple[tuple[int, int], ...],
    queries: bool,
) -> int:
    """Write the text with likely originals put back."""
    call = _call(ctx, format_, output, color, quiet)
    files = _paths(paths, call)
    if keep and len(files) > 1:
        raise _Usage(f"--keep holds offsets of one document, but there are {len(files)}")
    if queries and format_ == "diff":
        raise _Usage("--queries goes with --format text or json")

    def results() -> Iterator[Restored]:
        with call.progress(len(files)) as done:
            for item in _documents(files):
                done()
                if isinstance(item, Failure):
                    call.fail(item)
                    continue
                beyond = [s for s in keep if s[1] > len(item.text)]
                if beyond:
                    raise _Usage(
                        f"--keep {beyond[0][0]}:{beyond[0][1]} reaches beyond the text, "
                        f"which has {len(item.text):,} characters"
                    )
                restoration = _restore(item, min_gain, keep)
                yield Restored(item, restoration, _queries(restoration) if queries else ())

    if format_ == "json":
        from detector.report.json import restored_object, wrap

        objects = [restored_object(r, queries) for r in results()]
        with call.writer() as write:
            write(wrap(objects, call.failures, __version__, _signature()))
    elif format_ == "text" and (queries or call.colored or call.on_terminal):
        with call.terminal() as terminal:
            for restored in results():
                if queries:
                    for sentence in restored.queries:
                        terminal.console.print(f'"{terminal.show(sentence)}"', soft_wrap=True)
                else:
                    terminal.restored(restored)
    else:
        from detector.report.diff import unified_diff

        with call.writer() as write:
            for restored in results():
                document, restoration = restored.document, restored.restoration
                if format_ == "text":
                    write(restoration.text)
                else:
                    write(unified_diff(document.path, document.text, restoration.plan))
    return call.code()


def _queries(restoration: Any) -> tuple[str, ...]:
    from detector.queries import search_queries

    return search_queries(restoration)


@cli.command(short_help="Version, models, data and thresholds.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(("text", "json")),
    default="text",
    show_default=True,
    help="What to write.",
)
def info(format_: str) -> int:
    """Say which version and models these are, what they are made from, and what the thresholds mean."""
    from detector.pipeline import model_info

    facts = model_info()
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


@cli.command()
def schema() -> int:
    """Write the JSON Schema of what `--format json` writes."""
    from importlib.resources import files

    click.echo(files("detector").joinpath("report", "schema.json").read_text(encoding="utf-8"), nl=False)
    return 0


_folder = click.Path(path_type=Path, exists=True, file_okay=False)


@cli.command()
@click.option(
    "--corpus",
    type=_folder,
    required=True,
    help="Folder of human text: JSON Lines, as its SOURCES.md says.",
)
@click.option("--lexicon", type=_folder, required=True, help="Folder of known substitutions.")
@click.option("--pairs", type=_folder, required=True, help="Folder of observed pairs of sentences.")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("models"),
    show_default=True,
    help="Folder to write the models to.",
)
@click.option(
    "--work",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep each step here, so that a run that was broken off goes on; without it nothing is kept.",
)
@click.option("--wordnet", type=click.Path(path_type=Path), help="Folder of WordNet's database files.")
@click.option("--mythes", type=click.Path(path_type=Path), help="English thesaurus of MyThes.")
@click.option(
    "--arpa",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the language model as ARPA too, for other programs.",
)
@click.option("--seed", type=int, default=2026, show_default=True, help="Same inputs and seed, same files.")
@click.option("--jobs", "-j", type=click.IntRange(1), default=2, show_default=True, help="Processes to work in.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def train(
    corpus: Path,
    lexicon: Path,
    pairs: Path,
    output: Path,
    work: Path | None,
    wordnet: Path | None,
    mythes: Path | None,
    arpa: Path | None,
    seed: int,
    jobs: int,
    quiet: bool,
) -> int:
    """Rebuild all models from a corpus."""
    from importlib.util import find_spec

    missing = [name for name in ("torch", "scipy") if find_spec(name) is None]
    if missing:
        _tell(f'training needs {" and ".join(missing)}: pip install "detector[train]"')
        return 2
    from detector.training.train import TrainSettings
    from detector.training.train import train as run

    settings = TrainSettings(corpus, lexicon, pairs, output, work=work, arpa=arpa, seed=seed, n_jobs=jobs)
    if wordnet is not None:
        settings = replace(settings, wordnet=wordnet)
    if mythes is not None:
        settings = replace(settings, mythes=mythes)
    with _training_progress(quiet) as (announce, progress):
        folder = run(settings, announce, progress)
    if not quiet:
        _tell(f"models written to {folder}")
    return 0


@cli.command()
@click.option("--corpus", type=_folder, required=True, help="Folder of human documents, as `detector train` takes it.")
@click.option("--lexicon", type=_folder, required=True, help="Folder of known substitutions.")
@click.option("--pairs", type=_folder, required=True, help="Folder of observed pairs of sentences.")
@click.option(
    "--output",
    "-o",
    type=_folder,
    default=Path("models"),
    show_default=True,
    help="Folder of the models to measure; the model card is written there.",
)
@click.option(
    "--work",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep finished parts here; the folder of `detector train --work` has the spinners' tables already.",
)
@click.option(
    "--limit", type=click.IntRange(20), default=600, show_default=True, help="Documents in each table, 20 or more."
)
@click.option("--leave-one-out", is_flag=True, help="Fit anew without each spinner too (minutes for each).")
@click.option(
    "--unseen-thesaurus",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Thesaurus in Moby's format that nothing was fitted on.",
)
@click.option("--seed", type=int, default=4096, show_default=True, help="Same inputs and seed, same numbers.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def evaluate(
    corpus: Path,
    lexicon: Path,
    pairs: Path,
    output: Path,
    work: Path | None,
    limit: int,
    leave_one_out: bool,
    unseen_thesaurus: Path | None,
    seed: int,
    quiet: bool,
) -> int:
    """Measure the models on held-out text and write the model card."""
    from importlib.util import find_spec

    if find_spec("matplotlib") is None:
        _tell('evaluating needs matplotlib: pip install "detector[train]"')
        return 2
    from detector.training.evaluate import EvaluateSettings
    from detector.training.evaluate import evaluate as run

    settings = EvaluateSettings(
        corpus,
        lexicon,
        pairs,
        output,
        work=work,
        limit=limit,
        leave_one_out=leave_one_out,
        unseen_thesaurus=unseen_thesaurus,
        seed=seed,
    )
    with _training_progress(quiet) as (announce, progress):
        run(settings, announce, progress)
    if not quiet:
        _tell(f"model card written to {output / 'README.md'}")
    return 0


@contextmanager
def _training_progress(
    quiet: bool,
) -> Iterator[tuple[Callable[[str], None], Callable[[int, int], None]]]:
    """Yield what `train` tells of its steps and how far each is."""
    if quiet:
        yield (lambda step: None), (lambda done, total: None)
        return
    if not sys.stderr.isatty():
        yield (lambda step: click.echo(step, err=True)), (lambda done, total: None)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

    bar = Progress(
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description:<18}"),
        BarColumn(bar_width=30),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
    current: list[TaskID] = []

    def finish() -> None:
        if current:
            bar.update(current[-1], total=1, completed=1)

    def announce(step: str) -> None:
        finish()
        current.append(bar.add_task(step, total=None))

    def progress(done: int, total: int) -> None:
        if current:
            bar.update(current[-1], completed=done, total=total)

    with bar:
        yield announce, progress
        finish()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        code = cli.main(
            args=None if arguments is None else list(arguments), prog_name="detector", standalone_mode=False
        )
        sys.stdout.flush()
    except (_PipeClosed, BrokenPipeError):
        # What is still buffered must not go to the closed pipe at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx is not None else "detector"
        hint = "" if isinstance(error, _Usage) else f" (see `{command} --help`)"
        _tell(error.format_message() + hint)
        return 2
    except click.ClickException as error:
        _tell(error.format_message())
        return error.exit_code
    except click.Abort:
        return 130
    except DetectorError as error:
        _tell(str(error))
        return 3
    except MemoryError:
        _tell("out of memory; fewer --jobs, or smaller files, need less")
        return 3
    except KeyboardInterrupt:
        return 130
    return int(code or 0)


if __name__ == "__main__":
    sys.exit(main())
