"""The families of spinners: for each its tables and its profile, drawn anew for every seed.

The stages are fitted on hundreds of dictionaries, not on one: a seed draws which sources a spinner knows, which
substitute it has for each headword, and how much it rewrites. `spinners` has the machinery that all families share.

To add a family, append a `Family` to `_FAMILIES`, and give it a `layers` function of its own.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from detector.training.phrase_tables import engine_b, engine_c, round_trip
from detector.training.spinners import ChainSpinner, DamageSpinner, Spinner, Table, TableSpinner

__all__ = [
    "FAMILIES",
    "FAMILY_BY_NAME",
    "FIT_FAMILIES",
    "KIND_OF",
    "REWRITING",
    "THESAURUS_SOURCES",
    "TUNING_FAMILIES",
    "Family",
    "SpinnerResources",
    "closest_first",
    "make_spinner",
]

# Zipf frequency above which a word is not a term: alignment and the tortured phrases have pairs for "and" ("associate
# in nursingd") or "most" ("mossy cup oak") that were seen once, but on every line they would teach nothing else.
_TERM_ZIPF = 5.6

# Zipf frequency above which nearly all words are function words ("his" 6.6, "said" 6.2, "people" 6.2).
_FUNCTION_WORD_ZIPF = 6.35
_ANY_ZIPF = 9.0


@dataclass(frozen=True)
class SpinnerResources:
    """The sources that spinners draw their tables from.

    Attributes
    ----------
    thesaurus : headword (a form, lower case) → substitutes in the same form, closest first
    spintax : the same for the lists of article spinners: everyday words and phrases
    observed : original → substitutes, from real dictionary spinners
    aligned : original → substitutes from real phrase spinners, aligned inside phrases
    tortured : expected term → tortured phrases
    neighbours : word → words that stand in the same places
    zipf : frequency of each word on the Zipf scale, higher is commoner
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
    """One source of a spinner's table, and which part of it the spinner has.

    Attributes
    ----------
    table : headword → substitutes, closest first
    known_share : share of the headwords that the spinner knows, 0 to 1
    max_substitutes : number of closest substitutes that it may use
    is_single : whether it has one substitute for each headword, drawn from those
    min_substitute_zipf : Zipf frequency that every word of a substitute must reach
    max_headword_zipf : Zipf frequency from which it leaves a headword alone
    min_headword_zipf : Zipf frequency that a headword's words must reach to be listed
    """

    table: Table
    known_share: float = 1.0
    max_substitutes: int = 40
    is_single: bool = False
    min_substitute_zipf: float = 0.0
    max_headword_zipf: float = _ANY_ZIPF
    min_headword_zipf: float = 0.0


class _LayeredTable(Mapping[str, Sequence[str]]):
    """A table drawn headword by headword on first use: the first layer that knows a headword gives its substitutes."""

    def __init__(self, layers: Sequence[_Layer], zipf: Mapping[str, float], seed: int) -> None:
        self._layers, self._zipf, self._seed = layers, zipf, seed
        self._drawn: dict[str, list[str]] = {}

    def _draw(self, headword: str) -> list[str]:
        for number, layer in enumerate(self._layers):
            substitutes = layer.table.get(headword)
            if not substitutes or self._zipf.get(headword, 0.0) >= layer.max_headword_zipf:
                continue
            if layer.min_headword_zipf and self._rarest_zipf(headword) < layer.min_headword_zipf:
                continue
            digest = hashlib.blake2b(f"{self._seed}/{number}/{headword}".encode(), digest_size=8).digest()
            known, pick = int.from_bytes(digest[:4], "big") / 2**32, int.from_bytes(digest[4:], "big")
            if known >= layer.known_share:
                continue
            options = [
                s for s in substitutes[: layer.max_substitutes] if self._rarest_zipf(s) >= layer.min_substitute_zipf
            ]
            if options:
                return [options[pick % len(options)]] if layer.is_single else options
        return []

    def _rarest_zipf(self, phrase: str) -> float:
        return min(self._zipf.get(w, 0.0) for w in phrase.split(" "))

    def __contains__(self, headword: object) -> bool:
        assert isinstance(headword, str)
        if headword not in self._drawn:
            self._drawn[headword] = self._draw(headword)
        return bool(self._drawn[headword])

    def __getitem__(self, headword: str) -> Sequence[str]:
        if headword in self:
            return self._drawn[headword]
        raise KeyError(headword)

    def __iter__(self) -> Iterator[str]:
        return (h for h in sorted({h for layer in self._layers for h in layer.table}) if h in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(frozen=True)
class _Draw:
    """The generator of one spinner's draws, and the draws before its layers.

    Attributes
    ----------
    max_headword_zipf : of its thesaurus layers
    consistent : whether it has one substitute for each headword in a whole article
    """

    rng: np.random.Generator
    max_headword_zipf: float
    consistent: bool

    def uniform(self, low: float, high: float) -> float:
        """Return a number drawn evenly between two others."""
        return float(self.rng.uniform(low, high))


Layers = Callable[[SpinnerResources, _Draw], list[_Layer]]


def _is_drawn(share: float, rng: np.random.Generator) -> bool:
    """Return True with probability `share`; certain outcomes take no draw."""
    return share >= 1.0 or (share > 0.0 and bool(rng.random() < share))


@dataclass(frozen=True)
class Family:
    """A family of spinners.

    Attributes
    ----------
    name : of the family
    kind : the kind of most of its substitutes (`scoring.tokens.KINDS`); None if it rewrites no words
    layers : returns the layers of a spinner's table; None if it rewrites no words, but damages letters or names
    consistent : share of its spinners that have one substitute for each headword in a whole article
    names : whether it replaces words with a capital inside a sentence too
    articles : share of its spinners that make "a" and "an" agree
    misspelling : share of its spinners that misspell names on the way: nearly all transliteration there and back, and
        now and then a rewriter that takes a name for a word
    channel_sources : the channel's sources that hold its tables
    is_fitted : whether the stages are fitted on it
    tuning_slots : its places in the mix of families that the restorer is tuned on; one for each time it occurs
    """

    name: str
    kind: str | None
    layers: Layers | None = field(default=None, repr=False)
    consistent: float = 0.0
    names: bool = False
    articles: float = 0.5
    misspelling: float = 0.0
    channel_sources: tuple[str, ...] = ()
    is_fitted: bool = True
    tuning_slots: tuple[int, ...] = ()

    def make(self, resources: SpinnerResources, rng: np.random.Generator, rate: float, seed: int) -> Spinner:
        """Return a spinner of the family.

        Parameters
        ----------
        rng : of the spinner's profile
        rate : share of the words that it replaces
        seed : of its table, and of its draws for each text
        """
        if self.layers is None:
            return DamageSpinner(self.name, min(1.0, rate * 0.6), letters=bool(rng.random() < 0.7), seed=seed)
        # A few spinners replace even "he" or "in" by a synonym of a noun that is spelt like it.
        max_headword_zipf = _ANY_ZIPF if rng.random() < 0.12 else _FUNCTION_WORD_ZIPF
        draw = _Draw(rng, max_headword_zipf, _is_drawn(self.consistent, rng))
        articles = _is_drawn(self.articles, rng)
        table = _LayeredTable(self.layers(resources, draw), resources.zipf, seed)
        spinner = TableSpinner(self.name, table, rate, draw.consistent, self.names, articles, seed)
        if rng.random() < self.misspelling:
            return ChainSpinner(self.name, spinner, DamageSpinner("names", draw.uniform(0.05, 0.25), False, seed))
        return spinner


def _dictionary(resources: SpinnerResources, draw: _Draw) -> list[_Layer]:
    # Real dictionaries list hundreds to thousands of everyday words and give each a near-synonym that is common too;
    # others are whole thesauri.
    max_substitutes = int(np.exp(draw.uniform(0.0, np.log(16))))
    min_substitute_zipf, known_share = draw.uniform(2.0, 4.5), draw.uniform(0.3, 1.0)
    return [
        _Layer(resources.observed, 0.4, is_single=True),
        _Layer(round_trip(), 0.3, is_single=True, max_headword_zipf=_FUNCTION_WORD_ZIPF),
        _Layer(
            resources.thesaurus,
            known_share,
            max_substitutes,
            True,
            min_substitute_zipf,
            draw.max_headword_zipf,
            min_headword_zipf=float(draw.rng.choice([0.0, 3.5, 4.5])),
        ),
    ]


def _spintax(resources: SpinnerResources, draw: _Draw) -> list[_Layer]:
    # Lists made by hand: everyday words, for each a few that are common too.
    return [_Layer(resources.spintax, draw.uniform(0.2, 1.0), int(draw.rng.integers(1, 13)), draw.consistent)]


def _observed(resources: SpinnerResources, draw: _Draw) -> list[_Layer]:
    return [_Layer(resources.observed, is_single=True)]


def _thesaurus(resources: SpinnerResources, draw: _Draw) -> list[_Layer]:
    max_substitutes = int(draw.rng.integers(4, 40))
    return [_Layer(resources.thesaurus, 1.0, max_substitutes, max_headword_zipf=draw.max_headword_zipf)]


def _phrase(resources: SpinnerResources, draw: _Draw) -> list[_Layer]:
    most = draw.max_headword_zipf
    return [
        _Layer(engine_b(), draw.uniform(0.7, 1.0)),
        _Layer(resources.aligned, 0.5, max_headword_zipf=_TERM_ZIPF),
        # The engine's words are mostly common: 13 in 100 words of its real pages are below Zipf 4.
        _Layer(resources.thesaurus, draw.uniform(0.1, 0.6), 6, min_substitute_zipf=3.0, max_headword_zipf=most),
    ]


def _adjacent(resources: SpinnerResources, draw: _Draw) -> list[_Layer]:
    most = draw.max_headword_zipf
    return [
        _Layer(engine_c(), draw.uniform(0.7, 1.0), int(draw.rng.integers(1, 5))),
        _Layer(resources.aligned, 0.5, max_headword_zipf=_TERM_ZIPF),
        _Layer(resources.thesaurus, draw.uniform(0.1, 0.5), 8, min_substitute_zipf=2.5, max_headword_zipf=most),
    ]


def _neighbour(resources: SpinnerResources, draw: _Draw) -> list[_Layer]:
    return [_Layer(resources.neighbours)]


def _science(resources: SpinnerResources, draw: _Draw) -> list[_Layer]:
    return [
        _Layer(resources.tortured, 0.8, max_headword_zipf=_TERM_ZIPF),
        _Layer(resources.aligned, max_headword_zipf=_TERM_ZIPF),
        _Layer(resources.thesaurus, 0.3, 5, max_headword_zipf=draw.max_headword_zipf),
    ]


def _roundtrip(resources: SpinnerResources, draw: _Draw) -> list[_Layer]:
    return [_Layer(round_trip()), _Layer(resources.thesaurus, 1.0, 4, True, 3.5, draw.max_headword_zipf)]


THESAURUS_SOURCES = ("agreed", "wordnet", "mythes")  # sources of the channel that hold the entries of the two thesauri

# The place of a family is part of the seed of its spinners, so a new one comes last. Engine C, which `adjacent` stands
# for, writes "getting to know" and "mastering" for one word in one passage, and keeps the word elsewhere.
#
# `spintax` is left out of the fitting of the stages, since people write its substitutes too. Fitted on it as well, the
# stages recognise strangers' dictionaries no better (ROC AUC 0.978, else 0.979 on dev), but flag 3 of 785 human texts
# instead of 1, and `reverse` makes 25 edits in them instead of 6.
#
# The restorer is tuned on families in about the mix of the wild: whole articles spun by dictionary first, then B and C.
_FAMILIES = (
    Family(
        "dictionary",
        "thesaurus",
        _dictionary,
        consistent=1.0,
        names=True,
        channel_sources=("observed", *THESAURUS_SOURCES),
        tuning_slots=(0,),
    ),
    Family(
        "observed",
        "observed",
        _observed,
        consistent=1.0,
        names=True,
        channel_sources=("observed",),
        tuning_slots=(2, 3),
    ),
    Family("thesaurus", "thesaurus", _thesaurus, misspelling=0.15, channel_sources=THESAURUS_SOURCES),
    Family("phrase", "observed", _phrase, misspelling=0.15, channel_sources=("aligned",), tuning_slots=(4,)),
    Family("adjacent", "observed", _adjacent, misspelling=0.15, channel_sources=("aligned",), tuning_slots=(5,)),
    Family("neighbour", "neighbour", _neighbour, channel_sources=("neighbour",)),
    Family("science", "observed", _science, channel_sources=("aligned",), tuning_slots=(6,)),
    Family("roundtrip", "thesaurus", _roundtrip, articles=1.0, misspelling=1.0, channel_sources=THESAURUS_SOURCES),
    Family("damage", None),
    Family(
        "spintax",
        "thesaurus",
        _spintax,
        consistent=0.7,
        channel_sources=("agreed", "spintax"),
        is_fitted=False,
        tuning_slots=(1,),
    ),
)

FAMILY_BY_NAME = {family.name: family for family in _FAMILIES}
FAMILIES = tuple(FAMILY_BY_NAME)
# The kind of substitutes of each family that rewrites words.
KIND_OF = {family.name: family.kind for family in _FAMILIES if family.kind is not None}
REWRITING = tuple(KIND_OF)
# The families that the stages are fitted on, and the mix that the restorer is tuned on.
FIT_FAMILIES = tuple(name for name in REWRITING if FAMILY_BY_NAME[name].is_fitted)
TUNING_FAMILIES = tuple(
    name for _, name in sorted((slot, family.name) for family in _FAMILIES for slot in family.tuning_slots)
)


def make_spinner(family: str, resources: SpinnerResources, seed: int, rate: float) -> Spinner:
    """Return a spinner of the family that replaces the share `rate` of words; raise ValueError for another name."""
    if family not in FAMILY_BY_NAME:
        raise ValueError(f"no spinner family {family!r}; there are {', '.join(FAMILIES)}")
    rng = np.random.default_rng((FAMILIES.index(family), seed))
    return FAMILY_BY_NAME[family].make(resources, rng, rate, seed)


def closest_first(rows: Iterable[tuple[str, str, float]], limit: int = 40) -> dict[str, list[str]]:
    """Return headword → substitutes from rows (original, substitute, weight), heaviest first, each once."""
    best: dict[str, dict[str, float]] = defaultdict(dict)
    for original, substitute, weight in rows:
        weights = best[original]
        weights[substitute] = max(weight, weights.get(substitute, -np.inf))
    return {
        o: [s for s, _ in sorted(weights.items(), key=lambda x: (-x[1], x[0]))[:limit]] for o, weights in best.items()
    }
