"""English inflection both ways for training: the forms of a lemma, so that substitutes agree with originals.

Regular spelling rules, a table of irregular verbs, and the irregular forms that WordNet's exception lists
name. A form counts only if the vocabulary lists it, which also decides between spellings ("travelled",
"traveled").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container
from functools import cache
from importlib.resources.abc import Traversable

from detector.training.phrase_tables import DATA_FOLDER, read_phrase_table

__all__ = ["Inflector"]

_VOWELS = "aeiou"

# Base to past and participle: WordNet's exception lists do not say which irregular form is which.
_IRREGULAR = read_phrase_table(DATA_FOLDER / "irregular_verbs.tsv")


def _doubled(word: str) -> str | None:
    """The stem with its last consonant doubled ("stop" → "stopp"), None if the spelling cannot double."""
    if len(word) < 3 or word[-1] in _VOWELS + "wxyh" or word[-2] not in _VOWELS or word[-3] in _VOWELS:
        return None
    return word + word[-1]


def _ending(word: str, suffix: str) -> list[str]:
    """Spellings of stem and -ed, -er, -est or -ing, likeliest first."""
    stems = []
    doubled = _doubled(word)
    if doubled:
        stems.append(doubled)
    if word.endswith("e"):
        kept = suffix == "ing" and word.endswith(("ee", "oe", "ye"))  # "seeing", "dyeing"
        stems.append(word if kept else word[:-1])
    elif word.endswith("y") and suffix[0] == "e" and len(word) > 2 and word[-2] not in _VOWELS:
        stems.append(word[:-1] + "i")
    if word.endswith("ie") and suffix == "ing":
        stems.insert(0, word[:-2] + "y")
    if not word.endswith("e") or suffix == "ing":
        stems.append(word)
    return [s + suffix for s in stems]


def _plural(word: str) -> list[str]:
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return [word + "es"]
    if word.endswith("y") and len(word) > 1 and word[-2] not in _VOWELS:
        return [word[:-1] + "ies"]
    if word.endswith("o"):
        return [word + "es", word + "s"]
    return [word + "s"]


class Inflector:
    """Forms of lemmas by part of speech (`n`, `v`, `a`, `r`), each under the name of its inflection.

    Parameters
    ----------
    words : the word forms that count as English
    wordnet : folder with WordNet's verb.exc, noun.exc and adj.exc; None for regular forms only
    """

    def __init__(self, words: Container[str], wordnet: Traversable | None = None) -> None:
        self._words = words
        self._irregular: dict[str, dict[str, list[str]]] = {p: defaultdict(list) for p in "nva"}
        if wordnet is not None:
            for pos, name in (("n", "noun"), ("v", "verb"), ("a", "adj")):
                for line in (wordnet / f"{name}.exc").read_text(encoding="utf-8").splitlines():
                    form, *lemmas = line.split()
                    for lemma in lemmas:
                        self._irregular[pos][lemma].append(form)
        self.forms = cache(self._forms)

    def _first(self, spellings: list[str]) -> str | None:
        return next((s for s in spellings if s in self._words), None)

    def _forms(self, lemma: str, pos: str) -> tuple[tuple[str, str], ...]:
        """Return (inflection, form) of a lemma of one word, the base form included.

        >>> Inflector({"take", "takes", "taking"}).forms("take", "v")
        (('base', 'take'), ('s', 'takes'), ('ing', 'taking'))
        """
        out: dict[str, str | None] = {"base": lemma if lemma in self._words else None}
        irregular = self._irregular.get(pos, {}).get(lemma, [])
        if lemma == "be":
            # Its other forms agree with a person, which a substitute cannot.
            return tuple((n, f) for n, f in (("base", "be"), ("ing", "being")) if f in self._words)
        if pos == "n":
            irregular = ["people"] if lemma == "person" else irregular
            out["plural"] = self._first(irregular) or self._first(_plural(lemma))
        elif pos == "v":
            past = [f for f in irregular if not f.endswith(("ing", "s")) and f in self._words]
            out["s"] = self._first([f for f in irregular if f.endswith("s")] + _plural(lemma))
            out["ing"] = self._first([f for f in irregular if f.endswith("ing")] + _ending(lemma, "ing"))
            regular = self._first(_ending(lemma, "ed"))
            out["past"] = out["participle"] = past[0] if past else regular
            if lemma in _IRREGULAR:
                out["past"], out["participle"] = (self._first([f]) for f in _IRREGULAR[lemma])
        elif pos == "a":
            out["er"] = self._first([f for f in irregular if f.endswith("r")] + _ending(lemma, "er"))
            out["est"] = self._first([f for f in irregular if f.endswith("st")] + _ending(lemma, "est"))
        return tuple((name, form) for name, form in out.items() if form)

    def phrase(self, lemma: str, pos: str, inflection: str) -> str | None:
        """Return the lemma, of one or several words, in the given inflection; None if it has none.

        Verbs inflect in their first word ("take place" → "took place"), nouns in their last or before "of"
        ("states of affairs").
        """
        words = lemma.split(" ")
        if inflection == "base":
            return lemma
        at = 0 if pos == "v" else len(words) - 1
        if pos == "n" and "of" in words[1:]:
            at = words.index("of", 1) - 1
        form = dict(self.forms(words[at], pos)).get(inflection)
        if form is None:
            return None
        return " ".join((*words[:at], form, *words[at + 1 :]))
