"""An article that disagrees with the word after it ("a honest", "an unique"): the word was put there afterwards."""

from __future__ import annotations

import re

import numpy as np

from detector.scoring.tokens import FeatureExtractor, TokenFeatures
from detector.text.indefinite_article import article_for
from detector.text.tokens import ALL_UPPER, FIRST_UPPER, MIXED_CASE, SENTENCE_START, WORD
from detector.text.vocabulary import LOWER
from detector.types import Alternative, Evidence

__all__ = ["CUE", "find"]

CUE = "agreement"

_COMMON_ZIPF = 2.5  # rarer words are said in ways that their spelling does not tell
# Good writers have "an" before some of these, and "a" before others.
_EITHER = {"an": re.compile(r"h[aeiouy]"), "a": re.compile(r"herb|sql|ewe")}
_MIN_RATIO = 1.0  # log10; how much likelier the other article must be for the word than the one that is there
_LOG10_ODDS = 1.2  # on held-out text as often in spun passages as the log10 odds say


def find(m: TokenFeatures, extractor: FeatureExtractor) -> list[list[Evidence]]:
    """Return the disagreeing articles of each document, each with the word after it."""
    batch, ids, vocabulary = m.batch, m.batch.ids, extractor.vocabulary
    a, an = vocabulary.get("a", -1), vocabulary.get("an", -1)
    article = np.flatnonzero((ids[:-1] == a) | (ids[:-1] == an))
    after = article + 1
    fits = (
        ((batch.shape[after] & (WORD | ALL_UPPER | MIXED_CASE)) == WORD)
        & (vocabulary.zipf[ids[after]] >= _COMMON_ZIPF)
        & (vocabulary.usual_case[ids[after]] == LOWER)
        & (batch.ends[article] + 1 == batch.starts[after])
        & ((batch.shape[article] & ALL_UPPER) == 0)
        # A capital inside a sentence is a letter or a label: "Plan A illustrates", "vitamin A affects".
        & ((batch.shape[article] & (FIRST_UPPER | SENTENCE_START)) != FIRST_UPPER)
    )
    article = article[fits]
    here, other = ids[article], np.where(ids[article] == a, an, a).astype(np.int32)
    ratio = extractor.language_model.bigram(other, ids[article + 1])[0]
    ratio -= extractor.language_model.bigram(here, ids[article + 1])[0]
    out: list[list[Evidence]] = [[] for _ in batch.texts]
    for place in article[ratio >= _MIN_RATIO].tolist():
        word = vocabulary.words[ids[place + 1]]
        written = vocabulary.words[ids[place]]
        if len(word) < 3 or not word.isalpha() or article_for(word) == written or _EITHER[written].match(word):
            continue
        d = int(batch.document_of[place])
        start, end = int(batch.starts[place]), int(batch.ends[place + 1])
        surface = batch.texts[d][start:end]
        right = ("A" if surface[0] == "A" else "a") + ("n" if written == "a" else "") + surface[len(written) :]
        out[d].append(
            Evidence(
                start,
                end,
                surface,
                CUE,
                _LOG10_ODDS,
                (Alternative(right, _LOG10_ODDS),),
                f"“{surface}” should be “{right}”: the word may have replaced one of another sound.",
            )
        )
    return out
