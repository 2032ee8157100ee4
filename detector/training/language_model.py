"""Estimate the n-gram language model: count, smooth, prune, quantise, and export it as ARPA.

Interpolated modified Kneser-Ney as in Chen & Goodman (1999), all in sorts and sums over arrays: n-grams are 64-bit
keys. A paragraph boundary is a word of its own, so that n-grams never run across one: it is the `<s>` before and
the `</s>` after, as other tools name them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detector.estimators.language_model import (
    BACK_OFF_RANGE,
    BIGRAM_PROB_RANGE,
    ID_BITS,
    TRIGRAM_PROB_BITS,
    TRIGRAM_PROB_RANGE,
    LanguageModel,
    quantise,
)
from detector.estimators.static_function import StaticFunction
from detector.text.vocabulary import BOUNDARY

__all__ = ["NGrams", "build_language_model", "estimate", "write_arpa"]

_TINY = 1e-30  # a context that gives nothing away backs off to nothing
_ID = np.uint64((1 << ID_BITS) - 1)
_PAIR = np.uint64((1 << 2 * ID_BITS) - 1)
_SHIFT = np.uint64(ID_BITS)


@dataclass(frozen=True)
class NGrams:
    """A back-off model in plain sorted arrays, natural order by key; log10 throughout.

    Attributes
    ----------
    unigram_prob, unigram_back_off : float64 (V,)
    bigram_keys : uint64 (n2,), sorted; (v << 17) | w
    bigram_prob, bigram_back_off : float64 (n2,)
    trigram_keys : uint64 (n3,), sorted
    trigram_prob : float64 (n3,)
    """

    unigram_prob: NDArray[np.float64]
    unigram_back_off: NDArray[np.float64]
    bigram_keys: NDArray[np.uint64]
    bigram_prob: NDArray[np.float64]
    bigram_back_off: NDArray[np.float64]
    trigram_keys: NDArray[np.uint64]
    trigram_prob: NDArray[np.float64]


def _run_lengths(keys: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the distinct values of sorted `keys` and how often each occurs."""
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    return keys[starts], np.diff(np.concatenate((starts, [len(keys)])))


def _discounts(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the discounts of modified Kneser-Ney for counts of 0, 1, 2 and 3 or more."""
    n = [max(1, int(np.count_nonzero(counts == c))) for c in (1, 2, 3, 4)]
    y = n[0] / (n[0] + 2 * n[1])
    d = [0.0] + [c - (c + 1) * y * n[c] / n[c - 1] for c in (1, 2, 3)]
    out: NDArray[np.float64] = np.clip(np.array(d), 0.0, [0, 1, 2, 3])
    return out


def _smooth(
    context: NDArray[np.uint64], counts: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Return each n-gram's discounted share of its context, the context's left-over mass, and the context's index.

    `context` is sorted, so that a context's n-grams lie side by side.
    """
    contexts, sizes = _run_lengths(context)
    starts = np.cumsum(sizes) - sizes
    total = np.add.reduceat(counts, starts).astype(np.float64)
    taken = _discounts(counts)[np.minimum(counts, 3)]
    index = np.repeat(np.arange(len(contexts)), sizes)
    return (counts - taken) / total[index], np.add.reduceat(taken, starts) / total, index


def _find(keys: NDArray[np.uint64], wanted: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the place of each wanted key in the sorted `keys`, -1 if it is not there."""
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, place, -1)


def estimate(ids: NDArray[np.int32], size: int, max_bigrams: int, max_trigrams: int) -> NGrams:
    """Return the pruned model of a token stream.

    Parameters
    ----------
    ids : int32 (n,); paragraphs are set apart by at least one BOUNDARY
    size : vocabulary size V; every id is smaller
    max_bigrams, max_trigrams : how many n-grams are kept: those that would lose the corpus most log-likelihood if
        they backed off (the weighted difference of Seymore & Rosenfeld 1996)
    """
    # An n-gram is one number, its ids side by side. Sorted, equal ones form runs, and those of a context lie together.
    x = ids.astype(np.uint64)
    u, v, w = x[:-2], x[1:-1], x[2:]
    keep = (v != BOUNDARY) & ~((u == BOUNDARY) & (w == BOUNDARY))
    trigrams, c3 = _run_lengths(np.sort((u[keep] << np.uint64(2 * ID_BITS)) | (v[keep] << _SHIFT) | w[keep]))
    opening = (v == BOUNDARY) & (w != BOUNDARY)
    opening_pairs = w[opening]  # (BOUNDARY, w): nothing stands before, so plain counts take the continuation's place
    del u, v, w, keep, opening

    pair_of = trigrams & _PAIR
    keys = np.concatenate((pair_of, opening_pairs))
    keys.sort()
    bigrams, c2 = _run_lengths(keys)
    del keys

    words, c1 = _run_lengths(np.sort(bigrams & _ID))
    n1 = np.zeros(size, dtype=np.int64)
    n1[words.astype(np.int64)] = c1
    taken = _discounts(n1)[np.minimum(n1, 3)]
    p1 = (n1 - taken) / n1.sum() + taken.sum() / n1.sum() / size

    share2, left2, context2 = _smooth(bigrams >> _SHIFT, c2)
    p2 = share2 + left2[context2] * p1[(bigrams & _ID).astype(np.int64)]
    share3, left3, context3 = _smooth(trigrams >> _SHIFT, c3)
    lower3 = np.searchsorted(bigrams, pair_of)
    p3 = share3 + left3[context3] * p2[lower3]
    del share2, share3

    # Prune the trigrams, then the bigrams that no kept trigram needs, each by the loss of backing off.
    loss3 = c3 * (np.log10(p3) - np.log10(np.maximum(left3[context3] * p2[lower3], _TINY)))
    loss2 = c2 * (np.log10(p2) - np.log10(np.maximum(left2[context2] * p1[(bigrams & _ID).astype(np.int64)], _TINY)))
    keep2 = np.zeros(len(bigrams), dtype=bool)
    keep2[_largest(loss2, max_bigrams)] = True
    context_place = _find(bigrams, trigrams >> _SHIFT)
    usable = keep2[lower3] & (context_place >= 0) & keep2[context_place]
    keep3 = np.zeros(len(trigrams), dtype=bool)
    keep3[_largest(np.where(usable, loss3, -np.inf), max_trigrams)] = True
    keep3 &= usable

    trigrams, p3, lower3, context_place = trigrams[keep3], p3[keep3], lower3[keep3], context_place[keep3]
    back_off2 = _back_off(context_place, p3, p2[lower3], len(bigrams))[keep2]
    bigrams, p2 = bigrams[keep2], p2[keep2]
    back_off1 = _back_off((bigrams >> _SHIFT).astype(np.int64), p2, p1[(bigrams & _ID).astype(np.int64)], size)
    return NGrams(np.log10(p1), back_off1, bigrams, np.log10(p2), back_off2, trigrams, np.log10(p3))


def _largest(loss: NDArray[np.float64], n: int) -> NDArray[np.int64]:
    """Return the places of the n largest values (all, if there are fewer)."""
    if n >= len(loss):
        return np.arange(len(loss))
    return np.argpartition(-loss, n)[:n]


def _back_off(
    context: NDArray[np.int64], prob: NDArray[np.float64], lower: NDArray[np.float64], n_contexts: int
) -> NDArray[np.float64]:
    """Return the log10 weight that makes each context's listed and backed-off probabilities sum to one."""
    listed = np.bincount(context, weights=prob, minlength=n_contexts)
    covered = np.bincount(context, weights=lower, minlength=n_contexts)
    weight: NDArray[np.float64] = np.log10(np.maximum(1.0 - listed, 1e-9) / np.maximum(1.0 - covered, 1e-9))
    return weight


def build_language_model(ngrams: NGrams) -> LanguageModel:
    """Return the model in the form that the runtime reads."""
    pairs = (quantise(ngrams.bigram_prob, BIGRAM_PROB_RANGE, 8) << np.uint64(8)) | quantise(
        ngrams.bigram_back_off, BACK_OFF_RANGE, 8
    )
    triples = quantise(ngrams.trigram_prob, TRIGRAM_PROB_RANGE, TRIGRAM_PROB_BITS)
    return LanguageModel(
        np.stack((ngrams.unigram_prob, ngrams.unigram_back_off)).astype(np.float32),
        StaticFunction.build(ngrams.bigram_keys, pairs, 16, np.uint32),
        StaticFunction.build(ngrams.trigram_keys, triples, TRIGRAM_PROB_BITS, np.uint16),
    )


def write_arpa(ngrams: NGrams, words: tuple[str, ...], path: Path) -> None:
    """Write the model as ARPA text, as KenLM reads it; a boundary is `<s>` on the left, `</s>` on the right."""
    left = ("<s>", *words[1:])
    right = ("</s>", *words[1:])
    w2 = (ngrams.bigram_keys & _ID).astype(np.int64)
    v2 = (ngrams.bigram_keys >> _SHIFT).astype(np.int64)
    w3 = (ngrams.trigram_keys & _ID).astype(np.int64)
    v3 = ((ngrams.trigram_keys >> _SHIFT) & _ID).astype(np.int64)
    u3 = (ngrams.trigram_keys >> np.uint64(2 * ID_BITS)).astype(np.int64)
    with path.open("w", encoding="utf-8") as out:
        out.write(f"\\data\\\nngram 1={len(words) + 1}\nngram 2={len(w2)}\nngram 3={len(w3)}\n\n\\1-grams:\n")
        out.write(f"-99\t<s>\t{ngrams.unigram_back_off[BOUNDARY]:.6f}\n")
        for word, p, b in zip(right, ngrams.unigram_prob, ngrams.unigram_back_off, strict=True):
            out.write(f"{p:.6f}\t{word}\t{0.0 if word == '</s>' else b:.6f}\n")
        out.write("\n\\2-grams:\n")
        for v, w, p, b in zip(v2, w2, ngrams.bigram_prob, ngrams.bigram_back_off, strict=True):
            out.write(f"{p:.6f}\t{left[v]} {right[w]}\t{b:.6f}\n")
        out.write("\n\\3-grams:\n")
        for u, v, w, p in zip(u3, v3, w3, ngrams.trigram_prob, strict=True):
            out.write(f"{p:.6f}\t{left[u]} {words[v]} {right[w]}\n")
        out.write("\n\\end\\\n")
