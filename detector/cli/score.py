"""`detector score`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from detector.cli.call import Invocation, signature
from detector.cli.inputs import iter_inputs, paths_of, sizes_of
from detector.cli.judging import Judging, judge_inputs
from detector.cli.options import (
    cache_option,
    call_of,
    check_option,
    check_threshold,
    common,
    config_of,
    jobs_option,
    limits_of,
    open_cache,
    prior_option,
    protect_inputs,
    threshold_option,
)
from detector.cli.queue import only_option, queue_of, sort_option
from detector.report import score as lines
from detector.report.json import document_object, wrap
from detector.report.model import JudgedDocument
from detector.version import __version__

__all__ = ["score"]


@click.command(short_help="One line for each document: path, probability, verdict, words.")
@common("score")
@threshold_option
@prior_option
@check_option
@jobs_option
@cache_option
@only_option
@sort_option
@click.pass_context
def score(
    ctx: click.Context,
    /,
    paths: tuple[str, ...],
    output_dir: Path | None,
    threshold: float | str | None,
    prior: float | None,
    check: bool,
    jobs: int,
    cache: Path | None,
    only: tuple[str, ...],
    sort: str | None,
    **shared: Any,
) -> int:
    """Write one line for each document: path, probability, verdict, words.

    Passages and findings are not computed; `detector annotate` shows them. Exit codes are those of annotate.
    """
    call = call_of(ctx)
    check_threshold(threshold)
    limits = limits_of(shared)
    files = paths_of(paths, (*config_of(ctx).excluded, *shared["exclude"]), shared["stdin_filename"])
    protect_inputs(ctx, call, files)
    kept = open_cache(cache, threshold, findings=False)
    judging = Judging(
        threshold, jobs, findings=False, prior=prior, cache=kept, verbose=call.verbose, timeout=limits.timeout
    )

    def results() -> Iterator[JudgedDocument]:
        judged = judge_inputs(iter_inputs(files, shared["stdin_filename"], limits), judging)
        for item in call.read(judged, sizes_of(files), lambda item: item.report.n_words):
            call.flagged |= item.report.verdict == "spun"
            yield item

    queued = queue_of(results(), only, sort)
    width = min(max((len(str(p)) for p in files), default=0), 60)
    if output_dir is None:
        _write(call, queued, width)
    else:
        for item in queued:
            part = call.into(output_dir, item.document.path)
            _write(part, iter([item]), width)
    return call.code(check)


def _write(call: Invocation, judged: Iterator[JudgedDocument], width: int) -> None:
    """Write the scores of some documents; `width` is that of the column of paths."""
    if call.format == "text":
        with call.terminal() as terminal:
            for item in judged:
                terminal.score(item, width)
    elif call.format == "json":
        objects = [document_object(item, parts=False) for item in judged]
        with call.writer() as write:
            write(wrap(objects, call.failures, __version__, signature()))
    else:
        with call.writer() as write:
            if call.format == "csv":
                write(lines.CSV_HEADER)
            for item in judged:
                write(lines.csv_row(item) if call.format == "csv" else lines.json_line(item))
