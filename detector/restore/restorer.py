"""Choose the likely originals, and write them in the text's own case and grammar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detector.restore.decode import decode
from detector.restore.plan import Span, without_overlap
from detector.restore.profile import SpinnerProfile
from detector.restore.rerank import MAX_GAIN, Reranker, log10_gain
from detector.restore.spinner import OtherDocuments
from detector.restore.spinner_table import KnownPairs
from detector.restore.writing import with_article, write_words
from detector.scoring.tokens import CANDIDATE_COLUMNS, FeatureExtractor, TokenFeatures
from detector.text.casing import capitalised
from detector.text.tokens import SENTENCE_START
from detector.text.vocabulary import CAPITAL, LOWER, UPPER
from detector.types import Edit, EditAlternative

__all__ = ["Restorer", "RestorerSettings", "original_text"]

_MAX_PENALTY = -12.0  # log10; no gain is as high
_ALTERNATIVES = 5  # readings of an edit that are shown
# Either of two very common words reads well nearly everywhere ("could" for "may", "by" for "through"), and which one it
# was changes the meaning. So swapping them takes so many more powers of ten. On dev 0.7 leaves half a point fewer
# errors than 1.5, and turns "could not agree" into "may not agree".
_COMMON_WORD_ZIPF, _COMMON_WORD_CAUTION = 5.8, 1.5


@dataclass(frozen=True)
class RestorerSettings:
    """Weights of the decoder, tuned on the dev split by `training.tune`.

    Attributes
    ----------
    weight : log10 odds for one power of ten of joint language model gain
    floor : log10 gain below which a candidate is not decoded
    min_gain : least log10 gain of an edit
    caution : powers of ten that gains lose for each power of ten by which P(spun) of the document falls below 1:
        an edit in a human text costs more than one that is missing in a spun text
    offset : added to all gains; the reranker was fitted with part of the channel hidden, so it says too little when all
        of it is known
    """

    weight: float = 0.5
    floor: float = -1.0
    min_gain: float = 0.0
    caution: float = 40.0
    offset: float = 0.4


def _is_common_word_swap(features: TokenFeatures) -> NDArray[np.bool_]:
    """Return whether each candidate swaps one very common word for another, bool (m,)."""
    column = dict(zip(CANDIDATE_COLUMNS, features.candidate_features.T, strict=True))
    common = np.minimum(column["zipf_original"], column["zipf_substitute"]) >= _COMMON_WORD_ZIPF
    out: NDArray[np.bool_] = common & (column["words_original"] == 1) & (column["words_substitute"] == 1)
    return out


def _touches(features: TokenFeatures, spans: Sequence[Sequence[Span]]) -> NDArray[np.bool_]:
    """Return whether each candidate touches one of its document's spans, bool (m,)."""
    c = features.candidates
    before = np.concatenate(([0], np.cumsum(features.batch.span_of(spans) >= 0)))
    out: NDArray[np.bool_] = before[c.start + c.length] > before[c.start]
    return out


def _in_usual_case(word: str, usual_case: int, may_be_name: bool) -> str:
    if usual_case == UPPER:
        return word.upper()
    is_pronoun = word.split("'")[0] == "i"
    return capitalised(word) if usual_case == CAPITAL and (may_be_name or is_pronoun) else word


def original_text(features: TokenFeatures, extractor: FeatureExtractor, row: int) -> str:
    """Return the original of one candidate, written as it would stand in the text."""
    candidates, vocabulary = features.candidates, extractor.vocabulary
    start, length = int(candidates.start[row]), int(candidates.length[row])
    ids = extractor.channel.words_of(int(candidates.original[row]))
    words = [vocabulary.words[i] for i in ids]
    spun = features.batch.surface(start, start + length)
    usual = vocabulary.usual_case
    # A spinner keeps capitals, so a wording without any stands for no name ("purple" was not "Imperial").
    may_be_name = not spun.islower()
    written = [_in_usual_case(w, int(usual[i]), may_be_name) for w, i in zip(words, ids.tolist(), strict=True)]
    spun_words = spun.split()
    first_id = int(features.batch.ids[start])
    capital = spun[:1].isupper() and (usual[first_id] == LOWER or features.batch.shape[start] & SENTENCE_START)
    if len(spun) > 1 and spun.isupper() and usual[first_id] != UPPER:
        written = [w.upper() for w in written]
    elif len(spun_words) > 1 and len(words) > 1 and all(w[:1].isupper() for w in spun_words):
        written = [capitalised(w) for w in written]
    elif len(spun_words) == len(words) > 1:
        # Word for word: "in Could" → "in May", whatever the originals are mostly like.
        lower = [usual[i] == LOWER for i in features.batch.ids[start : start + length].tolist()]
        written = [
            capitalised(w) if s[:1].isupper() and (plain or capital) else w
            for w, s, plain in zip(written, spun_words, lower, strict=False)
        ]
    elif capital:
        written[0] = capitalised(written[0])
    return write_words(written)


def _edit(features: TokenFeatures, extractor: FeatureExtractor, row: int, gain: NDArray[np.float32]) -> Edit | None:
    c = features.candidates
    first, length = int(c.start[row]), int(c.length[row])
    text = features.batch.texts[int(features.batch.document_of[first])]
    start, end = int(features.batch.starts[first]), int(features.batch.ends[first + length - 1])
    original = original_text(features, extractor, row)
    low, high = np.searchsorted(c.start, (first, first + 1))
    rivals = low + np.flatnonzero(c.length[low:high] == length)
    rivals = rivals[np.argsort(-gain[rivals], kind="stable")]
    others = [
        (original_text(features, extractor, int(r)), float(gain[r]))
        for r in rivals[:_ALTERNATIVES].tolist()
        if r != row
    ]
    alternatives = tuple(EditAlternative(o, round(g, 2)) for o, g in others)
    edit = with_article(text, Edit(start, end, text[start:end], original, round(float(gain[row]), 2), alternatives))
    if edit.original == edit.spun:
        return None
    return replace(edit, alternatives=tuple(a for a in edit.alternatives if a.text != edit.spun))


@dataclass(frozen=True)
class Restorer:
    """Chooses and writes edits."""

    reranker: Reranker
    settings: RestorerSettings

    @property
    def min_probability(self) -> float:
        """P(spun) of a document below which no original can gain enough to be decoded."""
        s = self.settings
        return float(10.0 ** ((s.floor - s.offset - MAX_GAIN) / s.caution))

    def penalty(self, probability: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the powers of ten that gains in documents of such P(spun) lose, 0 or less, float64 (documents,)."""
        out: NDArray[np.float64] = self.settings.caution * np.log10(np.maximum(probability, 1e-9))
        return np.maximum(out, _MAX_PENALTY)

    def plans(
        self,
        features: TokenFeatures,
        extractor: FeatureExtractor,
        probability: NDArray[np.float64],
        profile: SpinnerProfile,
        min_gain: float,
        keep: Sequence[Sequence[Span]],
        spinner: KnownPairs | OtherDocuments | None = None,
    ) -> list[list[Edit]]:
        """Return the likeliest edits of each document, sorted and disjoint.

        Parameters
        ----------
        extractor : that made the features
        probability : float64 (documents,), P(spun) of each document as it was given
        profile : of the documents as they were given
        min_gain : least log10 gain of an edit
        keep : spans of each document that no edit may touch, half-open
        spinner : pairs of its wordings that are known
        """
        s = self.settings
        odds = self.reranker.rescore(features, extractor, probability, profile)
        gain = log10_gain(features, odds if spinner is None else odds + spinner.log10_shift(features))
        gain += (self.penalty(probability).astype(np.float32) + np.float32(s.offset))[
            features.batch.document_of[features.candidates.start]
        ]
        gain -= np.float32(_COMMON_WORD_CAUTION) * _is_common_word_swap(features)
        rows = np.flatnonzero((gain > s.floor) & ~_touches(features, keep))
        chosen = rows[
            decode(
                extractor.language_model,
                extractor.channel,
                features,
                features.candidates.take(rows),
                gain[rows],
                features.candidate_features[rows, 0],
                s.weight,
            )
        ]
        plans: list[list[Edit]] = [[] for _ in features.batch.texts]
        for row in chosen[gain[chosen] >= min_gain].tolist():
            plan = plans[int(features.batch.document_of[features.candidates.start[row]])]
            edit = _edit(features, extractor, row, gain)
            if edit is not None and (not plan or plan[-1].end <= edit.start):
                plan.append(edit)
        # An edit may reach for the article before it, and so for a span that must stay.
        return [without_overlap(plan, spans) for plan, spans in zip(plans, keep, strict=True)]
