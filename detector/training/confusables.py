"""What thesauri would put in the place of each word form: for negative examples and the reverse channel."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from detector.training.inflection import Inflector
from detector.training.thesaurus import RELATION_WEIGHT, Synonym, Thesaurus

__all__ = ["PhrasePair", "build_confusables", "phrase_table"]

# How much one power of ten of the substitute's frequency weighs beside one shared sense. Spinners know rare
# words too, but those that a reader meets are mostly common.
_FREQUENCY_WEIGHT = 0.4
_MAX_WORDS = 5
# A headword with very many words under it (Moby's "cut" has over a thousand) says little about each.
_CROWD = 12.0


@dataclass(frozen=True, slots=True)
class PhrasePair:
    """A word or phrase and what a thesaurus would write instead, in the same grammatical form.

    `weight` is the number of thesauri and senses that say so, discounted by relation and by how many words
    stand beside it; higher is closer in meaning.
    """

    original: str
    substitute: str
    source: str
    weight: float


def _inflected(headword: str, synonym: Synonym, inflector: Inflector) -> Iterator[tuple[str, str]]:
    """Yield the pairs of forms, headword's and synonym's, that have the same grammatical tag."""
    text = synonym.text.lower()
    if not synonym.pos:
        yield headword, text
        return
    theirs = inflector.forms(text, synonym.pos)
    for tag, form in inflector.forms(headword, synonym.pos).items():
        other = theirs.get(tag)
        if other and other != form:
            yield form, other


def _weight(headword: str, synonym: Synonym, listed: int) -> float:
    # Later senses are rarer ones: a thesaurus lists the common meaning first.
    nearness = RELATION_WEIGHT[synonym.relation] / (1 + 0.15 * synonym.sense)
    return nearness / math.sqrt(max(1.0, listed / _CROWD))


def _in_use(phrase: str, words: frozenset[str]) -> bool:
    return all(part in words for part in phrase.replace("-", " ").split(" "))


def build_confusables(
    thesauri: Sequence[Thesaurus], words: Sequence[str], inflector: Inflector, max_per_word: int = 16
) -> dict[str, list[str]]:
    """Return the single words that thesauri would write for each word form, likeliest first.

    Only forms in `words` occur, on either side; words without a substitute have no entry. A pair counts in
    both directions, since what matters is which two words a spinner may exchange.
    """
    known = frozenset(words)
    scores: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for thesaurus in thesauri:
        for headword, found in thesaurus.entries.items():
            if " " in headword:
                continue
            for synonym in found:
                if " " in synonym.text or "-" in synonym.text:
                    continue
                weight = _weight(headword, synonym, len(found))
                for a, b in _inflected(headword, synonym, inflector):
                    if a in known and b in known:
                        scores[a][b] += weight
                        scores[b][a] += weight
    # Zipf scale: log10 of occurrences per billion words.
    zipf = {w: 9 + math.log10(inflector.frequencies.get(w, 1e-9)) for w in scores}
    return {
        word: sorted(found, key=lambda s: (-found[s] - _FREQUENCY_WEIGHT * zipf[s], s))[:max_per_word]
        for word, found in sorted(scores.items())
    }


def phrase_table(
    thesauri: Sequence[Thesaurus], words: Sequence[str], inflector: Inflector, min_weight: float = 0.3
) -> list[PhrasePair]:
    """Return what thesauri would write for phrases of up to five words, inflected alike, in both directions.

    All words of both sides are in `words`. A pair that several thesauri list has the first one's name and the
    weights of all; what weighs less than `min_weight` is left out (at 0.3 a near-synonym of a first sense
    stays).
    """
    known = frozenset(words)
    weights: dict[tuple[str, str], float] = defaultdict(float)
    source: dict[tuple[str, str], str] = {}
    for thesaurus in thesauri:
        for headword, found in thesaurus.entries.items():
            if headword.count(" ") >= _MAX_WORDS or not any(part in known for part in headword.split(" ")):
                continue
            for synonym in found:
                if synonym.text.count(" ") >= _MAX_WORDS:
                    continue
                weight = _weight(headword, synonym, len(found))
                for a, b in _inflected(headword, synonym, inflector):
                    if _in_use(a, known) and _in_use(b, known):
                        for pair in ((a, b), (b, a)):
                            weights[pair] += weight
                            source.setdefault(pair, thesaurus.name)
    return [
        PhrasePair(original, substitute, source[original, substitute], weight)
        for (original, substitute), weight in sorted(weights.items())
        if weight >= min_weight
    ]
