"""Misspelt names, as transliteration there and back, or a careless spinner, leaves them.

Asks of each capitalised word, if the vocabulary does not know it (or hardly) and the text has it once, whether it is a
slip for another: a word that everyone knows, or a name of the same text, that one letter dropped, added, changed or
swapped separates from it (Damerau 1964). Two letters swapped hardly ever make another name, so there
the right one may also be rare, or stand in the text once. A small network weighs the two, as a noisy channel would: how
well the right one would stand there, how common it is, and whether a name would be spelt as this one is.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.cues.cue import Cue, CueContext, Found
from detector.scoring.columns import Columns
from detector.scoring.tokens import FeatureExtractor, TokenScores
from detector.text.casing import capitalised
from detector.text.dialect import american
from detector.text.spelling import one_apart
from detector.text.tokens import ALL_UPPER, FIRST_UPPER, MIXED_CASE, RARE_CAPITAL, SENTENCE_START, WORD, TokenBatch
from detector.text.vocabulary import LOWER, NAME, Vocabulary
from detector.types import Alternative, Evidence

__all__ = ["CUE", "NAME_COLUMNS", "Misspellings", "candidate_misspellings", "find"]

_ID = "name_mangling"

NAME_COLUMNS = (
    "context",  # log10 odds that a writer put the right word there
    "lm",  # log10 P(right word | two before)
    "zipf",  # of the right word; 0 if it is not listed
    "name",  # the word as it is written is listed as a name
    "letters",  # log10 P of the letters that are written
    "length",  # letters written
    "ways",  # log10 of how many slips of this kind the right word allows
    "elsewhere",  # log10 of 1 + how often the text has the right word as a name
)

_MIN_LETTERS, _MIN_RIGHT_LETTERS = 3, 4  # letters; shorter names too often differ by one letter for good ("Lee", "Leo")
# How often a name must occur in the text to correct another one; of two that occur once, neither corrects the other.
_MIN_MENTIONS = 2
_MIN_LOG10_ODDS = 0.0  # least log10 odds of a misspelt name that is reported
_MIN_LOG10_ODDS_CASELESS = 2.0  # the same of a word whose case says nothing
# A word at least this common may be the right one if two letters are swapped. Of 1,764 dev texts with one such slip 81%
# were told, with rare words and words beside a hyphen 91% are; of 1,020 clean ones 2.2% had a finding, and 2.4% have,
# half of them slips of their authors. With 0.5 in place of 1.5 it is the same.
_SWAPPED_ZIPF = 1.5
_RARE_ZIPF = 2.6  # a name at least this common is a name of its own ("Austria" beside "Australia")


@dataclass(frozen=True)
class Misspellings:
    """Pairs of a mention and a word that it may misspell, in the order of the mentions.

    Attributes
    ----------
    place : int64 (k,), the mention's token
    right : the word that was probably meant, as it would be written
    features : float32 (k, len(NAME_COLUMNS))
    """

    place: NDArray[np.int64]
    right: list[str]
    features: NDArray[np.float32]


def find(context: CueContext) -> Found:
    """Return the misspelt names of each document, in order."""
    batch = context.scores.batch
    out: Found = [[] for _ in batch.texts]
    slips = candidate_misspellings(context.scores, context.extractor)
    if not len(slips.place):
        return out
    odds = context.name_model.log10_odds(slips.features)
    # The likeliest of each mention; of equals the first.
    order = np.lexsort((-odds, slips.place))
    best = order[np.diff(slips.place[order], prepend=-1) != 0]
    least = np.where(_is_caseless(batch, slips.place[best]), _MIN_LOG10_ODDS_CASELESS, _MIN_LOG10_ODDS)
    for row in best[odds[best] >= least].tolist():
        place, gain, right = int(slips.place[row]), round(float(odds[row]), 2), slips.right[row]
        out[int(batch.document_of[place])].append(
            Evidence(
                int(batch.starts[place]),
                int(batch.ends[place]),
                batch.surface(place, place + 1),
                _ID,
                gain,
                (Alternative(right, gain),),
                f"This looks like a misspelling of “{right}”.",
            )
        )
    return out


def _is_caseless(batch: TokenBatch, place: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return whether the case of each of some tokens says nothing, so that a rare word may be anything."""
    rare_capital = (batch.shape[place] & RARE_CAPITAL) != 0
    out: NDArray[np.bool_] = batch.one_case[batch.document_of[place]] & ~rare_capital
    return out


def candidate_misspellings(m: TokenScores, extractor: FeatureExtractor) -> Misspellings:
    """Return every mention of a batch that may be a slip, with each word that it may be a slip of."""
    batch, vocabulary = m.batch, extractor.vocabulary
    capital = (batch.shape & (FIRST_UPPER | ALL_UPPER | MIXED_CASE | WORD)) == (FIRST_UPPER | WORD)
    capital &= batch.ends - batch.starts >= _MIN_LETTERS
    rare = capital & ((batch.ids == NAME) | (vocabulary.zipf[batch.ids] < _RARE_ZIPF))
    named = np.flatnonzero(capital)
    documents, starts, ends = (x[named].tolist() for x in (batch.document_of, batch.starts, batch.ends))
    names = [(d, batch.texts[d][a:b].lower()) for d, a, b in zip(documents, starts, ends, strict=True)]
    times = Counter(names)
    # A name that stands there twice is one, and "Localisation" is as common as "Localization".
    asked = [i for i in np.flatnonzero(rare[named]).tolist() if times[names[i]] == 1 and names[i][1].isalpha()]
    asked = [i for i in asked if vocabulary.zipf[vocabulary.get(american(names[i][1]), NAME)] < _RARE_ZIPF]
    written = [names[i] for i in asked]
    pairs = sorted(
        {
            *_known(written, vocabulary),
            *_swapped(written, times, vocabulary),
            *_elsewhere(written, times, vocabulary),
        }
    )
    at = named[np.array(asked, dtype=np.int64)]
    may_be_no_name = ((batch.shape[at] & SENTENCE_START) != 0) | _is_caseless(batch, at)
    pairs = [
        (row, right) for row, right in pairs if _may_be_meant(written[row][1], right, may_be_no_name[row], vocabulary)
    ]
    if not pairs:
        return Misspellings(np.zeros(0, dtype=np.int64), [], Columns.zeros(NAME_COLUMNS, 0).values)
    rows = np.array([row for row, _ in pairs], dtype=np.int64)
    place = at[rows]
    rights = [right for _, right in pairs]
    ids = np.array([vocabulary.get(right, NAME) for right in rights], dtype=np.int32)
    lengths = np.array([len(name) for _, name in written], dtype=np.float32)
    x = Columns.zeros(NAME_COLUMNS, len(rows))
    x["context"] = extractor.context_model.log10_odds(m.place_vectors, place, ids)
    x["lm"] = extractor.language_model.trigram(batch.ids[place - 2], batch.ids[place - 1], ids)
    x["zipf"] = np.where(ids == NAME, 0.0, vocabulary.zipf[ids])
    x["name"] = (batch.ids[place] != NAME) & (vocabulary.usual_case[batch.ids[place]] != LOWER)
    x["letters"] = vocabulary.letters([name for _, name in written])[rows]
    x["length"] = lengths[rows]
    x["ways"] = [_log10_ways(right, written[row][1]) for row, right in pairs]
    x["elsewhere"] = np.log10([1 + times[written[row][0], right] for row, right in pairs])
    return Misspellings(place, list(map(capitalised, rights)), x.values)


def _known(written: Sequence[tuple[int, str]], vocabulary: Vocabulary) -> Iterator[tuple[int, str]]:
    """Yield rows of `written` (document, name) and the words that everyone knows one letter off."""
    if not written:  # the table of spellings takes a moment to build
        return
    spellings = vocabulary.spellings
    for row, known in spellings.near([name for _, name in written]):
        yield row, spellings.words[known]


def _swapped(
    written: Sequence[tuple[int, str]], times: Mapping[tuple[int, str], int], vocabulary: Vocabulary
) -> Iterator[tuple[int, str]]:
    """Yield rows of `written` (document, name) and the words that two neighbouring letters swapped make of them.

    They are words of the vocabulary, or stand in the document as a name and are spelt more like a word.
    """
    for row, (d, name) in enumerate(written):
        if len(name) < _MIN_RIGHT_LETTERS:
            continue
        for i in range(1, len(name) - 1):
            other = name[:i] + name[i + 1] + name[i] + name[i + 2 :]
            if other == name:
                continue
            is_listed = vocabulary.zipf[vocabulary.get(other, NAME)] >= _SWAPPED_ZIPF
            if is_listed or ((d, other) in times and vocabulary.letters([other]) > vocabulary.letters([name])):
                yield row, other


def _elsewhere(
    written: Sequence[tuple[int, str]], times: Mapping[tuple[int, str], int], vocabulary: Vocabulary
) -> Iterator[tuple[int, str]]:
    """Yield rows of `written` (document, name) and the names of the same document (keys of `times`) one letter off."""
    # Words one letter apart have the same first letter.
    alike: dict[tuple[int, str, int], list[str]] = defaultdict(list)
    for (d, name), often in times.items():
        known = vocabulary.get(name, NAME)
        # "Rivers" may open a sentence: that does not make a word that is written small elsewhere a name.
        is_name = known == NAME or vocabulary.usual_case[known] != LOWER
        if is_name and often >= _MIN_MENTIONS and len(name) >= _MIN_RIGHT_LETTERS:
            alike[d, name[0], len(name)].append(name)
    for row, (d, name) in enumerate(written):
        for size in (len(name) - 1, len(name), len(name) + 1):
            for other in alike.get((d, name[0], size), ()):
                if other != name and other.isalpha() and one_apart(name, other):
                    yield row, other


def _may_be_meant(name: str, right: str, may_be_no_name: bool, vocabulary: Vocabulary) -> bool:
    """Whether a word can be the right one for a name.

    The other spelling of the same word is not. Where a capital says nothing, every word that is not listed passes for a
    name, a misspelt verb too, so there the right one must be written with a capital elsewhere.
    """
    if may_be_no_name and vocabulary.usual_case[vocabulary.get(right, NAME)] == LOWER:
        return False
    return american(name) != american(right)


def _log10_ways(right: str, written: str) -> float:
    """Return log10 of how many slips of one kind a word allows: any letter may be added, only its own be dropped."""
    letters = 1 if len(written) < len(right) or sorted(written) == sorted(right) else 26
    return math.log10(letters * len(right))


CUE = Cue(
    _ID,
    "misspelt name",
    "misspelt names",
    "A name with a wrong letter: from transliteration there and back, a careless spinner, or a slip of the author's.",
    find,
    "before",
    is_damage=True,
    example="Captain Lindqvist waved; an hour later Captain [Lindqvsit] was gone.",
    innocent=(
        "The author mistyped the name, as authors do.",
        "Two people have names one letter apart, or a name has two accepted spellings.",
        "The name is correct, but rarer than the one that it resembles.",
    ),
    advice="Look the name up elsewhere. Such a slip says nothing about whether the text was rewritten.",
)
