"""The families of spinners: which tables and profile each has, drawn anew for every seed.

StageTrainer sees hundreds of dictionaries, not one: a seed draws which sources a spinner knows, which substitute
it has for each headword, how much it rewrites. What the families share is the machinery in `spinners`.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from detector.training.phrase_tables import engine_b, engine_c, round_trip
from detector.training.spinners import ChainSpinner, DamageSpinner, Spinner, Table, TableSpinner

__all__ = ["FAMILIES", "KIND_OF", "REWRITING", "SpinnerResources", "closest_first", "make_spinner"]

# (a) to (h) of the kinds that are known from the wild; `mixed` families are combinations drawn by the caller.
FAMILIES = (
    "dictionary",
    "observed",
    "thesaurus",
    "phrase",
    "adjacent",
    "neighbour",
    "science",
    "roundtrip",
    "damage",
    "spintax",
)

# What kind of substitutes each family that rewrites words has for the most part (`evidence.measurements.KINDS`).
KIND_OF = {
    "dictionary": "thesaurus",
    "observed": "observed",
    "thesaurus": "thesaurus",
    "phrase": "observed",
    "adjacent": "observed",
    "neighbour": "neighbour",
    "science": "observed",
    "roundtrip": "thesaurus",
    "spintax": "thesaurus",
}
REWRITING = tuple(f for f in FAMILIES if f in KIND_OF)  # all but `damage`

# Zipf frequency above which a word is no term: what alignment and the tortured phrases say of "and"
# ("associate in nursingd") or "most" ("mossy cup oak") has been seen, but on every line
# it would teach nothing else.
_TERM_ZIPF = 5.6

# Share of each family's spinners that misspell names on the way: nearly all transliteration there and back, and now
# and then a rewriter that takes a name for a word.
_MISSPELLING = {"roundtrip": 1.0, "thesaurus": 0.15, "phrase": 0.15, "adjacent": 0.15}

# Zipf frequency above which nearly all words are function words ("his" 6.6, "said" 6.2, "people" 6.2).
_FUNCTION_WORD_ZIPF = 6.35


@dataclass(frozen=True)
class SpinnerResources:
    """What spinners draw their tables from.

    Attributes
    ----------
    thesaurus : headword (a form, lower case) → substitutes in the same form, closest first
    spintax : the same of the lists that article spinners have of everyday words and phrases
    observed : original → substitutes, of real dictionary spinners
    aligned : original → substitutes of real phrase spinners, aligned from phrases
    tortured : expected term → tortured phrases
    neighbours : word → words that stand in the same places
    zipf : how common a word is
    """

    thesaurus: Mapping[str, Sequence[str]] = field(repr=False)
    spintax: Mapping[str, Sequence[str]] = field(repr=False)
    observed: Mapping[str, Sequence[str]] = field(repr=False)
    aligned: Mapping[str, Sequence[str]] = field(repr=False)
    tortured: Mapping[str, Sequence[str]] = field(repr=False)
    neighbours: Mapping[str, Sequence[str]] = field(repr=False)
    zipf: Mapping[str, float] = field(repr=False)


@dataclass(frozen=True)
class _Layer:
    """One source of a spinner's table, and what the spinner makes of it."""

    table: Table
    share: float = 1.0  # of the headwords that this spinner knows
    reach: int = 40  # closest substitutes it may use
    single: bool = False  # it has one substitute for each headword
    least: float = 0.0  # Zipf frequency below which it has no substitute
    most: float = 9.0  # Zipf frequency above which it leaves a headword alone
    everyday: float = 0.0  # Zipf frequency that a headword's words reach, so that it was thought worth listing


class _LayeredTable(Mapping[str, Sequence[str]]):
    """A table drawn headword by headword, when asked: the first layer that knows a headword answers."""

    def __init__(self, layers: Sequence[_Layer], zipf: Mapping[str, float], seed: int) -> None:
        self._layers, self._zipf, self._seed = layers, zipf, seed
        self._answers: dict[str, list[str]] = {}

    def _draw(self, headword: str) -> list[str]:
        for number, layer in enumerate(self._layers):
            substitutes = layer.table.get(headword)
            if not substitutes or self._zipf.get(headword, 0.0) >= layer.most:
                continue
            if layer.everyday and self._common(headword) < layer.everyday:
                continue
            digest = hashlib.blake2b(f"{self._seed}/{number}/{headword}".encode(), digest_size=8).digest()
            known, pick = int.from_bytes(digest[:4], "big") / 2**32, int.from_bytes(digest[4:], "big")
            if known >= layer.share:
                continue
            options = [s for s in substitutes[: layer.reach] if self._common(s) >= layer.least]
            if options:
                return [options[pick % len(options)]] if layer.single else options
        return []

    def _common(self, phrase: str) -> float:
        return min(self._zipf.get(w, 0.0) for w in phrase.split(" "))

    def __contains__(self, headword: object) -> bool:
        assert isinstance(headword, str)
        if headword not in self._answers:
            self._answers[headword] = self._draw(headword)
        return bool(self._answers[headword])

    def __getitem__(self, headword: str) -> Sequence[str]:
        if headword in self:
            return self._answers[headword]
        raise KeyError(headword)

    def __iter__(self) -> Iterator[str]:
        return (h for h in sorted({h for layer in self._layers for h in layer.table}) if h in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def make_spinner(family: str, resources: SpinnerResources, seed: int, rate: float | None = None) -> Spinner:
    """Return a spinner of the family; `rate` is the share of words it replaces, drawn where it is None."""
    if family not in FAMILIES:
        raise ValueError(f"no spinner family {family!r}; there are {', '.join(FAMILIES)}")
    rng = np.random.default_rng((FAMILIES.index(family), seed))
    drawn = float(rng.uniform(0.12, 0.5)) if rate is None else rate
    if family == "damage":
        letters = bool(rng.random() < 0.7)
        return DamageSpinner("damage", min(1.0, drawn * 0.6), letters, seed)
    thesaurus, zipf = resources.thesaurus, resources.zipf
    # Few know no better than to replace "he" or "in" by what a noun of that spelling means.
    most = 9.0 if rng.random() < 0.12 else _FUNCTION_WORD_ZIPF
    # Engine C writes "getting to know" and "mastering" for one word in one passage, and keeps it elsewhere.
    consistent = family in ("dictionary", "observed") or (family == "spintax" and bool(rng.random() < 0.7))
    names = family in ("dictionary", "observed")
    articles = family == "roundtrip" or bool(rng.random() < 0.5)
    if family == "dictionary":
        # Real dictionaries list hundreds to thousands of everyday words and give each a near-synonym that is
        # common too; others are whole thesauri.
        reach, least = int(np.exp(rng.uniform(0.0, np.log(16)))), float(rng.uniform(2.0, 4.5))
        share, everyday = float(rng.uniform(0.3, 1.0)), float(rng.choice([0.0, 3.5, 4.5]))
        layers = [
            _Layer(resources.observed, share=0.4, single=True),
            _Layer(round_trip(), share=0.3, single=True, most=_FUNCTION_WORD_ZIPF),
            _Layer(thesaurus, share, reach, True, least, most, everyday),
        ]
    elif family == "spintax":
        # Lists made by hand: everyday words, for each a few that are common too.
        layers = [_Layer(resources.spintax, float(rng.uniform(0.2, 1.0)), int(rng.integers(1, 13)), consistent)]
    elif family == "observed":
        layers = [_Layer(resources.observed, single=True)]
    elif family == "thesaurus":
        layers = [_Layer(thesaurus, reach=int(rng.integers(4, 40)), most=most)]
    elif family == "phrase":
        layers = [
            _Layer(engine_b(), share=float(rng.uniform(0.7, 1.0))),
            _Layer(resources.aligned, share=0.5, most=_TERM_ZIPF),
            # The engine's words are mostly common: 13 in 100 words of its real pages are below Zipf 4.
            _Layer(thesaurus, share=float(rng.uniform(0.1, 0.6)), reach=6, least=3.0, most=most),
        ]
    elif family == "adjacent":
        layers = [
            _Layer(engine_c(), share=float(rng.uniform(0.7, 1.0)), reach=int(rng.integers(1, 5))),
            _Layer(resources.aligned, share=0.5, most=_TERM_ZIPF),
            _Layer(thesaurus, share=float(rng.uniform(0.1, 0.5)), reach=8, least=2.5, most=most),
        ]
    elif family == "neighbour":
        layers = [_Layer(resources.neighbours)]
    elif family == "science":
        layers = [
            _Layer(resources.tortured, share=0.8, most=_TERM_ZIPF),
            _Layer(resources.aligned, most=_TERM_ZIPF),
            _Layer(thesaurus, share=0.3, reach=5, most=most),
        ]
    else:  # roundtrip
        layers = [_Layer(round_trip()), _Layer(thesaurus, 1.0, 4, True, 3.5, most)]
    table = _LayeredTable(layers, zipf, seed)
    spinner = TableSpinner(family, table, drawn, consistent, names, articles, seed)
    if rng.random() < _MISSPELLING.get(family, 0.0):
        return ChainSpinner(family, spinner, DamageSpinner("names", float(rng.uniform(0.05, 0.25)), False, seed))
    return spinner


def closest_first(rows: Iterable[tuple[str, str, float]], limit: int = 40) -> dict[str, list[str]]:
    """Return headword → substitutes from (original, substitute, weight), heaviest first, each once."""
    best: dict[str, dict[str, float]] = defaultdict(dict)
    for original, substitute, weight in rows:
        known = best[original]
        known[substitute] = max(weight, known.get(substitute, -np.inf))
    return {o: [s for s, _ in sorted(found.items(), key=lambda x: (-x[1], x[0]))[:limit]] for o, found in best.items()}
