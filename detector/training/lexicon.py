"""Readers of the lexicon: dictionaries of spinners, observed substitutions and phrase pairs, tortured phrases."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from detector.errors import InputError
from detector.text.tokens import iter_pieces
from detector.training.phrase_tables import engine_b, engine_c

__all__ = [
    "OBSERVED",
    "PAIRS",
    "SCREENER",
    "TORTURED",
    "read_dictionary",
    "read_observed",
    "read_observed_pairs",
    "read_tortured",
    "spinner_words",
]

# Files of the folder of known substitutions, and of the folder of observed pairs.
OBSERVED, TORTURED, SCREENER = "observed_substitutions.tsv", "tortured_phrases.json", "tortured_fingerprints.csv"
PAIRS = "observed_pairs.jsonl"


def read_dictionary(path: Path) -> dict[str, list[str]]:
    """Return the dictionary of a spinner with one substitute for each wording, from lines "wording<tab>substitute".

    Of two lines with the same wording the first counts. Raises InputError if a line is neither empty nor a pair.
    """
    table: dict[str, list[str]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
        cells = [cell.strip().lower() for cell in line.split("\t")]
        if len(cells) == 2 and all(cells):
            table.setdefault(cells[0], [cells[1]])
        elif line.strip():
            raise InputError(f"{path}:{number}: {line!r} is not a pair: expected a wording, a tab and its substitute")
    if not table:
        raise InputError(f"{path} is empty: expected a wording, a tab and its substitute on each line")
    return table


def read_observed(path: Path, kinds: Iterable[str] = ("seen", "inferred")) -> dict[str, list[str]]:
    """Return the observed substitutions as a table; the file's columns: original, substitute, evidence."""
    wanted = frozenset(kinds)
    table: dict[str, list[str]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        original, substitute, evidence = line.split("\t")
        if evidence in wanted:
            table[original.lower()].append(substitute.lower())
    return dict(table)


def read_observed_pairs(path: Path, exclude_engines: Iterable[str] = ()) -> list[tuple[str, str, str, str]]:
    """Return (original, spun, style, engine) of the observed phrase pairs; engine is "" if it is not known."""
    excluded = frozenset(exclude_engines)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [(r["original"], r["spun"], r["style"], r["engine"] or "") for r in rows if r["engine"] not in excluded]


def read_tortured(path: Path) -> list[tuple[str, str]]:
    """Return (correct, tortured) of the tortured phrases, without notes in brackets after a term."""
    rows = json.loads(path.read_text(encoding="utf-8"))["phrases"]
    out = []
    for row in rows:
        correct = re.sub(r"\s*[(\[][^)\]]*[)\]]", "", row["correct"]).strip()
        if correct and "?" not in correct:
            out.append((correct, row["tortured"]))
    return out


def spinner_words(lexicon: Path) -> set[str]:
    """Return the single words that observed spinners write, however rare they are in human text ("withinside")."""
    tables = (read_observed(lexicon / OBSERVED), engine_b(), engine_c())
    substitutes = {x for table in tables for listed in table.values() for x in listed}
    substitutes |= {x for _, x in read_tortured(lexicon / TORTURED)}
    return {w for x in substitutes for w in iter_pieces(x) if w.isascii() and w.isalpha()}
