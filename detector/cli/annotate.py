"""`detector annotate`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import click

from detector import __version__
from detector.cli.call import Invocation, Usage, signature
from detector.cli.documents import iter_documents, judge, only, paths_of, read_baseline, restore
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
from detector.cues import CUES
from detector.readers import InputDocument
from detector.report.model import JudgedDocument, ReportRun

__all__ = ["annotate"]


@click.command(short_help="Highlight what reads as substituted, with likely originals.")
@common("annotate")
@threshold_option
@check_option
@jobs_option
@cache_option
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
    cache: Path | None,
    context: int | None,
    cues: tuple[str, ...],
    baseline: Path | None,
) -> int:
    """Highlight what reads as substituted, passage by passage, with likely originals."""
    if context is not None and format_ != "text":
        raise Usage("--context goes with --format text only")
    check_threshold(threshold)
    call = call_of(ctx, format_, output, color, quiet)
    known = None if baseline is None else read_baseline(baseline)
    if known is not None and context is None:
        context = 0  # what is new matters, not the article around it
    files = paths_of(paths, call)
    kept = open_cache(cache, threshold)

    def results() -> Iterator[JudgedDocument]:
        for item in call.read(judge(iter_documents(files), threshold, jobs, kept), len(files)):
            left = only(item, cues, known)
            fresh = known is None or bool(left.report.evidence)
            call.flagged |= item.report.verdict == "spun" and fresh
            yield left

    if format_ == "text":
        _print_documents(call, results(), len(files) > 1, context)
    else:
        judged = tuple(results())
        if format_ == "html":
            judged = tuple(
                replace(j, restoration=restore(j.document, None)) if j.report.verdict == "spun" else j for j in judged
            )
        run = ReportRun(judged, tuple(call.failures), __version__, signature())
        with call.writer() as write:
            rendered = _renderer(format_)(run)
            for part in (rendered,) if isinstance(rendered, str) else rendered:
                write(part)
    return call.code(check)


def _renderer(format_: str) -> Callable[[ReportRun], str | Iterable[str]]:
    from importlib import import_module

    render: Callable[[ReportRun], str | Iterable[str]] = import_module(f"detector.report.{format_}").render
    return render


def _print_documents(call: Invocation, results: Iterator[JudgedDocument], several: bool, context: int | None) -> None:
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
                rows.append(JudgedDocument(InputDocument(judged.document.path, ""), judged.report))
        if several and rows:
            terminal.summary(rows, call.failures)
        if call.on_terminal and call.colored and not call.quiet and flagged:
            terminal.console.print()
            terminal.legend()
