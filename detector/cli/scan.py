"""`detector scan`."""

from __future__ import annotations

import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from detector.cli.messages import Usage, echo_error
from detector.cli.options import check_threshold, jobs_option, models_option, threshold_option, whole_numbers
from detector.errors import InputError
from detector.report.model import InputFailure
from detector.report.wording import count

if TYPE_CHECKING:
    from detector.scan import ScanProgress, ScanSummary

__all__ = ["scan"]

_LOG_SECONDS = 30.0  # between lines of progress in a log
_FILES = 10  # that the table names
_GLYPHS = " ▁▂▃▄▅▆▇█"


def _shard(ctx: click.Context, parameter: click.Parameter, value: str) -> tuple[int, int]:
    """Return I and N of I/N."""
    share = whole_numbers(value, "/")
    if share is None or not 1 <= share[0] <= share[1]:
        raise click.BadParameter(f"{value!r} is not a share: give I/N, I from 1 to N, such as 3/16")
    return share


@click.command(short_help="Score a corpus of JSON Lines, Parquet or texts.")
@click.argument("source", metavar="SRC")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="DIR",
    help="Folder of the results, one file for each file of SRC.",
)
@click.option("--text-field", default="text", show_default=True, metavar="NAME", help="Field with a record's text.")
@click.option("--id-field", default="id", show_default=True, metavar="NAME", help="Field with a record's id.")
@click.option(
    "--evidence", is_flag=True, help="Write passages and evidence too; spun text takes several times as long."
)
@click.option(
    "--write",
    type=click.Choice(("clean", "spun", "not-spun")),
    help="Write the records of this verdict, with all their columns, to DIR/clean and so on.",
)
@click.option(
    "--rejected",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write the records that --write leaves out to this folder, with the reason.",
)
@click.option(
    "--output-format",
    type=click.Choice(("jsonl", "parquet")),
    default="jsonl",
    show_default=True,
    help="Format of the results.",
)
@click.option(
    "--compression",
    type=click.Choice(("none", "gzip", "zstd")),
    default="none",
    show_default=True,
    help="Compression of JSON Lines; Parquet is always compressed.",
)
@click.option(
    "--shard",
    default="1/1",
    metavar="I/N",
    callback=_shard,
    help="Score only the I-th of N shares of SRC, for job arrays.",
)
@threshold_option
@jobs_option
@models_option
@click.option("--quiet", "-q", is_flag=True, help="Print errors only: no progress, no summary.")
def scan(
    source: str,
    output: Path,
    text_field: str,
    id_field: str,
    evidence: bool,
    write: str | None,
    rejected: Path | None,
    output_format: str,
    compression: str,
    shard: tuple[int, int],
    threshold: float | str | None,
    jobs: int,
    quiet: bool,
) -> int:
    """Score a corpus: JSON Lines (plain, gzip, bzip2, xz, Zstandard), Parquet, or a folder of texts.

    SRC is a file, a folder, a URL such as s3://bucket/corpus, or - for JSON Lines on standard input. The same command
    continues a scan that was interrupted, and several scans into one folder share the work. Besides the results, DIR
    gets summary.json, and quarantine/ with the records that have no text.
    """
    from detector.scan import ScanSettings
    from detector.scan import scan as run

    check_threshold(threshold)
    settings = ScanSettings(
        source,
        output,
        text_field,
        id_field,
        threshold,
        evidence,
        jobs,
        shard,
        write,
        rejected,
        output_format,
        compression,
    )
    at: list[ScanProgress] = []

    def fail(failure: InputFailure) -> None:
        echo_error(f"{failure.path}: {failure.message}")

    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        with _progress(quiet) as show:

            def progress(now: ScanProgress) -> None:
                at[:] = [now]
                show(now)

            summary = run(settings, fail, progress)
    except InputError as error:
        raise Usage(str(error)) from None
    except KeyboardInterrupt:
        scored = f" after {count(at[0].records, 'record')}" if at else ""
        echo_error(f"stopped{scored}; finished parts are kept in {output}, and the same command continues from there")
        return 130
    finally:
        signal.signal(signal.SIGTERM, before)
    for line in _faults(summary, output):
        echo_error(line)
    if not quiet:
        for line in _table(summary, output):
            click.echo(line, err=True)
    return 3 if summary.failures or summary.counts.broken else 0


def _interrupt(number: int, frame: Any) -> None:
    """End as Ctrl-C does if the machine is to be given up."""
    raise KeyboardInterrupt


# -- progress


def _rate(now: ScanProgress, done_before: int, seconds: float) -> tuple[float, float | None]:
    """Return words a second, and the seconds left; None while they are unknown."""
    done = now.done - done_before
    left = seconds * (now.total - now.done) / done if done > 0 else None
    return now.words / max(seconds, 1e-9), left


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[ScanProgress], None]]:
    """Yield a function that shows how far a scan is: a bar on a terminal, a line now and then in a log."""
    begun = time.monotonic()
    before: list[int] = []  # bytes that were done before the first batch
    last = [begun]

    def described(now: ScanProgress) -> str:
        before[:] = before or [now.done]
        words, left = _rate(now, before[0], time.monotonic() - begun)
        end = "" if left is None else f", {_clock(left)} left"
        return f"{count(now.records, 'record')}, {words:,.0f} words/s{end}"

    def log(now: ScanProgress) -> None:
        line = described(now)
        if time.monotonic() - last[0] >= _LOG_SECONDS:
            last[0] = time.monotonic()
            size = f"{now.done / 1e6:,.1f} of {now.total / 1e6:,.1f} MB"
            echo_error(f"{100 * now.done / max(now.total, 1):.0f}% ({size}), {line}, at {now.file}")

    if quiet:
        yield lambda now: None
        return
    if not sys.stderr.isatty():
        yield log
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(bar_width=24), DownloadColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=None)
        yield lambda now: shown.update(task, description=described(now), completed=now.done, total=now.total)


# -- the summary at the end


def _faults(summary: ScanSummary, output: Path) -> Iterator[str]:
    """Yield a line for each kind of broken record, and for each fault that several files have."""
    for fault, n in summary.counts.faults.most_common():
        yield f"{count(n, 'broken record')}: {fault}; see {output / 'quarantine'}"
    for message, n in Counter(failure.message for failure in summary.failures).most_common():
        if n > 1:
            yield f"{count(n, 'file')}: {message}; `errors` in the summary names them"


def _table(summary: ScanSummary, output: Path) -> Iterator[str]:
    """Yield the lines of a short table: verdicts, probabilities, files."""
    counts = summary.counts
    total = max(counts.records, 1)
    judged = f"{count(counts.records, 'record')}, {count(counts.words, 'word')}, {count(len(summary.files), 'file')}"
    yield f"{judged} in {output}"
    for verdict, n in counts.verdicts.most_common():
        yield f"  {verdict:<22}{n:>14,}{100 * n / total:>8.2f} %"
    if most := max(counts.histogram):
        # The square root, so that one page in a thousand shows beside the others.
        bars = "".join(_GLYPHS[0 if not n else max(1, round(8 * (n / most) ** 0.5))] for n in counts.histogram)
        yield f"  probability 0 |{bars}| 1"
    flagged = [(name, own) for name, own in summary.files.items() if own.verdicts["spun"]]
    if flagged and len(summary.files) > 1:
        yield "  most spun:"
        for name, own in sorted(flagged, key=lambda x: -x[1].verdicts["spun"] / x[1].records)[:_FILES]:
            share = 100 * own.verdicts["spun"] / own.records
            yield f"    {name:<40}{own.verdicts['spun']:>10,} of {own.records:<10,}{share:>8.2f} %"
    if counts.written or counts.rejected:
        yield f"  {count(counts.written, 'record')} written, {counts.rejected:,} left out"
    if summary.changed:
        changed = count(len(summary.changed), "file")
        yield f"  {changed} changed since and scanned again: {', '.join(summary.changed[:3])}"
    if summary.found_done:
        yield f"  {count(summary.found_done, 'file')} done before"
    if summary.failures:
        yield f"  {count(len(summary.failures), 'file')} could not be read, or only in part"
    rate = f", {summary.words / summary.seconds:,.0f} words/s" if summary.words else ""
    yield f"  {_clock(summary.seconds)}{rate}"
