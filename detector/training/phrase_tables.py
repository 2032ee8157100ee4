"""Substitutes that the known phrase engines and round-trip translation write, by headword.

The tables lie in `data/`, one headword a row, then its substitutes, with a tab between. They hold word pairs only;
forms are written out, since the engines mistake the part of speech as often as not ("work" → "paintings"). They serve
to write training text; at run time the detector knows the channel alone.

The tables of engines B and C were written for this project from what is known of these engines, after reading the
observed pairs and some of the real passages: 88 of engine B's 799 entries and 173 of engine C's 1,192 also stand in
the pairs listed with those passages. A number measured on real pages of B and C is therefore blind only if the
families `phrase` and `adjacent` are left out of fitting.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

__all__ = ["DATA_FOLDER", "engine_b", "engine_c", "read_phrase_table", "round_trip"]

DATA_FOLDER = Path(__file__).with_name("data")


@cache
def read_phrase_table(path: Path) -> dict[str, tuple[str, ...]]:
    """Return headword → substitutes of a table of lines "headword<tab>substitute<tab>substitute...", in its order."""
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return {headword: tuple(substitutes) for headword, *substitutes in rows}


def engine_b() -> dict[str, tuple[str, ...]]:
    """Return the table of engine B: a thesaurus by sense, set phrases included.

    >>> engine_b()["students"]
    ('understudies',)
    """
    return read_phrase_table(DATA_FOLDER / "engine_b.tsv")


def engine_c() -> dict[str, tuple[str, ...]]:
    """Return the table of engine C, which takes a neighbouring sense.

    >>> engine_c()["skin"]
    ('pores and skin',)
    """
    return read_phrase_table(DATA_FOLDER / "engine_c.tsv")


def round_trip() -> dict[str, tuple[str, ...]]:
    """Return how translation there and back rewrites function words and set phrases.

    >>> round_trip()["so far"]
    ('until now',)
    """
    return read_phrase_table(DATA_FOLDER / "round_trip.tsv")
