"""Scores of every word by the language model, the context model and the channel: the basis of all cues.

They are computed once for a batch of documents; the cues, the passage features and the restorer read the same arrays,
so that reports and restorations agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from detector.estimators.channel import SOURCES, Candidates, Channel
from detector.estimators.context_model import ContextModel
from detector.estimators.language_model import LanguageModel, Pairs
from detector.estimators.perceptron import Perceptron
from detector.scoring.columns import Columns
from detector.text.tokens import ALL_UPPER, FIRST_UPPER, HYPHENATED, SENTENCE_START, TokenBatch
from detector.text.vocabulary import NAME, NUMBER, UNKNOWN, Vocabulary

__all__ = [
    "CANDIDATE_COLUMNS",
    "CONTEXT_ONLY_COLUMNS",
    "KINDS",
    "TOKEN_COLUMNS",
    "DocumentTermCounts",
    "FeatureExtractor",
    "TokenFeatures",
    "TokenModel",
    "TokenScores",
    "candidate_log10_prob",
]

CANDIDATE_COLUMNS = (
    "lm_gain",  # log10: how much likelier the language model finds the text with the original restored
    "context_original",  # log10 odds that a writer put the original there
    "context_substitute",  # the same of the wording that stands there
    "weight",  # log10 P(substitute | original)
    "zipf_original",  # how common the wording is in human text
    "zipf_substitute",
    "words_original",
    "words_substitute",
    "surprise",  # -log10 P of the wording that stands there, the two words after it included
    "capital",  # a capital inside a sentence
    "rivals",  # log10 of the number of candidates at the place
    "original_elsewhere",  # log10 of 1 + how often the original's rarest word stands in the document
    "substitute_elsewhere",  # the same of the substitute's, this place left out
    "log10_words",  # of the document
    *(f"source_{s}" for s in SOURCES),
)

_SOURCE_COLUMNS = np.array([CANDIDATE_COLUMNS.index(f"source_{s}") for s in SOURCES])

TOKEN_COLUMNS = (
    "context",  # log10 odds that a writer put the word there
    "context_before",
    "context_after",
    "context_two_before",
    "context_two_after",
    "document_context",  # mean over the document's words: its style makes words odd throughout
    "lm",  # log10 P(word | two before)
    "lm_next",
    "lm_second",
    "association_left",  # log10 P(word | one before) / P(word)
    "association_right",
    "neighbour_best",  # log10: how much likelier a writer would have put the likeliest of the word's neighbours there
    "neighbour_mean",  # the same, mean over the likelier half of them
    "unseen_left",  # the pair with the word before is not in the language model
    "unseen_right",
    "zipf",
    "candidate",  # best log10 odds among the candidates that cover the word
    "candidate_rest",  # the same at the words around
    "capital",
    "sentence_start",
    "hyphenated",
    "class_unknown",
    "class_number",
    "elsewhere",  # log10 of 1 + how often the word stands in the document besides
    "log10_words",  # of the document
)

# The columns that need no candidate, and so hold for a spinner with unknown tables too.
CONTEXT_ONLY_COLUMNS = tuple(c for c in TOKEN_COLUMNS if c not in ("candidate", "candidate_rest"))
_CONTEXT_ONLY = np.array([TOKEN_COLUMNS.index(c) for c in CONTEXT_ONLY_COLUMNS])

# Kinds of substitutes, by source: thesauri, tables of real spinners, words that occur in the same places. A spinner
# mostly keeps to one. With odds for each kind, the full stage reaches ROC AUC 0.964 on dev on 100 words, 7 of them
# replaced; with odds for all together 0.958; on 300 words 0.994 and 0.992.
KINDS = ("thesaurus", "observed", "neighbour")

_MIN_WORDS = 30  # of the documents that the networks were fitted on; shorter documents count as this long
_NO_CANDIDATE = np.float32(-4.0)  # log10 odds if the channel knows no original: below nearly all that it scores


def candidate_log10_prob(
    language_model: LanguageModel,
    batch: TokenBatch,
    pairs: Pairs,
    values: NDArray[np.int32],
    lengths: NDArray[np.int64],
    start: NDArray[np.int64],
    stop: NDArray[np.int64],
) -> NDArray[np.float32]:
    """Return log10 P of each wording and of the two tokens after it, when it stands for tokens start:stop.

    `values` holds the wordings' ids end to end, `lengths` the number of each; `pairs` are the batch's own, as
    `LanguageModel.bigram` gives them of each token and the next.
    """
    if not len(lengths):
        return np.zeros(0, dtype=np.float32)
    # Each wording between the two tokens before it and the two after it, one after the other.
    total = lengths + 4
    ends = np.cumsum(total)
    begins = ends - total
    stream = np.zeros(int(ends[-1]), dtype=np.int32)
    for i in (-2, -1):
        stream[begins + 2 + i] = batch.ids[start + i]
    for i in (0, 1):
        stream[ends - 2 + i] = batch.ids[stop + i]
    inner = np.repeat(begins + 2 - (np.cumsum(lengths) - lengths), lengths) + np.arange(len(values))
    stream[inner] = values
    # Pairs with a word of the wording are looked up; those before and after it are known; two wordings form no pair.
    is_new = np.ones(len(stream), dtype=bool)
    is_new[begins] = is_new[ends - 2] = is_new[ends - 1] = False
    new = np.flatnonzero(is_new)
    of_stream: Pairs = (
        np.zeros(len(stream), dtype=np.float32),
        np.zeros(len(stream), dtype=np.float32),
        np.zeros(len(stream), dtype=bool),
    )
    looked_up = language_model.bigram(stream[new], stream[new + 1])
    for x, of_batch, found in zip(of_stream, pairs, looked_up, strict=True):
        x[new] = found
        x[begins] = of_batch[start - 2]
        x[ends - 2] = of_batch[stop]
    log10_prob, back_off, seen = of_stream
    first, second = ((log10_prob[a:b], back_off[a:b], seen[a:b]) for a, b in ((0, -2), (1, -1)))
    prob = language_model.trigram(stream[:-2], stream[1:-1], stream[2:], first, second).astype(np.float64)
    running = np.concatenate(([0.0], np.cumsum(prob)))
    out: NDArray[np.float32] = (running[ends - 2] - running[begins]).astype(np.float32)
    return out


@dataclass(frozen=True)
class TokenScores:
    """Scores of a batch's words before any candidate is considered; over the tokens (n), log10 throughout.

    Attributes
    ----------
    batch : the tokens
    pairs : of each token and the next, as `LanguageModel.bigram` gives them
    log10_prob : float32 (n,), language model
    context : float32 (n,), log10 odds that a writer put the word there; negative is odd
    place_vectors : float32 (n, d), the context model's query at each place, with which further candidates are scored
    """

    batch: TokenBatch
    pairs: Pairs
    log10_prob: NDArray[np.float32]
    context: NDArray[np.float32]
    place_vectors: NDArray[np.float32]


@dataclass(frozen=True)
class DocumentTermCounts:
    """Counts of the words in each document of a batch.

    Attributes
    ----------
    keys : int64, document * size + word, sorted; counts : int64, how often the word stands in the document
    size : of the vocabulary
    context : float64 (documents,), mean log10 odds that a writer put the words there
    """

    keys: NDArray[np.int64]
    counts: NDArray[np.int64]
    size: int
    context: NDArray[np.float64]

    @classmethod
    def from_scores(cls, scores: TokenScores, size: int) -> DocumentTermCounts:
        """Return the counts of a scored batch; `size` is that of the vocabulary."""
        batch = scores.batch
        keys, counts = np.unique(batch.document_of * np.int64(size) + batch.ids, return_counts=True)
        total = np.bincount(batch.document_of, weights=scores.context, minlength=len(batch.texts))
        return cls(keys, counts, size, total / np.maximum(batch.n_words, 1))

    def look_up(self, documents: NDArray[np.int32], ids: NDArray[np.int32]) -> NDArray[np.int64]:
        """Return how often each id occurs in the document beside it."""
        wanted = documents * np.int64(self.size) + ids
        at = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return np.where(self.keys[at] == wanted, self.counts[at], 0)


@dataclass(frozen=True)
class TokenFeatures(TokenScores):
    """The scores of the words, with the features and odds of words and candidates (m).

    Attributes
    ----------
    term_counts : of the documents as they were given
    candidates : the channel's, pruned to those that the language model scores
    substitute_head : int64 (m,), the token of each substitute that is its rarest word
    original_head : int32 (m,), the rarest word of each original
    candidate_features : float32 (m, len(CANDIDATE_COLUMNS))
    candidate_log10_odds : float32 (m,), that this original stood there
    token_features : float32 (n, len(TOKEN_COLUMNS))
    token_log10_odds : float32 (n,), that the word was substituted; -inf if it cannot be
    kind_log10_odds : float32 (n, len(KINDS)), that it is a substitute of each kind and not as written; -inf likewise
    kind_priors : float64 (len(KINDS),), the same of a word without evidence; NaN until a token model is fitted
    context_only_log10_odds : float32 (n,), that the word was substituted by what its context alone says; -inf likewise
    context_only_prior : the same of a word without evidence; NaN until a token model is fitted
    """

    term_counts: DocumentTermCounts
    candidates: Candidates
    substitute_head: NDArray[np.int64]
    original_head: NDArray[np.int32]
    candidate_features: NDArray[np.float32]
    candidate_log10_odds: NDArray[np.float32]
    token_features: NDArray[np.float32]
    token_log10_odds: NDArray[np.float32]
    kind_log10_odds: NDArray[np.float32]
    kind_priors: NDArray[np.float64]
    context_only_log10_odds: NDArray[np.float32]
    context_only_prior: float

    @property
    def prior_log10_odds(self) -> float:
        """The `token_log10_odds` of a word without evidence."""
        return float(_of_any(self.kind_priors))


_Floats = TypeVar("_Floats", NDArray[np.float32], NDArray[np.float64])


def _of_any(log10_odds: _Floats) -> _Floats:
    """Return the log10 odds of any of several things against none, from those of each, over the last axis."""
    log_10 = log10_odds.dtype.type(np.log(10))  # np.log is faster than np.log10
    out: _Floats = np.log(np.exp(log10_odds * log_10).sum(axis=-1)) / log_10
    return out


@dataclass(frozen=True)
class TokenModel:
    """Weighs whether a word was substituted, and by which kind of substitute.

    Attributes
    ----------
    kinds : their names, in order
    network : one output a kind, the log10 odds that the word is such a substitute and not as written
    kind_priors : float64 (len(kinds),), the log10 odds of each without evidence, in the examples of the network
    context_only : the log10 odds that the word is a substitute of any kind, by the columns that need no candidate
    context_only_prior : the log10 odds of that without evidence
    """

    kinds: tuple[str, ...]
    network: Perceptron
    kind_priors: NDArray[np.float64]
    context_only: Perceptron
    context_only_prior: float


@dataclass(frozen=True)
class FeatureExtractor:
    """The models that features come from; `candidate_model` and `token_model` are None only until they are fitted.

    Attributes
    ----------
    max_context_log10_odds : log10 odds of its place up to which a word has candidates; inf for every word
    max_candidates : of one match that the language model weighs, those that the context model finds likeliest
    weighs_neighbours : whether words are weighed against their distributional neighbours, whatever the channel knows
    """

    vocabulary: Vocabulary
    language_model: LanguageModel
    context_model: ContextModel
    channel: Channel
    max_context_log10_odds: float = np.inf
    max_candidates: int = 12
    weighs_neighbours: bool = False
    candidate_model: Perceptron | None = None
    token_model: TokenModel | None = None

    @cached_property
    def _commonness(self) -> NDArray[np.float32]:
        """Zipf frequency of each word, float32; infinite for marks, which head no run."""
        return np.where(self.vocabulary.is_word_id, self.vocabulary.zipf, np.float32(np.inf))

    def head_places(
        self, starts: NDArray[np.int64], lengths: NDArray[np.int64], ids: NDArray[np.int32]
    ) -> NDArray[np.int64]:
        """Return the place of the rarest word in each run of `ids`, the first of equals."""
        # The i-th words of all runs at a time, for runs that have so many.
        head = starts.copy()
        rarest = self._commonness[ids[starts]]
        for i in range(1, int(lengths.max(initial=1))):
            longer = np.flatnonzero(lengths > i)
            zipf = self._commonness[ids[starts[longer] + i]]
            better = zipf < rarest[longer]
            head[longer[better]] = starts[longer[better]] + i
            rarest[longer[better]] = zipf[better]
        return head

    def score_tokens(self, batch: TokenBatch, places: NDArray[np.bool_] | None = None) -> TokenScores:
        """Return the scores of the words as they stand, by the language model and the context model.

        `places` bool (n,) marks the tokens whose context is read, with two words on either side; None for all.
        """
        lm, ids = self.language_model, batch.ids
        pairs = lm.bigram(ids[:-1], ids[1:])
        log10_prob = lm.log10_prob(ids, pairs)
        wanted = batch.is_word
        if places is not None:
            beside = places.copy()
            for i in (1, 2):  # columns that the token features take from the words beside
                beside[i:] |= places[:-i]
                beside[:-i] |= places[i:]
            wanted = wanted & beside
        words = np.flatnonzero(wanted)
        place_vectors = self.context_model.place_vectors(batch, words)
        context = np.zeros(len(ids), dtype=np.float32)
        context[words] = self.context_model.log10_odds(place_vectors, words, ids[words])
        return TokenScores(batch, pairs, log10_prob, context, place_vectors)

    def extract(
        self,
        batch: TokenBatch,
        pair_mask: NDArray[np.bool_] | None = None,
        term_counts: DocumentTermCounts | None = None,
        places: NDArray[np.bool_] | None = None,
    ) -> TokenFeatures:
        """Return all features of a batch.

        Parameters
        ----------
        pair_mask : the channel's pairs that may be used (aligned with `channel.entries.values`); fitting hides part of
            them, so that nothing learns to rely on knowing the substitute
        term_counts : of the documents as they were given, if part of them has been restored already
        places : bool (n,), tokens whose candidates are weighed; None for all
        """
        scores = self.score_tokens(batch, places)
        if term_counts is None:
            term_counts = DocumentTermCounts.from_scores(scores, self.vocabulary.size)
        context, ids = scores.context, batch.ids
        n_words = np.log10(np.maximum(batch.n_words, _MIN_WORDS)).astype(np.float32)
        is_odd = context <= self.max_context_log10_odds
        candidates = self.channel.candidates(batch, pair_mask, is_odd if places is None else is_odd & places)
        candidates, substitute_head, original_head, features = self._candidate_features(scores, candidates, term_counts)
        features["log10_words"] = n_words[batch.document_of[candidates.start]]
        if self.candidate_model is None:
            odds = features["lm_gain"] + features["weight"]
        else:
            odds = self.candidate_model.log10_odds(features.values)
        tokens = self._token_features(scores, candidates, odds, term_counts)
        tokens["log10_words"] = n_words[batch.document_of]
        kind_odds = np.full((len(ids), len(KINDS)), -np.inf, dtype=np.float32)
        token_odds = np.full(len(ids), -np.inf, dtype=np.float32)
        context_only_odds = np.full(len(ids), -np.inf, dtype=np.float32)
        priors, context_only_prior = np.full(len(KINDS), np.nan), np.nan
        if self.token_model is not None:
            words = np.flatnonzero(batch.is_word)
            x = tokens.values[words]
            kind_odds[words] = self.token_model.network.log10_odds(x)
            token_odds[words] = _of_any(kind_odds[words])
            priors = self.token_model.kind_priors
            context_only_odds[words] = self.token_model.context_only.log10_odds(x[:, _CONTEXT_ONLY])
            context_only_prior = self.token_model.context_only_prior
        return TokenFeatures(
            batch,
            scores.pairs,
            scores.log10_prob,
            context,
            scores.place_vectors,
            term_counts,
            candidates,
            substitute_head,
            original_head,
            features.values,
            odds,
            tokens.values,
            token_odds,
            kind_odds,
            priors,
            context_only_odds,
            context_only_prior,
        )

    def _candidate_features(
        self, scores: TokenScores, candidates: Candidates, term_counts: DocumentTermCounts
    ) -> tuple[Candidates, NDArray[np.int64], NDArray[np.int32], Columns]:
        """Return the candidates that are kept, the heads of their substitutes and originals, and their features."""
        batch, log10_prob = scores.batch, scores.log10_prob
        zipf, sequences = self.channel.zipf, self.channel.sequences
        if not len(candidates):
            none = Columns.zeros(CANDIDATE_COLUMNS, 0)
            return candidates, np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32), none
        substitute_head = self.head_places(candidates.start, candidates.length, batch.ids)
        first = sequences.offsets[candidates.original]
        original_words = sequences.lengths[candidates.original]
        original_head = sequences.values[self.head_places(first, original_words, sequences.values)]
        context_original = self.context_model.log10_odds(scores.place_vectors, substitute_head, original_head)

        # The language model scores only the most promising originals of each match.
        first_of_match, match = candidates.matches
        rivals = np.bincount(match)[match]
        keep = np.arange(len(rivals))
        if rivals.max() > self.max_candidates:
            promise = context_original + 0.5 * candidates.log10_weight
            # Sorted by match and promise, a candidate's rank is its distance from the first of its match.
            order = np.lexsort((-promise, match))
            place_in_match = np.empty(len(order), dtype=np.int64)
            place_in_match[order] = np.arange(len(order)) - first_of_match[match[order]]
            keep = np.flatnonzero((place_in_match < self.max_candidates) | (candidates.source == 0))
        candidates = candidates.take(keep)
        substitute_head, original_head = substitute_head[keep], original_head[keep]

        stop = candidates.start + candidates.length
        values, lengths = sequences.take(candidates.original)
        after = candidate_log10_prob(self.language_model, batch, scores.pairs, values, lengths, candidates.start, stop)
        running = np.concatenate(([0.0], np.cumsum(log10_prob.astype(np.float64))))
        before = (running[stop + 2] - running[candidates.start]).astype(np.float32)
        documents = batch.document_of[candidates.start]
        capital = (batch.shape[candidates.start] & (FIRST_UPPER | SENTENCE_START)) == FIRST_UPPER
        x = Columns.zeros(CANDIDATE_COLUMNS, len(keep))
        x["lm_gain"] = after - before
        x["context_original"] = context_original[keep]
        x["context_substitute"] = scores.context[substitute_head]
        x["weight"] = candidates.log10_weight
        x["zipf_original"] = zipf[candidates.original]
        x["zipf_substitute"] = zipf[candidates.entry]
        x["words_original"] = lengths
        x["words_substitute"] = candidates.length
        x["surprise"] = -before
        x["capital"] = capital
        x["rivals"] = np.log10(rivals[keep])
        x["original_elsewhere"] = np.log10(1 + term_counts.look_up(documents, original_head))
        x["substitute_elsewhere"] = np.log10(np.maximum(term_counts.look_up(documents, batch.ids[substitute_head]), 1))
        x.values[np.arange(len(keep)), _SOURCE_COLUMNS[candidates.source]] = 1
        return candidates, substitute_head, original_head, x

    def _token_features(
        self, scores: TokenScores, candidates: Candidates, odds: NDArray[np.float32], term_counts: DocumentTermCounts
    ) -> Columns:
        batch, context, log10_prob = scores.batch, scores.context, scores.log10_prob
        pair_prob, _, seen = scores.pairs
        ids, shape = batch.ids, batch.shape
        n = len(ids)
        unigram = self.language_model.unigrams[0]
        association = pair_prob - unigram[ids[1:]]
        x = Columns.zeros(TOKEN_COLUMNS, n)
        x["context"] = context
        x["context_before"][1:] = context[:-1]
        x["context_after"][:-1] = context[1:]
        x["context_two_before"][2:] = context[:-2]
        x["context_two_after"][:-2] = context[2:]
        x["document_context"] = term_counts.context[batch.document_of]
        x["lm"] = log10_prob
        x["lm_next"][:-1] = log10_prob[1:]
        x["lm_second"][:-2] = log10_prob[2:]
        x["association_left"][1:] = association
        x["association_right"][:-1] = association
        if self.weighs_neighbours:
            words = np.flatnonzero(batch.is_word & (context != 0))  # those that were read
            gains = self.context_model.neighbour_gains(scores.place_vectors, words, ids[words])
            x["neighbour_best"][words], x["neighbour_mean"][words] = gains
        x["unseen_left"][1:] = ~seen
        x["unseen_right"][:-1] = ~seen
        x["zipf"] = self.vocabulary.zipf[ids]
        best = np.full(n, _NO_CANDIDATE, dtype=np.float32)
        for i in range(int(candidates.length.max(initial=0))):
            inside = candidates.length > i
            np.maximum.at(best, candidates.start[inside] + i, odds[inside])
        x["candidate"] = best
        around = best.copy()
        around[1:-1] = np.maximum(best[:-2], best[2:])
        x["candidate_rest"] = around
        x["capital"] = (shape & (FIRST_UPPER | SENTENCE_START)) == FIRST_UPPER
        x["sentence_start"] = (shape & SENTENCE_START) != 0
        x["hyphenated"] = (shape & HYPHENATED) != 0
        x["class_unknown"] = (ids == UNKNOWN) | (ids == NAME)
        x["class_number"] = (ids == NUMBER) | ((shape & ALL_UPPER) != 0)
        x["elsewhere"] = np.log10(np.maximum(term_counts.look_up(batch.document_of, ids), 1))
        return x
