"""Tortured phrases: set terms of science in other words ("bosom peril"), where their guards hold.

The list is the Problematic Paper Screener's (Cabanac, Labbé & Magazinov, CC BY 4.0), each phrase weighed by how
often human text says it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from detector.cues.phrase_query import DocumentWords, PhraseQuery
from detector.scoring.tokens import TokenFeatures
from detector.text.tokens import fold
from detector.text.vocabulary import Vocabulary
from detector.types import Alternative, Evidence

__all__ = ["CUE", "TorturedPhrases"]

CUE = "tortured_phrase"


class TorturedPhrases:
    """Finds phrase_queries in batches: a document is read closely only where some anchor's rarest word stands."""

    def __init__(self, phrase_queries: Sequence[PhraseQuery], vocabulary: Vocabulary) -> None:
        self.phrase_queries = tuple(phrase_queries)
        self._vocabulary = vocabulary

    @cached_property
    def _by_pair(self) -> dict[int, list[tuple[PhraseQuery, list[int]]]]:
        """Fingerprints by the first two words of their anchor, as one number, with the ids of all its words."""
        out: dict[int, list[tuple[PhraseQuery, list[int]]]] = defaultdict(list)
        for f in self.phrase_queries:
            ids = [self._vocabulary[w] for w in f.anchor.words]
            if f.anchor.slop is None and len(ids) > 1:
                out[ids[0] << 20 | ids[1]].append((f, ids))
        return dict(out)

    @cached_property
    def _near(self) -> dict[int, list[PhraseQuery]]:
        """Fingerprints with a proximity anchor, by the id of its rarest word."""
        out: dict[int, list[PhraseQuery]] = defaultdict(list)
        zipf = self._vocabulary.zipf
        for f in self.phrase_queries:
            if f.anchor.slop is not None:
                out[min((self._vocabulary[w] for w in f.anchor.words), key=lambda i: zipf[i])].append(f)
        return dict(out)

    @cached_property
    def _keys(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array(sorted(self._by_pair), dtype=np.int64)

    def find(self, m: TokenFeatures) -> list[list[Evidence]]:
        """Return the tortured phrases of each document."""
        batch = m.batch
        out: list[list[Evidence]] = [[] for _ in batch.texts]
        words = np.flatnonzero(batch.is_word)
        if len(words) < 2 or not self.phrase_queries:
            return out
        ids = batch.ids[words].astype(np.int64)
        pairs = (ids[:-1] << 20) | ids[1:]
        at = np.minimum(np.searchsorted(self._keys, pairs), len(self._keys) - 1)
        hits = np.flatnonzero(self._keys[at] == pairs)
        near = np.flatnonzero(np.isin(ids, np.fromiter(self._near, dtype=np.int64, count=len(self._near))))
        # Strings are made only of documents that hold all words of some anchor, side by side where it asks for that.
        suspects: dict[int, dict[int, PhraseQuery]] = defaultdict(dict)
        for hit in hits.tolist():
            for f, anchor in self._by_pair[int(pairs[hit])]:
                if ids[hit : hit + len(anchor)].tolist() == anchor:
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
            text = batch.texts[d]
            lower = fold(text)
            strings = [lower[s:e] for s, e in zip(batch.starts[places], batch.ends[places], strict=True)]
            document = DocumentWords(strings)
            for f in found.values():
                if document.holds(f.query):
                    out[d] += self._places(f, document, places, m, text)
            out[d].sort(key=lambda e: e.start)
        return out

    @staticmethod
    def _places(
        f: PhraseQuery,
        document: DocumentWords,
        places: np.ndarray[tuple[int], np.dtype[np.int64]],
        m: TokenFeatures,
        text: str,
    ) -> list[Evidence]:
        n = len(f.anchor.words)
        if f.anchor.slop is None:
            firsts = [
                i for i in range(len(document.words) - n + 1) if tuple(document.words[i : i + n]) == f.anchor.words
            ]
            spans = [(i, i + n - 1) for i in firsts]
        else:
            place = document.find(f.anchor)
            spans = [] if place is None else [place]
        found = []
        for first, last in spans:
            start, end = int(m.batch.starts[places[first]]), int(m.batch.ends[places[last]])
            found.append(
                Evidence(
                    start,
                    end,
                    text[start:end],
                    CUE,
                    f.log10_odds,
                    (Alternative(f.expected, f.log10_odds),),
                    f"Papers from paper mills say this where others say “{f.expected}”.",
                )
            )
        return found
