"""`detector score`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from detector import __version__
from detector.cli.call import signature
from detector.cli.documents import iter_documents, judge, paths_of
from detector.cli.options import (
    cache_option,
    call_of,
    check_option,
    check_threshold,
    common,
    jobs_option,
    open_cache,
    threshold_option,
)
from detector.report.model import JudgedDocument

__all__ = ["score"]


@click.command()
@common("score")
@threshold_option
@check_option
@jobs_option
@cache_option
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
    cache: Path | None,
) -> int:
    """Write one line a document: path, probability, verdict, words."""
    from detector.report import score as lines

    check_threshold(threshold)
    call = call_of(ctx, format_, output, color, quiet)
    files = paths_of(paths, call)
    kept = open_cache(cache, threshold)

    def results() -> Iterator[JudgedDocument]:
        for item in call.read(judge(iter_documents(files), threshold, jobs, kept), len(files)):
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
            write(wrap(objects, call.failures, __version__, signature()))
    else:
        with call.writer() as write:
            if format_ == "csv":
                write(lines.CSV_HEADER)
            for judged in results():
                write(lines.csv_row(judged) if format_ == "csv" else lines.json_line(judged))
    return call.code(check)
