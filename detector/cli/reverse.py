"""`detector reverse`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from detector.api import Spinner, detect
from detector.cli.call import Invocation, signature
from detector.cli.inputs import STDIN, Input, iter_inputs, paths_of, sizes_of
from detector.cli.judging import isolated, restore_input
from detector.cli.limits import Limits
from detector.cli.messages import Usage
from detector.cli.options import Span, call_of, common, config_of, limits_of, protect_inputs, rules_of
from detector.cli.rules import Rules
from detector.cli.spinner import SpinnerChoice, spinner_options
from detector.errors import InputError, PlanError
from detector.files import open_regular, write_file
from detector.readers import encode
from detector.report.diff import unified_diff
from detector.report.json import restored_object, wrap
from detector.report.model import InputFailure, RestoredDocument, findings
from detector.report.text import printable
from detector.report.wording import count
from detector.search_queries import search_queries
from detector.types import Restoration
from detector.version import __version__
from detector.writers import writer_for

__all__ = ["reverse"]


@click.command(short_help="The text with likely originals restored.")
@common("reverse")
@click.option(
    "--min-gain",
    type=float,
    metavar="X",
    help="Make an edit if the original is at least X powers of ten likelier; higher changes less.",
)
@click.option(
    "--keep",
    type=Span(),
    multiple=True,
    metavar="START:END",
    help="Leave these characters as they are; repeatable.",
)
@click.option("--queries", is_flag=True, help="Write what to search for, between quotation marks, to find the source.")
@click.option("--in-place", is_flag=True, help="Write each restored text into the file that it came from.")
@spinner_options
@click.pass_context
def reverse(
    ctx: click.Context,
    /,
    paths: tuple[str, ...],
    output_dir: Path | None,
    min_gain: float | None,
    keep: tuple[tuple[int, int], ...],
    queries: bool,
    in_place: bool,
    same_spinner: bool,
    spinner_table: Path | None,
    **shared: Any,
) -> int:
    """Write the text with its likely originals restored.

    If there are several texts, a line with its name precedes each. Exit codes are those of annotate.
    """
    call = call_of(ctx)
    limits = limits_of(shared)
    spinner = SpinnerChoice.from_options(same_spinner, spinner_table)
    files = paths_of(paths, (*config_of(ctx).excluded, *shared["exclude"]), shared["stdin_filename"])
    _check_usage(call, files, output_dir, min_gain, bool(keep), queries, in_place)
    protect_inputs(ctx, call, files, "give -o another name, or --in-place instead, which restores inputs themselves")
    rules = rules_of(ctx)
    writer = writer_for(call.format)
    if writer is not None and output_dir is None and len(files) > 1:
        raise Usage(f"--format {call.format} writes one file for each input: add --output-dir FOLDER")
    if call.format == "docx" and output_dir is None and call.on_terminal:
        raise Usage("a Word file cannot be shown in a terminal: add -o FILE.docx")

    def results() -> Iterator[RestoredDocument | InputFailure]:
        inputs, known = spinner.known(iter_inputs(files, shared["stdin_filename"], limits), call)
        for item in inputs:
            yield (
                item
                if isinstance(item, InputFailure)
                else _restored(item, min_gain, keep, queries, rules, call, limits, known)
            )

    restored = call.read(results(), sizes_of(files), lambda item: len(item.document.text.split()))
    if in_place:
        for item in restored:
            _write_in_place(call, item)
    elif output_dir is not None:
        for item in restored:
            same_kind = writer is not None or (call.format == "text" and not item.document.extracted and not queries)
            part = call.into(output_dir, item.document.path, same_kind)
            _write(part, iter([item]), queries, several=False)
    else:
        _write(call, restored, queries, len(files) > 1)
    return call.code()


def _check_usage(
    call: Invocation,
    files: list[Path],
    output_dir: Path | None,
    min_gain: float | None,
    keeps: bool,
    queries: bool,
    in_place: bool,
) -> None:
    if keeps and len(files) > 1:
        raise Usage(f"--keep takes offsets in one document, but there are {len(files)}: give one")
    if min_gain is not None and not math.isfinite(min_gain):
        raise Usage("--min-gain is not a finite number: give log10 odds, such as 0.3")
    if queries and call.format == "diff":
        raise Usage("--queries works with --format text or json, not diff: leave one out")
    if not in_place:
        return
    if call.output is not None or output_dir is not None:
        raise Usage("--in-place writes to the inputs: leave -o and --output-dir out")
    if call.format != "text" or queries:
        raise Usage("--in-place writes only the restored text: leave --format and --queries out")
    if any(str(path) == STDIN for path in files):
        raise Usage("--in-place needs files, and standard input is not one: name them, or leave it out")


def _restored(
    item: Input,
    min_gain: float | None,
    keep: tuple[tuple[int, int], ...],
    queries: bool,
    rules: Rules,
    call: Invocation,
    limits: Limits,
    spinner: Spinner | None,
) -> RestoredDocument | InputFailure:
    """Return a restored document, or its error."""
    n = len(item.document.text)
    for start, end in keep:
        if end > n:
            raise Usage(f"--keep {start}:{end} reaches beyond the text, which has {n:,} characters")

    def work(_: object) -> list[RestoredDocument]:
        restoration = restore_input(item, min_gain, keep, rules, spinner)
        found = _queries(item, restoration, spinner) if queries else ()
        return [RestoredDocument(item.document, restoration, found, item.suffix, item.data)]

    (made,) = isolated([item.document.text], work, call.verbose, limits.timeout)
    return InputFailure(item.document.path, made) if isinstance(made, str) else made


def _queries(item: Input, restoration: Restoration, spinner: Spinner | None) -> tuple[str, ...]:
    """Return what to search for to find the source: nothing that holds an odd word that was not restored."""
    edited = {(e.start, e.end) for e in restoration.plan}
    report = detect(item.document.judged_text, spinner=spinner)
    found = [(f.start, f.end) for f in findings(report)]
    return search_queries(restoration, [span for span in found if span not in edited])


def _written(call: Invocation, restored: RestoredDocument, kind: str) -> bytes | None:
    """Return the restored file in a kind of its own; None, with an error, if it cannot be written."""
    document = restored.document
    writer = writer_for(kind)
    if writer is None or restored.suffix not in writer.suffixes:
        right = "" if writer is None else f" ({', '.join(writer.suffixes)})"
        call.fail(InputFailure(document.path, f"not a file of that kind{right}: --format text or json works with any"))
        return None
    try:
        written = writer.write(restored.data, document.text, restored.restoration.plan)
    except (InputError, PlanError) as error:
        call.fail(InputFailure(document.path, str(error)))
        return None
    if written.left_out:
        call.note(f"{document.path}: {count(len(written.left_out), 'edit')} left out: the file has no place for them")
    return written.data


def _write_in_place(call: Invocation, restored: RestoredDocument) -> None:
    """Write a restored document into its file, in the file's own kind and encoding."""
    document = restored.document
    if not restored.restoration.plan:
        return
    if writer_for(restored.suffix) is not None:
        data = _written(call, restored, restored.suffix)
    elif document.extracted:
        message = "text cannot be written back into this kind of file; --output-dir writes it to another file"
        call.fail(InputFailure(document.path, message))
        return
    else:
        data = _encoded(call, restored)
    if data is None:
        return
    path = Path(document.path)
    try:
        with write_file(path, binary=True) as file:
            file.write(data)
            # An editor may have saved the file while it was judged. It may be restored already, if it was named twice.
            with open_regular(path) as former:
                if former.read(max(len(restored.data), len(data)) + 1) not in (restored.data, data):
                    raise InputError("changed while it was judged; nothing is written: restore it again")
    except OSError as error:
        call.fail(InputFailure(document.path, f"cannot be written: {error.strerror or error}"))
    except InputError as error:
        call.fail(InputFailure(document.path, str(error)))


def _encoded(call: Invocation, restored: RestoredDocument) -> bytes | None:
    """Return a restored text in the encoding of its file; None, with an error, if that lacks a letter."""
    encoding = restored.document.encoding
    try:
        return encode(restored.restoration.text, encoding, restored.data)
    except UnicodeEncodeError:
        message = f"an original has letters that {encoding} lacks; nothing is written: save it as UTF-8 first"
        call.fail(InputFailure(restored.document.path, message))
        return None


def _write(call: Invocation, restored: Iterator[RestoredDocument], queries: bool, several: bool) -> None:
    """Write restored documents, with a line that names each if there are several."""
    if call.format == "json":
        objects = [restored_object(item, queries) for item in restored]
        with call.writer() as write:
            write(wrap(objects, call.failures, __version__, signature()))
    elif writer_for(call.format) is not None:
        _write_data(call, (_written(call, item, call.format) for item in restored))
    elif call.format == "diff":
        with call.writer() as write:
            for item in restored:
                write(_diff(call, item))
    elif queries or call.colored or call.on_terminal:
        _print(call, restored, queries, several)
    elif call.output is not None and not several:
        _write_data(call, (_encoded(call, item) for item in restored))
    else:
        with call.writer() as write:
            for number, item in enumerate(restored):
                text = item.restoration.text
                if several:
                    path = printable(item.document.path).replace("\n", " ")
                    write(f"{chr(10) if number else ''}==> {path} <==\n")
                write(text if text.endswith("\n") or not several else text + "\n")


def _write_data(call: Invocation, files: Iterator[bytes | None]) -> None:
    for data in files:
        if data is not None:
            with call.data_writer() as write:
                write(data)


def _diff(call: Invocation, restored: RestoredDocument) -> str:
    """Return a document's diff, in the encoding of its file, as `patch` needs it, unless it is shown on a terminal."""
    document, plan = restored.document, restored.restoration.plan
    text, encoding = document.text, document.encoding
    if call.on_terminal:
        return printable(unified_diff(document.path, text, plan, document.extracted))
    if encoding.startswith(("utf_16", "utf_32")):
        if plan:
            message = f"the diff is in UTF-8, so `patch` cannot apply it to {encoding}: --in-place restores the file"
            call.note(f"{document.path}: {message}")
    elif encoding != "utf-8":
        if _encoded(call, restored) is None:
            return ""

        def as_bytes(part: str) -> str:
            # One character for each byte, so that offsets hold; it is written as that byte, as in names of files.
            return part.encode(encoding).decode("ascii", "surrogateescape")

        text = as_bytes(text)
        plan = tuple(replace(edit, spun=as_bytes(edit.spun), original=as_bytes(edit.original)) for edit in plan)
    return unified_diff(document.path, text, plan, document.extracted)


def _print(call: Invocation, restored: Iterator[RestoredDocument], queries: bool, several: bool) -> None:
    """Print restored texts in colour, or what to search for."""
    with call.terminal() as terminal:
        for item in restored:
            if several:
                terminal.heading(item.document.path)
            if not queries:
                terminal.restored(item)
                continue
            for query in item.queries:
                terminal.console.print(f'"{terminal.show(query)}"', soft_wrap=True)
            if not item.queries:
                call.note(f"{item.document.path}: nothing is long, rare and certain enough to search for")
