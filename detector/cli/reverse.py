"""`detector reverse`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from detector import __version__
from detector.cli.call import Usage, signature
from detector.cli.documents import iter_documents, paths_of, restore
from detector.cli.options import Span, call_of, common
from detector.report.model import RestoredDocument

__all__ = ["reverse"]


@click.command()
@common("reverse")
@click.option(
    "--min-gain",
    type=float,
    metavar="X",
    help="Leave alone what is not X powers of ten likelier put back; higher changes less.",
)
@click.option(
    "--keep",
    type=Span(),
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
    call = call_of(ctx, format_, output, color, quiet)
    files = paths_of(paths, call)
    if keep and len(files) > 1:
        raise Usage(f"--keep holds offsets of one document, but there are {len(files)}")
    if queries and format_ == "diff":
        raise Usage("--queries goes with --format text or json")

    def results() -> Iterator[RestoredDocument]:
        for item in call.read(iter_documents(files), len(files)):
            beyond = [s for s in keep if s[1] > len(item.text)]
            if beyond:
                raise Usage(
                    f"--keep {beyond[0][0]}:{beyond[0][1]} reaches beyond the text, "
                    f"which has {len(item.text):,} characters"
                )
            restoration = restore(item, min_gain, keep)
            yield RestoredDocument(item, restoration, _queries(restoration) if queries else ())

    if format_ == "json":
        from detector.report.json import restored_object, wrap

        objects = [restored_object(r, queries) for r in results()]
        with call.writer() as write:
            write(wrap(objects, call.failures, __version__, signature()))
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
    from detector.search_queries import search_queries

    return search_queries(restoration)
