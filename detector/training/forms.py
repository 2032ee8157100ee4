"""The forms in which people write: lower case, no punctuation, hard line ends, typos, learners' errors and others.

A model that is fitted on edited prose alone takes everything unusual for a substitution. So human and spun examples are
rewritten into these forms alike. A form lists its replacements; one helper carries the spans along.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial

import numpy as np
from numpy.typing import NDArray

from detector.text.casing import capitalised, in_case_of
from detector.text.dialect import american, british
from detector.text.replacement import replaced
from detector.training.examples import Example
from detector.training.inflection import Inflector
from detector.training.phrase_tables import DATA_FOLDER, read_phrase_table
from detector.training.spinners import AlignedSpan, undo

__all__ = ["FORMS", "Form", "Replacement", "in_form", "in_random_form"]

Replacement = tuple[int, int, str]  # start, end and replacement
_Writer = Callable[[str, np.random.Generator], list[Replacement]]


@dataclass(frozen=True)
class Form:
    """A way in which people write.

    Attributes
    ----------
    name : as the card has it
    weight : how often it is drawn, relative to the other forms
    write : returns the sorted, disjoint replacements that bring a text into the form
    of_originals : whether the form applies to every wording of its writer, originals of spun words included. The same
        seed must then change a wording alike in every place. A slip or a line end happens in one place only.
    """

    name: str
    weight: float
    write: _Writer
    of_originals: bool = False


@dataclass(frozen=True)
class _Rewriting:
    """A text and its replacements, by place: the new text, and the places of the old one's spans in it."""

    text: str
    edits: Sequence[Replacement]

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        return np.array([start for start, _, _ in self.edits], dtype=np.int64)

    @cached_property
    def _ends(self) -> NDArray[np.int64]:
        return np.array([end for _, end, _ in self.edits], dtype=np.int64)

    @cached_property
    def _shift(self) -> NDArray[np.int64]:
        """How far text is moved that follows so many edits, (n + 1,)."""
        return np.cumsum([0, *(len(new) - (end - start) for start, end, new in self.edits)])

    def grown(self, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the spans extended to cover every edit that crosses one of their ends."""
        first = np.append(self._starts, len(self.text))[np.searchsorted(self._ends, starts, "right")]
        last = np.insert(self._ends, 0, 0)[np.searchsorted(self._starts, ends, "left")]
        return np.minimum(starts, first), np.maximum(ends, last)

    def moved(self, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the places in the new text of spans that no edit crosses; insertions at their ends stay outside."""
        return (
            starts + self._shift[np.searchsorted(self._ends, starts, "right")],
            ends + self._shift[np.searchsorted(self._starts, ends, "left")],
        )

    def part(self, start: int, end: int) -> str:
        """Return `text[start:end]` with the edits made that lie inside."""
        first = int(np.searchsorted(self._ends, start, "right"))
        last = int(np.searchsorted(self._starts, end, "left"))
        inside = [edit for edit in self.edits[first:last] if edit[0] >= start and edit[1] <= end]
        return replaced(self.text, inside, start, end)

    @cached_property
    def new(self) -> str:
        """The new text."""
        return replaced(self.text, self.edits)


def in_form(example: Example, form: Form, rng: np.random.Generator) -> Example:
    """Return the example written in the form.

    A span that a replacement crosses grows to cover it; spans that then overlap become one; empty spans are dropped. An
    example whose spans would all be dropped is returned unchanged.

    >>> from detector.training.corpus import CorpusDocument
    >>> span = AlignedSpan(4, 9, "Abode", "House")
    >>> example = Example("The Abode stands.", "thesaurus", 0.3, (span,), CorpusDocument("1", "own", "news", ""))
    >>> shouted = in_form(example, next(f for f in FORMS if f.name == "upper case"), np.random.default_rng(1))
    >>> shouted.text, shouted.spans
    ('THE ABODE STANDS.', (AlignedSpan(start=4, end=9, spun='ABODE', original='HOUSE'),))
    """
    seed = int(rng.integers(1 << 62))

    def rewriting(text: str) -> _Rewriting:
        return _Rewriting(text, form.write(text, np.random.default_rng(seed)))

    written = rewriting(example.text)
    if not example.spans:
        return replace(example, text=written.new)
    human = undo(example.text, example.spans)
    source = rewriting(human) if form.of_originals else _Rewriting(human, ())
    spans = example.spans
    starts, ends = written.grown(np.array([s.start for s in spans]), np.array([s.end for s in spans]))
    # How far the human text is ahead of the spun one before the first span, before the second, and so on.
    ahead = np.cumsum([0, *(len(s.original) - len(s.spun) for s in spans)])
    apart = starts[1:] >= ends[:-1]
    first, last = np.flatnonzero(np.append(True, apart)), np.flatnonzero(np.append(apart, True))
    starts, ends = starts[first], ends[last]
    kept = []
    new_starts, new_ends = written.moved(starts, ends)
    human_starts, human_ends = starts + ahead[first], ends + ahead[last + 1]
    for start, end, human_start, human_end in zip(
        *(x.tolist() for x in (new_starts, new_ends, human_starts, human_ends)), strict=True
    ):
        spun, original = written.new[start:end], source.part(human_start, human_end)
        if spun.strip() and spun != original:
            kept.append(AlignedSpan(start, end, spun, original))
    return replace(example, text=written.new, spans=tuple(kept)) if kept else example


def in_random_form(example: Example, rng: np.random.Generator, share: float) -> Example:
    """Return the example in a form drawn by weight, with probability `share`, else as it is."""
    if rng.random() >= share:
        return example
    return in_form(example, FORMS[int(rng.choice(len(FORMS), p=_WEIGHTS))], rng)


# ---- patterns and places of replacements

_INSIDE = "\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff"  # accents and marks of no width, which stand inside words
_LETTERS = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"(?<![\w'’])[A-Za-z]+(?![\w'’])")
_LOWER_CASE_WORD = re.compile(r"(?<![\w'’])[a-z]{3,}(?![\w'’])")
_WITH_APOSTROPHE = re.compile(r"(?<![\w'’])[A-Za-z]+(?:['’][a-z]+)?(?![\w'’])")
_LONG_WORD = re.compile(r"(?<!\w)[A-Za-z][a-z]{2,}(?!\w)")
_WORD_START = re.compile(rf"(?<![\w'’{_INSIDE}])[^\W\d_]+")
# A capital inside a sentence, or after a title.
_NAME = re.compile(r"(?:(?<=[\w,;:)] )|(?<=\b[DMS][rst]\. )|(?<=\bMrs\. ))(?!I\b)[A-Z]\w*")
_LONG_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{3,}(?!\w)")

_ABBREVIATIONS = ("[A-Z]", "Mr", "Mrs", "Ms", "Dr", "St", "Jr", "Prof", "Gen", "vs", "No")


def _not_after_abbreviation(mark: str) -> str:
    """Return the pattern of a place that does not follow an initial or a title and `mark`."""
    return "".join(rf"(?<!\b{short}{mark})" for short in _ABBREVIATIONS)


_SENTENCE_GAP = re.compile(
    rf"(?:(?<=[.!?]){_not_after_abbreviation('[.]')}|(?<=[.!?][\"'”’)\]])) +(?=[\"'“‘(\[]?[A-Z])",
)


def _each(pattern: re.Pattern[str], text: str, new: Callable[[str], str]) -> list[Replacement]:
    """Return the replacements of the matches that `new` changes."""
    return [(m.start(), m.end(), to) for m in pattern.finditer(text) if (to := new(m.group())) != m.group()]


def _some(
    pattern: re.Pattern[str], text: str, rng: np.random.Generator, rate: float, new: Callable[[str], str]
) -> list[Replacement]:
    """Return replacements of a share of the matches, drawn at random."""
    found = list(pattern.finditer(text))
    drawn = (found[i] for i in np.flatnonzero(rng.random(len(found)) < rate).tolist())
    return [(m.start(), m.end(), to) for m in drawn if (to := new(m.group())) != m.group()]


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _one_of(options: Sequence[str], rng: np.random.Generator) -> str:
    return options[int(rng.integers(len(options)))]


# ---- case and marks


def _lower(text: str, rng: np.random.Generator) -> list[Replacement]:
    return _each(_LETTERS, text, str.lower)


def _lower_names(text: str, rng: np.random.Generator) -> list[Replacement]:
    return _each(_NAME, text, str.lower)


def _upper(text: str, rng: np.random.Generator) -> list[Replacement]:
    return _each(_LETTERS, text, str.upper)


_SMALL_WORDS = frozenset(
    ("a", "an", "and", "as", "at", "but", "by", "for", "from", "in", "nor", "of", "on", "or", "the", "to", "with")
)


def _title(text: str, rng: np.random.Generator) -> list[Replacement]:
    small = _SMALL_WORDS if rng.random() < 0.5 else frozenset()
    return _each(_WORD_START, text, lambda word: word if word in small else capitalised(word))


_MARK = rf"(?:[^\w\s'’$£€%&@#+={_INSIDE}]|_|(?<!\w)['’]|['’](?!\w))"
_ANY_MARK = rf"(?:[^\w\s$£€%&@#+={_INSIDE}]|_)"


def _mark_runs(mark: str) -> re.Pattern[str]:
    """Return a pattern for the marks that speech lacks; marks that stand alone take a space with them."""
    return re.compile(rf"\s*\n\s*|\d[.,:](?=\d)|(?<=\s)(?:{mark})+\s+|(?:{mark})+")


def _spoken(text: str, rng: np.random.Generator, marks: re.Pattern[str]) -> list[Replacement]:
    """Lower case without punctuation or line ends, as speech recognition writes."""
    out = _lower(text, rng)
    for match in marks.finditer(text):
        found, start, end = match.group(), match.start(), match.end()
        if found[0].isdigit():  # the point or comma of a number
            continue
        if found.isspace():
            new = "" if start == 0 or end == len(text) else " "
        else:
            alone = found[-1].isspace() or start == 0 or end == len(text)
            alone = alone or text[start - 1].isspace() or text[end].isspace()
            new = "" if alone or not (len(found) > 1 or found in "-–—/") else " "
        out.append((start, end, new))
    out.sort()
    return out


# ---- line ends and spaces


def _sentences_apart(text: str, rng: np.random.Generator, gap: str) -> list[Replacement]:
    return _each(_SENTENCE_GAP, text, lambda _: gap)


@cache
def _line(width: int) -> re.Pattern[str]:
    """Return a pattern for one line after another: the rest of a paragraph, the words that fit, or one long word."""
    return re.compile(rf"[^\n]{{1,{width}}}(?:\n+|\Z)|[^\n]{{1,{width}}} +|[^ \n]+(?: +|\n+|\Z)")


def _wrapped(text: str, rng: np.random.Generator, narrowest: int, widest: int) -> list[Replacement]:
    lines = _line(int(rng.integers(narrowest, widest + 1))).finditer(text)
    return [
        (m.start() + len(m.group().rstrip(" ")), m.end(), "\n")
        for m in lines
        if m.group()[-1] == " " and m.end() < len(text)
    ]


# The Penn Treebank's tokens: a space goes in if the pattern is empty, quotes become `` and ''.
_TREEBANK = re.compile(
    rf"""
      (?i:(?<=[a-z])(?=n['’]t\b))
    | (?i:(?<=\w)(?=['’](?:s|re|ve|ll|d|m)\b))
    | (?<=\S)(?=[,;:?!](?:["'”’)\]]|\s|\Z))
    | (?<=[^\s(\[])(?=[)\]])
    | (?<=[(\[])(?=[^\s)\]])
    | (?<=\w)(?=\.["'”’)\]]*(?:\s*\Z|\n|\s+["'“(]?[A-Z])){_not_after_abbreviation("")}
    | (?P<opening>(?<![^\s(\[])"|“)
    | (?P<closing>["”])
    | (?P<dash>\s*—\s*)
    """,
    re.VERBOSE,
)
_TREEBANK_MARKS: Mapping[str | None, str] = {None: " ", "opening": "`` ", "closing": " ''", "dash": " -- "}


def _treebank(text: str, rng: np.random.Generator) -> list[Replacement]:
    return [(m.start(), m.end(), _TREEBANK_MARKS[m.lastgroup]) for m in _TREEBANK.finditer(text)]


# ---- slips of the hand and of the scanner

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEAR = {
    key: "".join(
        other
        for r, other_row in enumerate(_ROWS)
        for c, other in enumerate(other_row)
        if other != key and abs(r - row) <= 1 and abs(c - column) <= 1 and (r != row or c != column)
    )
    for row, keys in enumerate(_ROWS)
    for column, key in enumerate(keys)
}
_SWAP, _DROP, _DOUBLE, _NEIGHBOUR = range(4)


def _mistyped(word: str, kinds: int, rng: np.random.Generator) -> str:
    """Return the word with a letter inside swapped with the next, dropped, doubled or missed: the first of `kinds`."""
    kind, at = int(rng.integers(kinds)), int(rng.integers(1, len(word) - 1))
    before, letter, after = word[:at], word[at], word[at + 1 :]
    if kind == _SWAP:
        return before + after[0] + letter + after[1:]
    if kind == _DROP:
        return before + after
    if kind == _DOUBLE:
        return before + letter + letter + after
    return before + _one_of(_NEAR.get(letter, letter), rng) + after


def _typos(text: str, rng: np.random.Generator) -> list[Replacement]:
    """Mistyped letters in a half to four of a hundred words of three letters or more."""
    rate = _log_uniform(rng, 0.005, 0.04)
    return _some(_LONG_WORD, text, rng, rate, lambda word: _mistyped(word, _NEIGHBOUR + 1, rng))


def _slips_in_names(text: str, rng: np.random.Generator) -> list[Replacement]:
    """One to three names with two letters swapped or one dropped."""
    names = list(_LONG_NAME.finditer(text))
    drawn = np.sort(rng.permutation(len(names))[: int(rng.integers(1, 4))]).tolist()
    slips = [(names[i].start(), names[i].end(), _mistyped(names[i].group(), _DROP + 1, rng)) for i in drawn]
    return [(start, end, new) for start, end, new in slips if new != text[start:end]]


# Pairs that look alike in print: printed, read.
_ALIKE = """
rn>m m>rn l>1 l>I I>l I>1 e>c c>e h>b b>h o>0 O>0 cl>d d>cl ri>n n>ri li>h in>m vv>w w>vv t>f f>t s>5 S>5 B>8 g>q u>n
n>u ti>h ll>U a>o y>v fi>h i>l i>j
"""
_READ_AS = tuple(tuple(pair.split(">")) for pair in _ALIKE.split())


def _scanned(word: str, rng: np.random.Generator) -> str:
    """Return the word as a scanner misreads it: letters taken for others, or the hyphen of a line's end left in."""
    if len(word) > 5 and rng.random() < 0.25:
        at = int(rng.integers(2, len(word) - 2))
        return word[:at] + ("-\n" if rng.random() < 0.5 else "- ") + word[at:]
    possible = [word.replace(seen, read, 1) for seen, read in _READ_AS if seen in word]
    return _one_of(possible, rng) if possible else word


def _scanner_noise(text: str, rng: np.random.Generator) -> list[Replacement]:
    """About one word of a hundred misread, as in scans that nobody has corrected."""
    return _some(_LETTERS, text, rng, _log_uniform(rng, 0.007, 0.03), lambda word: _scanned(word, rng))


# ---- spelling


def _pairs(file: str) -> dict[str, str]:
    """Return the mapping in a data file: on each line a wording, a tab, and how it is written."""
    return {wording: written for wording, (written,) in read_phrase_table(DATA_FOLDER / file).items()}


_MISSPELT = _pairs("misspelt.tsv")


def _by_table(
    text: str, rng: np.random.Generator, table: Mapping[str, str], pattern: re.Pattern[str] = _WORD
) -> list[Replacement]:
    """Return replacements by those rows of a table that a writer has: a share drawn first, a fifth or more."""
    rows = (rng.random(len(table)) < rng.uniform(0.2, 1.0)).tolist()
    own = {word: other for (word, other), has in zip(table.items(), rows, strict=True) if has}

    def spelt(word: str) -> str:
        other = own.get(word) or own.get(word.lower().replace("’", "'"))
        return in_case_of(word, other) if other else word

    return _each(pattern, text, spelt)


def _misspelt(text: str, rng: np.random.Generator) -> list[Replacement]:
    return _by_table(text, rng, _MISSPELT, _WITH_APOSTROPHE)


_ARCHAIC = _pairs("archaic.tsv")
_IT_IS = re.compile(r"\b([Ii])t (?=(?:is|was|will|were)\b)")
_PAST = re.compile(r"(?<![\w'’])(?!hundred|sacred|naked|wicked|hatred|kindred)[a-z]{2,}[^aeiouytd\W\d_]ed\b")


def _archaic(text: str, rng: np.random.Generator) -> list[Replacement]:
    out = _by_table(text, rng, _ARCHAIC)
    contracts = rng.random(2) < 0.25
    if contracts[0]:
        out += [(m.start(), m.end(), "'T" if m.group(1) == "I" else "'t") for m in _IT_IS.finditer(text)]
    if contracts[1]:
        out += [(m.end() - 2, m.end(), "'d") for m in _PAST.finditer(text)]
    return _disjoint(out)


def _disjoint(edits: list[Replacement]) -> list[Replacement]:
    """Return the edits in order, without those that overlap an earlier one."""
    out: list[Replacement] = []
    for edit in sorted(edits):
        if not out or edit[0] >= out[-1][1]:
            out.append(edit)
    return out


def _dialect(text: str, rng: np.random.Generator) -> list[Replacement]:
    """British spelling in place of American, or the other way round; names keep theirs."""
    return _each(_LOWER_CASE_WORD, text, american if rng.random() < 0.5 else british)


# ---- learners' errors


class _AnyWord:
    """Takes every spelling for a word, as learners do."""

    def __contains__(self, word: object) -> bool:
        return True


_INFLECTOR = Inflector(_AnyWord())

_VERBS, _NOUNS = (
    (DATA_FOLDER / f"common_{kind}.txt").read_text(encoding="utf-8").split() for kind in ("verbs", "nouns")
)
_WRONG_PLURALS = _pairs("wrong_plurals.tsv")
_PREPOSITIONS = {
    "in": "on at to",
    "on": "in at of",
    "at": "in on to",
    "to": "for at in",
    "for": "to of since",
    "of": "from in for",
    "with": "by to of",
    "from": "of by since",
    "by": "with from",
    "about": "of on for",
    "into": "in to",
    "during": "in for",
    "since": "for from",
    "until": "to by",
    "between": "among in",
    "against": "to with",
    "after": "since behind",
    "before": "after",
}
_ARTICLES = {
    "the": "a",
    "a": "the an",
    "an": "a the",
    "this": "these",
    "these": "this",
    "those": "that",
}
_AGREEMENT = {"is": "are", "are": "is", "was": "were", "were": "was", "has": "have", "have": "has", "does": "do"}

_KINDS = ("article", "preposition", "noun", "verb", "agreement", "spelling", "run-on")
# How many of a hundred errors are of each kind: function words and inflection lead in every corpus of learners' texts.
_KIND_SHARES = np.array([24.0, 16.0, 16.0, 20.0, 8.0, 12.0, 4.0]) / 100

_Options = tuple[int, tuple[str, ...]]  # the kind of an error, by its place in `_KINDS`, and the possible spellings


def _slips_of_learners() -> dict[str, _Options]:
    """Return for each word the errors that learners write instead."""
    out: dict[str, _Options] = {word: (_KINDS.index("spelling"), (wrong,)) for word, wrong in _MISSPELT.items()}
    for noun in _NOUNS:
        plural = dict(_INFLECTOR.forms(noun, "n"))["plural"]
        out[noun], out[plural] = (_KINDS.index("noun"), (plural,)), (_KINDS.index("noun"), (noun,))
    out |= {noun: (_KINDS.index("noun"), (wrong,)) for noun, wrong in _WRONG_PLURALS.items()}
    for verb in _VERBS:
        forms = dict(_INFLECTOR.forms(verb, "v"))
        for form in forms.values():
            others = tuple(sorted({f for f in forms.values() if f != form}))
            out.setdefault(form, (_KINDS.index("verb"), others))
    for kind, table in (("preposition", _PREPOSITIONS), ("article", _ARTICLES), ("agreement", _AGREEMENT)):
        out |= {word: (_KINDS.index(kind), tuple(others.split())) for word, others in table.items()}
    return out


_SLIPS_OF_LEARNERS = _slips_of_learners()
_AFTER_PREPOSITION = r"(?:(?<=\b(?:of|in|by|on))|(?<=\bfor)|(?<=\bwith)|(?<=\babout))"
# Errors between words: the kind, the place, the replacement.
_ERRORS_BETWEEN: tuple[tuple[str, re.Pattern[str], tuple[str, ...]], ...] = (
    ("article", re.compile(r"\b(?:the|an?) (?=[a-z])"), ("",)),
    ("article", re.compile(rf"{_AFTER_PREPOSITION} (?=[a-z]{{4}})(?!th|wh|each|some|such)"), (" the ", " a ")),
    ("preposition", re.compile(r"(?<=[a-z]) (?:to|of|for|on|at|in)(?= (?:the|an?|his|her|my|their|this)\b)"), ("",)),
    ("run-on", re.compile(r"(?<=[a-z])\.(?= [A-Z])"), (",", "")),
    ("run-on", re.compile(r"(?<=[a-z]),(?= [a-z])"), ("",)),
)


def _learners_errors(text: str, rng: np.random.Generator) -> list[Replacement]:
    """Errors in two to fifteen of a hundred words, of all kinds in their shares."""
    places: list[tuple[int, int, _Options]] = [
        (m.start(), m.end(), slip)
        for m in _WITH_APOSTROPHE.finditer(text)
        if (slip := _SLIPS_OF_LEARNERS.get(m.group()) or _SLIPS_OF_LEARNERS.get(m.group().lower()))
    ]
    for kind, pattern, options in _ERRORS_BETWEEN:
        slip = (_KINDS.index(kind), options)
        places += [(m.start(), m.end(), slip) for m in pattern.finditer(text)]
    kinds = np.array([slip[0] for _, _, slip in places], dtype=np.int64)
    wanted = _log_uniform(rng, 0.02, 0.15) * text.count(" ") * _KIND_SHARES
    chance = wanted / np.maximum(np.bincount(kinds, minlength=len(_KINDS)), 1)
    drawn = np.flatnonzero(rng.random(len(places)) < chance[kinds]).tolist()
    edits = []
    for start, end, (_, options) in map(places.__getitem__, drawn):
        option = _one_of(options, rng)
        edits.append((start, end, in_case_of(text[start:end], option) if option else option))
    return _disjoint(edits)


FORMS: tuple[Form, ...] = (
    Form("lower case", 2.0, _lower, of_originals=True),
    Form("names in lower case", 1.0, _lower_names, of_originals=True),
    Form("speech", 3.0, partial(_spoken, marks=_mark_runs(_MARK)), of_originals=True),
    Form("speech without apostrophes", 2.0, partial(_spoken, marks=_mark_runs(_ANY_MARK)), of_originals=True),
    Form("upper case", 1.0, _upper, of_originals=True),
    Form("title case", 1.0, _title, of_originals=True),
    Form("a sentence a line", 1.0, partial(_sentences_apart, gap="\n")),
    Form("a sentence a paragraph", 1.0, partial(_sentences_apart, gap="\n\n")),
    Form("treebank tokens", 1.0, _treebank, of_originals=True),
    Form("captions", 1.0, partial(_wrapped, narrowest=32, widest=42)),
    Form("hard line ends", 1.0, partial(_wrapped, narrowest=60, widest=80)),
    Form("scanner noise", 1.0, _scanner_noise),
    Form("typos", 2.0, _typos),
    Form("slips in names", 1.0, _slips_in_names),
    Form("misspelt words", 1.0, _misspelt),
    Form("learners' errors", 4.0, _learners_errors),
    Form("archaic spelling", 1.0, _archaic, of_originals=True),
    Form("the other side's spelling", 1.0, _dialect, of_originals=True),
)
_WEIGHTS = np.array([form.weight for form in FORMS]) / sum(form.weight for form in FORMS)
