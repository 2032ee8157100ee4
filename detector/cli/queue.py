"""The choice of documents to show, and their order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import click

from detector.report.model import JudgedDocument

__all__ = ["only_option", "ordered", "queue_of", "sort_option"]

_GROUPS = {"flagged": ("flagged",), "doubtful": ("doubtful",), "rest": ("not flagged", "no verdict")}
_KEYS: dict[str, Callable[[JudgedDocument], tuple[float, str] | str]] = {
    "probability": lambda j: (-1.0 if j.report.probability is None else j.report.probability, j.document.path),
    "findings": lambda j: (float(len(j.report.evidence)), j.document.path),
    "passages": lambda j: (float(sum(p.verdict == "spun" for p in j.report.passages)), j.document.path),
    "path": lambda j: j.document.path,
}

only_option = click.option(
    "--only",
    type=click.Choice(tuple(_GROUPS)),
    multiple=True,
    help="Show only these documents; repeatable. Doubtful: not flagged, but reaches fpr=0.01.",
)
sort_option = click.option(
    "--sort",
    type=click.Choice(tuple(_KEYS)),
    help="Order of the documents: highest first, or by path; by default as they are read.",
)


def ordered(judged: Iterable[JudgedDocument], key: str | None) -> list[JudgedDocument]:
    """Return documents in the order of a key, numbers from the highest down."""
    if key is None:
        return list(judged)
    return sorted(judged, key=_KEYS[key], reverse=key != "path")


def queue_of(judged: Iterable[JudgedDocument], only: Sequence[str], key: str | None) -> Iterator[JudgedDocument]:
    """Yield the documents that are wanted, one by one unless they have to be put in order first."""
    readings = {reading for group in only for reading in _GROUPS[group]}
    wanted = (j for j in judged if not readings or j.reading in readings)
    yield from wanted if key is None else ordered(wanted, key)
