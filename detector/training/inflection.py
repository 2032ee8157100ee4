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

__all__ = ["Inflector"]

_VOWELS = "aeiou"

# Base, past, participle: WordNet's exception lists do not say which irregular form is which.
_IRREGULAR_VERBS = """
arise arose arisen;awake awoke awoken;bear bore borne;beat beat beaten;become became become
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

_IRREGULAR = {
    base: (past, participle)
    for base, past, participle in (row.split() for row in _IRREGULAR_VERBS.replace("\n", ";").split(";") if row)
}


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
