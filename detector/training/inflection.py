"""Inflected forms of English headwords, so that "studies" can be replaced by "examines".

Regular rules, a table of irregular verbs, and WordNet's exception lists read backwards; every regular form must
be a word that people use (a frequency list decides), so that "vastnesses" or "beautifuler" are not invented.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

__all__ = ["POS_TAGS", "Inflector", "Pos", "Tag", "load_exceptions", "word_frequencies"]

# Parts of speech as WordNet writes them: noun, verb, adjective, adverb.
Pos = Literal["n", "v", "a", "r"]
Tag = Literal["base", "plural", "s", "ing", "past", "participle", "comparative", "superlative"]
POS_TAGS: Mapping[str, tuple[Tag, ...]] = {
    "n": ("base", "plural"),
    "v": ("base", "s", "ing", "past", "participle"),
    "a": ("base", "comparative", "superlative"),
    "r": ("base", "comparative", "superlative"),
}

# Base, past, participle. WordNet's lists do not say which irregular form is which.
_IRREGULAR_VERBS = """
arise arose arisen;awake awoke awoken;be was been;bear bore borne;beat beat beaten;become became become
begin began begun;bend bent bent;bet bet bet;bid bid bid;bind bound bound;bite bit bitten;bleed bled bled
blow blew blown;break broke broken;breed bred bred;bring brought brought;broadcast broadcast broadcast
build built built;burst burst burst;buy bought bought;cast cast cast;catch caught caught;choose chose chosen
cling clung clung;come came come;cost cost cost;creep crept crept;cut cut cut;deal dealt dealt;dig dug dug
do did done;draw drew drawn;drink drank drunk;drive drove driven;eat ate eaten;fall fell fallen;feed fed fed
feel felt felt;fight fought fought;find found found;flee fled fled;fling flung flung;fly flew flown
forbid forbade forbidden;forecast forecast forecast;foresee foresaw foreseen;forget forgot forgotten
forgive forgave forgiven;freeze froze frozen;get got got;give gave given;go went gone;grind ground ground
grow grew grown;hang hung hung;have had had;hear heard heard;hide hid hidden;hit hit hit;hold held held
hurt hurt hurt;keep kept kept;kneel knelt knelt;know knew known;lay laid laid;lead led led;leave left left
lend lent lent;let let let;lie lay lain;light lit lit;lose lost lost;make made made;mean meant meant
meet met met;mistake mistook mistaken;mow mowed mown;offset offset offset;overcome overcame overcome
overhear overheard overheard;oversee oversaw overseen;overtake overtook overtaken
overthrow overthrew overthrown
partake partook partaken;pay paid paid;prove proved proven;put put put;quit quit quit;read read read
rebuild rebuilt rebuilt;redo redid redone;rend rent rent;repay repaid repaid;reset reset reset
rethink rethought rethought;rewrite rewrote rewritten;rid rid rid;ride rode ridden;ring rang rung
rise rose risen;run ran run;say said said;see saw seen;seek sought sought;sell sold sold;send sent sent
set set set;sew sewed sewn;shake shook shaken;shed shed shed;shine shone shone;shoot shot shot
show showed shown;shrink shrank shrunk;shut shut shut;sing sang sung;sink sank sunk;sit sat sat
slay slew slain;sleep slept slept;slide slid slid;sling slung slung;slit slit slit;sow sowed sown
speak spoke spoken;speed sped sped;spend spent spent;spin spun spun;spit spat spat;split split split
spread spread spread;spring sprang sprung;stand stood stood;steal stole stolen;stick stuck stuck
sting stung stung;stink stank stunk;stride strode stridden;strike struck struck;string strung strung
strive strove striven;swear swore sworn;sweep swept swept;swell swelled swollen;swim swam swum
swing swung swung;take took taken;teach taught taught;tear tore torn;tell told told;think thought thought
throw threw thrown;thrust thrust thrust;tread trod trodden;undergo underwent undergone
understand understood understood;undertake undertook undertaken;undo undid undone;unwind unwound unwound
uphold upheld upheld;upset upset upset;wake woke woken;wear wore worn;weave wove woven;weep wept wept
win won won;wind wound wound;withdraw withdrew withdrawn;withhold withheld withheld
withstand withstood withstood;wring wrung wrung;write wrote written
"""
# Third persons that no rule gives; all of be's other forms agree with a person and are left alone.
_IRREGULAR_S = {"be": "is", "have": "has", "do": "does", "go": "goes"}
# Nouns with a second, rare or foreign plural in WordNet's list, where people write the regular one.
_PLURALS = {
    "person": "people",
    "man": "men",
    "woman": "women",
    "child": "children",
    "index": "indices",
    "appendix": "appendices",
    "staff": "staff",
    "series": "series",
    "species": "species",
    "data": "data",
    "media": "media",
    "criterion": "criteria",
    "phenomenon": "phenomena",
    "analysis": "analyses",
    "life": "lives",
    "leaf": "leaves",
}
_VOWELS = frozenset("aeiou")
_EXCEPTION_FILES = {"n": "noun.exc", "v": "verb.exc", "a": "adj.exc", "r": "adv.exc"}


def load_exceptions(folder: Path) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return WordNet's irregular forms, part of speech → headword → forms; none where a file is missing."""
    exceptions: dict[str, dict[str, tuple[str, ...]]] = {}
    for pos, name in _EXCEPTION_FILES.items():
        path = folder / name
        if not path.exists():
            continue
        table: dict[str, list[str]] = defaultdict(list)
        for line in path.read_text(encoding="utf-8").splitlines():
            form, *headwords = line.split()
            for headword in headwords:
                table[headword].append(form)
        exceptions[pos] = {h: tuple(f) for h, f in table.items()}
    return exceptions


def word_frequencies() -> dict[str, float]:
    """Return how often each common English word occurs, as a share of all words (wordfreq's large list)."""
    from wordfreq import get_frequency_dict

    frequencies: dict[str, float] = get_frequency_dict("en", "large")
    return frequencies


def _doubles(word: str) -> bool:
    """Whether a word ends like "stop", one vowel between consonants, so that its last letter may double."""
    return (
        len(word) >= 3
        and word[-1] not in _VOWELS | set("wxy")
        and word[-2] in _VOWELS
        and (word[-3] not in _VOWELS or word[-3:-1] in {"ui"})
    )


def _sibilant_s(word: str) -> str:
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2:-1] not in _VOWELS:
        return word[:-1] + "ies"
    return word + "s"


def _suffixed(word: str, suffix: str) -> tuple[str, ...]:
    """Return how word + suffix ("ed", "ing", "er", "est") may be spelled, likeliest first."""
    if word.endswith("e") and not (suffix == "ing" and word.endswith(("ee", "oe", "ye"))):
        return ((word[:-2] + "ying") if suffix == "ing" and word.endswith("ie") else word[:-1] + suffix,)
    if word.endswith("y") and word[-2:-1] not in _VOWELS and suffix != "ing":
        return (word[:-1] + "i" + suffix,)
    if word.endswith("c"):
        return (word + "k" + suffix, word + suffix)
    return (word + suffix, word + word[-1] + suffix) if _doubles(word) else (word + suffix,)


@dataclass(frozen=True)
class Inflector:
    """Gives the inflected forms of headwords of one or several words.

    Attributes
    ----------
    frequencies : share of all words of each word in use; a regular form outside it does not exist
    exceptions : irregular forms, part of speech → headword → forms (`load_exceptions`)
    """

    frequencies: Mapping[str, float]
    exceptions: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    _cache: dict[tuple[str, str], dict[Tag, str]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @cached_property
    def _verbs(self) -> dict[str, tuple[str, str]]:
        rows = (row.split() for row in _IRREGULAR_VERBS.replace("\n", ";").split(";") if row)
        return {base: (past, participle) for base, past, participle in rows}

    def forms(self, headword: str, pos: str) -> dict[Tag, str]:
        """Return the headword's forms by grammatical tag; "base" is always there.

        Of several words the head is inflected: a verb's first, a noun's last or the one before "of".

        >>> Inflector({"studies": 1e-5, "studied": 1e-5}).forms("study", "v")
        {'base': 'study', 's': 'studies', 'past': 'studied', 'participle': 'studied'}
        """
        found = self._cache.get((headword, pos))
        if found is None:
            found = self._forms(headword, pos)
            self._cache[headword, pos] = found
        return found

    def _forms(self, headword: str, pos: str) -> dict[Tag, str]:
        words = headword.split(" ")
        if len(words) == 1:
            return self._word_forms(headword, pos)
        if pos not in ("n", "v"):
            return {"base": headword}
        place = 0
        if pos == "n":
            place = words.index("of") - 1 if "of" in words[1:] else len(words) - 1
        return {
            tag: " ".join((*words[:place], form, *words[place + 1 :]))
            for tag, form in self._word_forms(words[place], pos).items()
        }

    def _used(self, candidates: Iterable[str]) -> str | None:
        """Return the commonest candidate, the first of equals; None where none is in use."""
        best = max(candidates, key=lambda w: self.frequencies.get(w, 0.0), default=None)
        return best if best in self.frequencies else None

    def _word_forms(self, word: str, pos: str) -> dict[Tag, str]:
        forms: dict[Tag, str] = {"base": word}
        if not word.isalpha() or len(word) < 2:
            return forms
        irregular = self.exceptions.get(pos, {}).get(word, ())
        found: dict[Tag, str | None] = {}
        if pos == "n":
            plurals = [f for f in irregular if f != word]
            known = _PLURALS.get(word)
            found["plural"] = known or self._used(plurals) or self._used([_sibilant_s(word)])
            if word.endswith("o") and not known:
                found["plural"] = self._used([word + "s", word + "es"])
        elif pos == "v":
            third = (_sibilant_s(word), word + "es") if word.endswith("o") else (_sibilant_s(word),)
            found["s"] = _IRREGULAR_S.get(word) or self._used(third)
            # The commonest of irregular and regular forms: WordNet lists "benefitted", people write "benefited".
            listed = [f for f in irregular if f.endswith("ing")]
            found["ing"] = self._used((*listed, *_suffixed(word, "ing")))
            if word in self._verbs:
                found["past"], found["participle"] = self._verbs[word]
            else:
                listed = [f for f in irregular if not f.endswith(("ing", "s"))]
                past = self._used((*listed, *_suffixed(word, "ed")))
                found["past"] = found["participle"] = past
        elif pos in ("a", "r"):
            degrees: tuple[tuple[Tag, str], ...] = (("comparative", "er"), ("superlative", "est"))
            for tag, suffix in degrees:
                listed = [f for f in irregular if _is_degree(f, suffix)]
                # Long adjectives take "more" and "most".
                regular = () if irregular or len(word) > 7 else _suffixed(word, suffix)
                found[tag] = self._used(listed) or self._used(regular)
        forms.update({tag: form for tag, form in found.items() if form and (form != word or pos == "v")})
        return forms


def _is_degree(form: str, suffix: str) -> bool:
    irregular = {"better": "er", "worse": "er", "less": "er", "more": "er", "further": "er", "farther": "er"}
    irregular |= {"best": "est", "worst": "est", "least": "est", "most": "est"}
    return irregular.get(form, form[-len(suffix) :]) == suffix
