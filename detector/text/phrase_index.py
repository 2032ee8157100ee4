"""Indexes of phrase queries: finds the queries of a long list that hold in a document, in batches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from detector.text.phrase_query import DocumentWords, PhraseQuery
from detector.text.tokens import TokenBatch, fold
from detector.text.vocabulary import Vocabulary

__all__ = ["PhraseIndex", "PhraseMatch"]

PhraseMatch = tuple[int, int, PhraseQuery]  # start, end in the document


class PhraseIndex:
    """Finds queries in batches: only a document that holds the words of some anchor is looked at as strings."""

    def __init__(self, phrase_queries: Sequence[PhraseQuery], vocabulary: Vocabulary) -> None:
        self.phrase_queries = tuple(phrase_queries)
        self._vocabulary = vocabulary

    @cached_property
    def _by_pair(self) -> dict[int, list[PhraseQuery]]:
        """Queries by the ids of the first two words of their anchor, as one number."""
        out: dict[int, list[PhraseQuery]] = defaultdict(list)
        id_of = self._vocabulary.__getitem__
        for f in self.phrase_queries:
            words = f.anchor.words
            if f.anchor.slop is None and len(words) > 1:
                out[id_of(words[0]) << 20 | id_of(words[1])].append(f)
        return dict(out)

    @cached_property
    def _near(self) -> dict[int, list[PhraseQuery]]:
        """Queries with a proximity anchor, by the id of its rarest word."""
        out: dict[int, list[PhraseQuery]] = defaultdict(list)
        zipf = self._vocabulary.zipf
        for f in self.phrase_queries:
            if f.anchor.slop is not None:
                out[min((self._vocabulary[w] for w in f.anchor.words), key=lambda i: zipf[i])].append(f)
        return dict(out)

    @cached_property
    def _is_near(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Whether each id is the rarest word of a proximity anchor, bool (size,)."""
        flags = np.zeros(self._vocabulary.size, dtype=bool)
        flags[list(self._near)] = True
        return flags

    @cached_property
    def _keys(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array(sorted(self._by_pair), dtype=np.int64)

    def find(self, batch: TokenBatch) -> list[list[PhraseMatch]]:
        """Return the spans of the queries' anchors in each document whose guards hold, in order."""
        out: list[list[PhraseMatch]] = [[] for _ in batch.texts]
        words = np.flatnonzero(batch.is_word)
        if len(words) < 2 or not self.phrase_queries:
            return out
        ids = batch.ids[words].astype(np.int64)
        pairs = (ids[:-1] << 20) | ids[1:]
        at = np.minimum(np.searchsorted(self._keys, pairs), len(self._keys) - 1)
        hits = np.flatnonzero(self._keys[at] == pairs)
        near = np.flatnonzero(self._is_near[ids])
        # Strings are made only of documents that hold all words of some anchor, side by side if it requires that.
        suspects: dict[int, dict[int, PhraseQuery]] = defaultdict(dict)
        for hit in hits.tolist():
            for f in self._by_pair[int(pairs[hit])]:
                anchor = self._vocabulary.ids_of(f.anchor.words)
                if np.array_equal(ids[hit : hit + len(anchor)], anchor):
                    suspects[int(batch.document_of[words[hit]])][id(f)] = f
        holds: dict[int, set[int]] = {}
        for hit in near.tolist():
            d = int(batch.document_of[words[hit]])
            if d not in holds:
                holds[d] = set(batch.ids[batch.documents[d] : batch.documents[d + 1]].tolist())
            for f in self._near[int(ids[hit])]:
                if all(self._vocabulary[w] in holds[d] for w in f.anchor.words):
                    suspects[d][id(f)] = f
        for d, found in suspects.items():
            low, high = np.searchsorted(words, batch.documents[d : d + 2])
            places = words[low:high]
            lower = fold(batch.texts[d])
            strings = [lower[s:e] for s, e in zip(batch.starts[places], batch.ends[places], strict=True)]
            document = DocumentWords(strings)
            for f in found.values():
                if document.holds(f.query):
                    out[d] += self._places(f, document, places, batch)
            out[d].sort(key=lambda match: match[:2])
        return out

    @staticmethod
    def _places(
        f: PhraseQuery,
        document: DocumentWords,
        places: np.ndarray[tuple[int], np.dtype[np.int64]],
        batch: TokenBatch,
    ) -> list[PhraseMatch]:
        n = len(f.anchor.words)
        if f.anchor.slop is None:
            firsts = [
                i for i in range(len(document.words) - n + 1) if tuple(document.words[i : i + n]) == f.anchor.words
            ]
            spans = [(i, i + n - 1) for i in firsts]
        else:
            place = document.find(f.anchor)
            spans = [] if place is None else [place]
        return [(int(batch.starts[places[a]]), int(batch.ends[places[b]]), f) for a, b in spans]
