"""`detector annotate`."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import click

from detector.cli.baseline import read_baseline
from detector.cli.call import Invocation, signature
from detector.cli.inputs import iter_inputs, paths_of, sizes_of
from detector.cli.judging import Judging, judge_inputs
from detector.cli.messages import Usage
from detector.cli.options import (
    WholeNumber,
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
    rules_of,
    threshold_option,
)
from detector.cli.queue import only_option, ordered, queue_of, sort_option
from detector.cli.spinner import SpinnerChoice, spinner_options
from detector.cues import CUE_BY_ID
from detector.readers import InputDocument
from detector.report.formats import REPORT_FORMAT_BY_NAME
from detector.report.model import JudgedDocument, ReportRun, findings, label_of
from detector.report.wording import count
from detector.version import __version__

__all__ = ["annotate"]


@click.command(short_help="Highlight substituted wording, with likely originals.")
@common("annotate")
@threshold_option
@prior_option
@check_option
@jobs_option
@cache_option
@only_option
@sort_option
@click.option(
    "--context",
    type=WholeNumber(0),
    metavar="N",
    help="Show only passages with findings, and N passages around each (only in text).",
)
@click.option("--statistics", is_flag=True, help="Count findings by cue instead of showing them (only in text).")
@click.option(
    "--why",
    "cues",
    type=click.Choice(tuple(CUE_BY_ID)),
    metavar="CUE",
    multiple=True,
    help=f"Show only findings of this cue; repeatable. One of {', '.join(CUE_BY_ID)}.",
)
@click.option(
    "--baseline",
    "baseline_path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Show only findings that this earlier JSON report lacks; --check counts only documents with such findings.",
)
@click.option("--prune", is_flag=True, help="Remove findings that no longer occur from the baseline file.")
@spinner_options
@click.pass_context
def annotate(
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
    context: int | None,
    statistics: bool,
    cues: tuple[str, ...],
    baseline_path: Path | None,
    prune: bool,
    same_spinner: bool,
    spinner_table: Path | None,
    **shared: Any,
) -> int:
    """Highlight wording that reads as substituted, passage by passage, with likely originals.

    Exit codes: 0 ran; 1 with --check, a document is flagged; 2 wrong usage; 3 an input could not be read, the
    others were processed; 70 an error in the program itself.
    """
    call = call_of(ctx)
    for name, given in (("--context", context is not None), ("--statistics", statistics)):
        if given and call.format != "text":
            raise Usage(f"{name} works only with --format text, not {call.format}: leave one out")
    if prune and baseline_path is None:
        raise Usage("--prune needs a baseline: add --baseline FILE")
    check_threshold(threshold)
    baseline = None if baseline_path is None else read_baseline(baseline_path)
    if baseline is not None and context is None:
        context = 0  # new findings matter, not the article around them
    limits = limits_of(shared)
    spinner = SpinnerChoice.from_options(same_spinner, spinner_table, cache)
    files = paths_of(paths, (*config_of(ctx).excluded, *shared["exclude"]), shared["stdin_filename"])
    protect_inputs(ctx, call, files)
    judging = Judging(
        threshold,
        jobs,
        prior=prior,
        rules=rules_of(ctx),
        cache=open_cache(cache, threshold),
        verbose=call.verbose,
        timeout=limits.timeout,
    )

    def results() -> Iterator[JudgedDocument]:
        inputs, known = spinner.known(iter_inputs(files, shared["stdin_filename"], limits), call, jobs)
        judged = judge_inputs(inputs, replace(judging, spinner=known))
        for item in call.read(judged, sizes_of(files), lambda item: item.report.n_words):
            # The baseline sees the findings of all cues: those that are not shown are not gone.
            left = _only_cues(item if baseline is None else baseline.fresh(item), cues)
            call.flagged |= item.report.verdict == "spun" and (baseline is None or bool(left.report.evidence))
            yield left

    queued = queue_of(results(), only, sort)
    phrases = judging.rules.phrases
    about_phrases = "" if phrases is None else f"{phrases.name} (SHA-256 {phrases.sha256[:16]})"

    def run_of(judged: Sequence[JudgedDocument], whole: bool = True) -> ReportRun:
        failures = tuple(call.failures) if whole else ()
        return ReportRun(tuple(judged), failures, __version__, signature(), date.today().isoformat(), about_phrases)

    if statistics:
        _print_statistics(call, queued)
    elif output_dir is not None:
        for judged in queued:
            part = call.into(output_dir, judged.document.path)
            _write(part, run_of([judged], whole=False), context)
    elif call.format == "text":
        _print_documents(call, queued, len(files) > 1, context, show_all=bool(only))
    else:
        _write(call, run_of(list(queued)), context)
    if baseline is not None:
        baseline.miss([path for path in paths if os.path.isdir(path)])
        if prune:
            baseline.prune()
        removed = "removed" if prune else "--prune removes them"
        note = f"{count(baseline.left_out, 'known finding')} left out"
        call.note(note + (f"; {baseline.gone:,} of {baseline.path} are gone ({removed})" if baseline.gone else ""))
    return call.code(check)


def _only_cues(judged: JudgedDocument, cues: Sequence[str]) -> JudgedDocument:
    """Return the report without the findings of cues that were not named."""
    if not cues:
        return judged
    report = judged.report
    return judged.showing(
        (e for e in report.evidence if e.cue in cues),
        (d for d in report.damage if d.kind in cues),
    )


def _write(call: Invocation, run: ReportRun, context: int | None) -> None:
    """Write one report on all documents of a run."""
    if call.format == "text":
        with call.terminal() as terminal:
            for judged in run.judged:
                terminal.document(judged, context)
        return
    with call.writer() as write:
        write(REPORT_FORMAT_BY_NAME[call.format].render(run))


def _print_documents(
    call: Invocation, judged: Iterable[JudgedDocument], several: bool, context: int | None, show_all: bool
) -> None:
    """Print documents one by one; of several, those that nothing was found in stand in the summary alone."""
    rows = []
    flagged = False
    with call.terminal() as terminal:
        for item in judged:
            folded = several and not show_all and _is_plain(item, context)
            if not folded:
                if several:
                    terminal.heading(item.document.path)
                terminal.document(item, context)
                if several:
                    terminal.console.print()
            flagged |= item.report.verdict == "spun"
            if several:
                rows.append(replace(item, document=InputDocument(item.document.path, "")))
        if several and (rows or call.failures):
            terminal.summary(ordered(rows, None), call.failures)
        if call.on_terminal and call.colored and not call.quiet and flagged:
            terminal.console.print()
            terminal.legend()


def _is_plain(judged: JudgedDocument, context: int | None) -> bool:
    if context is not None:
        return not findings(judged.report)
    report = judged.report
    if judged.reading in ("flagged", "doubtful") or report.damage:
        return False
    return all(p.verdict != "spun" for p in report.passages)


def _print_statistics(call: Invocation, judged: Iterable[JudgedDocument]) -> None:
    """Print how many findings there are of each cue, and how many documents of each verdict."""
    by_cue: Counter[str] = Counter()
    readings: Counter[str] = Counter()
    words = 0
    for item in judged:
        by_cue.update(f.cue for f in findings(item.report))
        readings[item.reading] += 1
        words += item.report.n_words
    with call.writer() as write:
        for cue, n in by_cue.most_common():
            write(f"{n:>7,}  {cue:<24}  {label_of(cue)}\n")
        documents = ", ".join(f"{n:,} {reading}" for reading, n in readings.most_common())
        judged_documents = count(readings.total(), "document")
        write(f"{judged_documents}, {count(words, 'word')}: {documents or 'none'}\n")
