"""The sources of the channel's pairs, and of the tables of the examples' spinners: one function a source."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detector.errors import InputError
from detector.estimators.channel import SOURCES
from detector.text.vocabulary import UNKNOWN, Vocabulary
from detector.training.channel import ChannelPair, align, words_of
from detector.training.families import SpinnerResources, closest_first
from detector.training.lexicon import OBSERVED, PAIRS, TORTURED, read_observed, read_observed_pairs, read_tortured
from detector.training.neighbours import is_figure
from detector.training.phrase_tables import engine_b, engine_c
from detector.training.thesaurus import HYPERNYM_RANK

__all__ = ["THESAURI", "SourceTables", "channel_pairs", "read_tables", "resources_from_tables"]

THESAURI = ("wordnet", "mythes")
ThesaurusPairs = Sequence[tuple[str, str, int, int]]  # headword, synonym, rank, siblings
WordPair = tuple[tuple[str, ...], tuple[str, ...]]

# A synonym of rank 10 or more is a hypernym or stands under a rare sense: no candidate, though a spinner may use it.
_CANDIDATE_RANK = 10
# Of a spintax list the four closest. Errors removed on dev of a stranger's text and of `dictionary`: 49% and 57% with
# four of each, a point less of each with all.
_SPINTAX_RANK = 4
# Narrower words for common ones ("ponder" for "think"): WordNet's hypernyms of a word's commonest sense, turned round.
# Errors removed on dev of a hand-made dictionary: 0.454 -> 0.483, of 50 texts of it together 0.652 -> 0.686; of tables
# drawn from the thesauri themselves half a point less, or as many.
_NARROWER_WEIGHT = -2.2
_MIN_BROAD_ZIPF, _MIN_NARROW_ZIPF, _MIN_ZIPF_GAP = 4.8, 2.4, 0.3
_MIN_SIMILARITY = 0.75  # cosine from which a distributional neighbour is a candidate
_NEIGHBOUR_WORDS = 20_000  # commonest words that have neighbours


@dataclass(frozen=True)
class SourceTables:
    """The tables that sources read.

    Attributes
    ----------
    vocabulary : of the models
    thesauri : pairs of each thesaurus, and of the project's own lists (`spintax`)
    near, similarity : int32 and float32 (words, k), each word's distributional neighbours and their cosines
    observed : pairs of real dictionary spinners by kind, "seen" in a page or "inferred" from the pattern
    phrases : pairs of phrases from real pages
    tortured : expected terms and tortured phrases
    """

    vocabulary: Vocabulary
    thesauri: Mapping[str, ThesaurusPairs]
    near: NDArray[np.int32]
    similarity: NDArray[np.float32]
    observed: Mapping[str, Mapping[str, Sequence[str]]]
    phrases: Sequence[WordPair]
    tortured: Sequence[tuple[str, str]]

    @property
    def tortured_words(self) -> list[WordPair]:
        """The expected terms and tortured phrases as words."""
        return [(words_of(o), words_of(x)) for o, x in self.tortured]

    @cached_property
    def zipf(self) -> dict[str, float]:
        """How common each word of the vocabulary is, Zipf scale."""
        return dict(zip(self.vocabulary.words, self.vocabulary.zipf.tolist(), strict=True))

    @cached_property
    def synonyms(self) -> dict[str, frozenset[str]]:
        """Single-word synonyms of each word in any thesaurus."""
        known: dict[str, set[str]] = defaultdict(set)
        for name in THESAURI:
            for headword, synonym, _, _ in self.thesauri[name]:
                if " " not in headword and " " not in synonym:
                    known[headword].add(synonym)
        return {o: frozenset(substitutes) for o, substitutes in known.items()}


def read_tables(
    lexicon: Path,
    pairs: Path,
    vocabulary: Vocabulary,
    thesauri: Mapping[str, ThesaurusPairs],
    near: NDArray[np.int32],
    similarity: NDArray[np.float32],
) -> SourceTables:
    """Return the tables of a lexicon folder and a folder of observed pairs; raise InputError if they are not there."""
    observed = lexicon / OBSERVED
    if not observed.is_file():
        raise InputError(f"{observed} is missing: --lexicon expects the folder that holds it")
    # Engines B and C are kept for testing: their phrases are in no table, neither the channel's nor the spinners'.
    phrase_pairs = read_observed_pairs(pairs / PAIRS, exclude_engines=("B", "C"))
    return SourceTables(
        vocabulary,
        thesauri,
        near,
        similarity,
        {kind: read_observed(observed, (kind,)) for kind in ("seen", "inferred")},
        [(words_of(o), words_of(x)) for o, x, _, _ in phrase_pairs],
        read_tortured(lexicon / TORTURED),
    )


def _observed(t: SourceTables) -> Iterator[ChannelPair]:
    """Yield the pairs of real dictionary spinners."""
    for kind, weight in (("seen", -0.1), ("inferred", -0.4)):
        for headword, substitutes in t.observed[kind].items():
            for substitute in substitutes:
                yield ChannelPair(words_of(headword), words_of(substitute), "observed", weight)


def _aligned(t: SourceTables) -> Iterator[ChannelPair]:
    """Yield the word pairs inside longer pairs: of real pages, and of tortured phrases with their terms."""
    observed = [(p.original, p.substitute) for p in _observed(t)]
    blocks = align([*t.phrases, *observed, *t.tortured_words], t.synonyms)
    totals: dict[tuple[str, ...], float] = defaultdict(float)
    for (original, _), count in blocks.items():
        totals[original] += count
    for (original, substitute), count in sorted(blocks.items()):
        if count >= 0.5:
            yield ChannelPair(original, substitute, "aligned", math.log10(count / (totals[original] + 1)))


def _engines(t: SourceTables) -> Iterator[ChannelPair]:
    """Yield the phrase tables of engines B and C."""
    for engine in (engine_b(), engine_c()):
        for headword, written in engine.items():
            weight = -math.log10(1 + len(written))
            for substitute in written:
                yield ChannelPair(words_of(headword), words_of(substitute), "aligned", weight)


def _thesauri(t: SourceTables) -> Iterator[ChannelPair]:
    """Yield the close synonyms of the thesauri, and the closest of the project's own lists."""
    in_thesaurus = {(o, x) for name in THESAURI for o, x, rank, _ in t.thesauri[name] if rank < _CANDIDATE_RANK}
    for name, listed in t.thesauri.items():
        for headword, synonym, rank, siblings in listed:
            if rank < (_CANDIDATE_RANK if name in THESAURI else _SPINTAX_RANK):
                weight = -math.log10(1 + siblings) - 0.1 * rank
                source = "agreed" if name == "spintax" and (headword, synonym) in in_thesaurus else name
                yield ChannelPair(tuple(headword.split(" ")), tuple(synonym.split(" ")), source, weight)


def _narrower(t: SourceTables) -> Iterator[ChannelPair]:
    """Yield common words with the narrower words that WordNet lists below them."""
    for narrow, broad, rank, _ in t.thesauri["wordnet"]:
        if rank != HYPERNYM_RANK or " " in narrow or " " in broad:
            continue
        of_narrow, of_broad = t.zipf.get(narrow, 0.0), t.zipf.get(broad, 0.0)
        if of_narrow >= _MIN_NARROW_ZIPF and of_broad >= max(_MIN_BROAD_ZIPF, of_narrow + _MIN_ZIPF_GAP):
            yield ChannelPair((broad,), (narrow,), "wordnet", _NARROWER_WEIGHT)


def _neighbours(t: SourceTables) -> Iterator[ChannelPair]:
    """Yield words that stand in the same places."""
    words, is_word = t.vocabulary.words, t.vocabulary.is_word_id
    for i in range(UNKNOWN + 3, min(_NEIGHBOUR_WORDS, len(t.near))):
        for j, cosine in zip(t.near[i, :4].tolist(), t.similarity[i, :4].tolist(), strict=True):
            if cosine <= _MIN_SIMILARITY or not (is_word[i] and is_word[j]):
                continue
            # "0.05" occurs where "0.001" does; a restored guess would pass for the author's own figure.
            if not (is_figure(words[i]) and is_figure(words[j])):
                yield ChannelPair((words[i],), (words[j],), "neighbour", -1.5)


# In this order; of a pair that several know the channel keeps the strongest source.
_CHANNEL_SOURCES = (_observed, _aligned, _engines, _thesauri, _narrower, _neighbours)


def channel_pairs(tables: SourceTables) -> list[ChannelPair]:
    """Return the pairs of all sources of the channel."""
    pairs = [pair for source in _CHANNEL_SOURCES for pair in source(tables)]
    unknown = {p.source for p in pairs} - set(SOURCES)
    assert not unknown, unknown
    return pairs


def resources_from_tables(tables: SourceTables) -> SpinnerResources:
    """Return the sources of the tables of the examples' spinners."""
    vocabulary = tables.vocabulary
    zipf = tables.zipf

    def rarest(wording: str) -> float:
        return float(min(zipf.get(w, 0.0) for w in wording.split(" ")))

    def closest(*names: str) -> dict[str, list[str]]:
        return closest_first(
            (o, x, -rank + 0.3 * rarest(x))
            for name in names
            for o, x, rank, _ in tables.thesauri[name]
            if rarest(o) > 2.5
        )

    def neighbours(i: int) -> list[str]:
        return [
            vocabulary.words[j]
            for j, cosine in zip(tables.near[i, :6].tolist(), tables.similarity[i, :6].tolist(), strict=True)
            if cosine > 0.6 and vocabulary.is_word_id[j]
        ]

    by_word = {vocabulary.words[i]: neighbours(i) for i in range(60, len(tables.near)) if vocabulary.words[i].isalpha()}
    observed: dict[str, list[str]] = defaultdict(list)
    for kind in ("seen", "inferred"):
        for headword, substitutes in tables.observed[kind].items():
            observed[headword] += [x for x in substitutes if x not in observed[headword]]
    return SpinnerResources(
        thesaurus=closest(*THESAURI),
        spintax=closest("spintax"),
        observed=dict(observed),
        aligned=closest_first(
            (" ".join(o), " ".join(x), count)
            for (o, x), count in align([*tables.tortured_words, *tables.phrases], tables.synonyms).items()
            if count >= 0.9 and all(w.isalpha() for w in (*o, *x))
        ),
        tortured=closest_first((o.lower(), x.lower(), 1.0) for o, x in tables.tortured),
        neighbours={word: found for word, found in by_word.items() if found},
        zipf=zipf,
    )
