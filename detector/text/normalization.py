"""The text as a reader sees it: odd characters, markup and layout undone, with a map back to the caller's string.

Scores are computed on the normalised text and spans point into the caller's, so odd characters neither incriminate nor
hide anything. `normalize` applies the passes of `PASSES` in order until nothing changes. A pass is a name, the signs
without which it has nothing to do, and a function that returns replacements. To add one, write its function and its
row.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from html.entities import html5
from importlib import resources
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.text.runs import places_within

__all__ = ["PASSES", "CharacterDamage", "DamageKind", "NormalizedText", "Pass", "Replacement", "normalize"]

DamageKind = Literal["look_alike", "invisible", "styled_letters", "combining_mark"]

# One pass may uncover work for another (an entity holds a tag): two rounds suffice for all but texts made to need more.
_MAX_ROUNDS = 4


class Replacement(NamedTuple):
    """Characters `start` to `end` of a string, half-open, and their replacement in the normalised one."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class CharacterDamage:
    """A word that holds characters which no honest author types.

    Attributes
    ----------
    start, end : half-open offsets of the whole word in the source
    kind : of damage; the first if there are several
    surface : the word as it stands in the source
    repaired : the word that a reader sees
    """

    start: int
    end: int
    kind: DamageKind
    surface: str
    repaired: str


@dataclass(frozen=True, eq=False)
class NormalizedText:
    """A normalised text, the text it comes from, and the offsets of its characters there.

    Attributes
    ----------
    text : the normalised text; the very object `source` if nothing had to change
    source : the text as it was given
    starts : int32 (len(text) + 1,), the offset in the source at which each character begins; the last is len(source);
        ascending
    ends : int32 (len(text) + 1,), the offset in the source at which the characters before each place end; the first is
        0; ascending
    damage : the words with characters that no honest author types, in order
    """

    text: str
    source: str
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    damage: tuple[CharacterDamage, ...] = ()

    @classmethod
    def of(cls, text: str) -> NormalizedText:
        """Return the text as its own normalised form."""
        places = np.arange(len(text) + 1, dtype=np.int32)
        return cls(text, text, places, places)

    @cached_property
    def is_unusual(self) -> bool:
        """Whether the text holds characters beyond those of ordinary English, or accents throughout."""
        n_further = 0 if self.text.isascii() else len(self.text.encode("utf-8", "surrogatepass")) - len(self.text)
        return n_further > _MAX_FURTHER_BYTES * len(self.text) or bool(_UNUSUAL.search(self.text))

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the half-open span of the source from which `text[start:end]` comes.

        Characters that were removed inside the span belong to it, those at its edges do not.

        >>> view = normalize("a **bo\\u200bld** word")
        >>> view.text[2:6], view.source[slice(*view.source_span(2, 6))]
        ('bold', 'bo\\u200bld')
        """
        first = int(self.starts[start])
        return first, max(first, int(self.ends[end]))

    def view_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the half-open span of `text` that comes from `source[start:end]`, in whole or in part.

        >>> normalize("a **bo\\u200bld** word").view_span(4, 9)
        (2, 6)
        """
        # As a number of the same size: NumPy copies the whole array to compare it with one of Python.
        first = int(np.searchsorted(self.ends[1:], np.int32(start), side="right"))
        last = int(np.searchsorted(self.starts[:-1], np.int32(end), side="left"))
        return first, max(first, last)

    def source_offsets(
        self, starts: NDArray[np.integer], ends: NDArray[np.integer]
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return starts and ends in the source of many half-open spans of `text`, as `source_span` does for one."""
        first = self.starts[starts]
        return first, np.maximum(first, self.ends[ends])

    def replace(self, replacements: Sequence[Replacement]) -> NormalizedText:
        """Return the view with `replacements`, which are sorted and disjoint, applied to `text`.

        Each new character comes from all that it replaces; if old and new are equally long, one from one.
        """
        if not replacements:
            return self
        begins, stops, new = zip(*replacements, strict=True)
        start, stop = np.array(begins, dtype=np.int64), np.array(stops, dtype=np.int64)
        sizes = np.fromiter(map(len, new), dtype=np.int64, count=len(new))
        # Stretches kept and stretches replaced alternate; `base` is the offset of each in the old text.
        lengths = np.empty(2 * len(new) + 1, dtype=np.int64)
        base = np.zeros_like(lengths)
        base[1::2], base[2::2] = start, stop
        lengths[1::2] = sizes
        lengths[::2] = np.append(start, len(self.text)) - base[::2]
        one_to_one = np.ones(len(lengths), dtype=bool)
        one_to_one[1::2] = sizes == stop - start
        limit = np.zeros_like(lengths)
        limit[1::2] = stop
        # For each new character, its offset within its stretch; then the old characters that it comes from.
        within = places_within(lengths)
        first = np.repeat(base, lengths)
        paired = np.repeat(one_to_one, lengths)
        last = np.where(paired, first + within + 1, np.repeat(limit, lengths))
        first = np.where(paired, first + within, first)
        kept = [self.text[a:b] for a, b in zip((0, *stops), (*begins, len(self.text)), strict=True)]
        text = "".join([piece for pair in zip(kept, (*new, ""), strict=True) for piece in pair])
        return NormalizedText(
            text,
            self.source,
            np.append(self.starts[first], self.starts[-1]),
            np.concatenate((self.ends[:1], self.ends[last])),
        )


@dataclass(frozen=True)
class Pass:
    """One thing that normalisation undoes.

    Attributes
    ----------
    name : of the change that the pass undoes
    signs : the pass is skipped for a text that contains none of these; if empty, it runs on texts for which
        `is_unusual` is true
    find : function of a text that returns its replacements, sorted and disjoint
    damage : the kind of damage that a replacement proves; None if honest authors write so too
    """

    name: str
    signs: tuple[str, ...]
    find: Callable[[str], list[Replacement]]
    damage: DamageKind | None = None

    def concerns(self, view: NormalizedText) -> bool:
        """Return whether the view can hold something for the pass."""
        return any(sign in view.text for sign in self.signs) if self.signs else view.is_unusual


def normalize(text: str) -> NormalizedText:
    """Return the text as a reader sees it, with the way back to each character.

    Returns `text` itself, not a copy, if there is nothing to undo.

    >>> view = normalize("A&nbsp;<b>p\\u043elicy</b> for all.")  # the o is Cyrillic
    >>> view.text
    'A policy for all.'
    >>> [(d.surface, d.kind, d.repaired) for d in view.damage]
    [('p\u043elicy', 'look_alike', 'policy')]
    """
    view = as_given = NormalizedText.of(text)
    damaged: list[tuple[int, DamageKind]] = []
    for _ in range(_MAX_ROUNDS):
        before = view.text
        for step in PASSES:
            if step.concerns(view):
                replacements = step.find(view.text)
                if step.damage is not None:
                    damaged += [(int(view.starts[r.start]), step.damage) for r in replacements]
                view = view.replace(replacements)
        if view.text == before:
            break
    if view.text == text:
        return as_given
    if not damaged:
        return view
    return NormalizedText(view.text, text, view.starts, view.ends, tuple(_iter_damage(view, damaged)))


def _iter_damage(view: NormalizedText, damaged: Iterable[tuple[int, DamageKind]]) -> Iterator[CharacterDamage]:
    """Yield the words of the view that hold a damaged place of the source."""
    words = np.array([m.span() for m in _WORD.finditer(view.text)], dtype=np.int64).reshape(-1, 2)
    starts, ends = view.source_offsets(words[:, 0], words[:, 1])
    places = dict(sorted(damaged, reverse=True))  # the first kind of each place
    which = np.searchsorted(ends, np.fromiter(places, dtype=np.int64, count=len(places)), side="right")
    kinds: dict[int, DamageKind] = {}
    for word, (place, kind) in zip(which.tolist(), places.items(), strict=True):
        if word < len(words) and starts[word] <= place:
            kinds[word] = kind
    for word, kind in sorted(kinds.items()):
        start, end = int(starts[word]), int(ends[word])
        yield CharacterDamage(start, end, kind, view.source[start:end], view.text[slice(*words[word].tolist())])


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def _replace_all(pattern: re.Pattern[str], text: str, new: str | Callable[[re.Match[str]], str]) -> list[Replacement]:
    """Return a replacement for each match whose new text, a string or a function of the match, differs from the old."""
    if isinstance(new, str):
        return [Replacement(*m.span(), new) for m in pattern.finditer(text)]
    pairs = ((m, new(m)) for m in pattern.finditer(text))
    return [Replacement(*m.span(), seen) for m, seen in pairs if seen != m.group()]


def _group_edges(match: re.Match[str], group: int) -> list[Replacement]:
    """Return the replacements that remove the parts of a match around one of its groups."""
    return [Replacement(match.start(), match.start(group), ""), Replacement(match.end(group), match.end(), "")]


# Marks and letters that ordinary English text holds.
_UNUSUAL = re.compile("[^\t\n\r -~‘’“”–—…£©°·«»½À-ÿ]")
# Bytes of UTF-8 beyond one a character: typographic quotes make up to 0.05, a mark on every other vowel 0.15.
_MAX_FURTHER_BYTES = 0.08
_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_LATIN = "A-Za-z\u00c0-\u024f\u1e00-\u1eff"
_LETTER = r"[^\W\d_]"
_ASCII_LETTER = re.compile("[A-Za-z]")
_WORD = re.compile(r"[^\W_]++(?:['’-][^\W_]++)*+")
# The commonest English words of more than one letter.
_FUNCTION_WORDS = _words(
    "the and for with was are were have from which they had been their would there will has his is of all our more "
    "this to in that it as on be by at or not you but he she we an who what when can than"
)
# Those of which no other language writes three with a mark: Vietnamese, which marks most letters, ends no syllable in
# d, f, l, r, s or v.
_UNMISTAKABLE = _words(
    "about after and are because before between could first for from had has have his is more of other our over "
    "people said should some their there these they this those through under until very were where which while "
    "will with would your been"
)
_MIN_UNMISTAKABLE = 3  # different ones


# --- Entities, encodings, markup ---------------------------------------------------------------------------------

_ENTITY_NAME = r"#\d{1,7}+;?+|\#[xX][0-9a-fA-F]{1,6}+;?+|nbsp;?+|[A-Za-z][A-Za-z0-9]{1,31}+;"
_ENTITY = re.compile(rf"&(?:(?:amp;)++(?P<nested>{_ENTITY_NAME})?+|(?P<name>{_ENTITY_NAME}))")


def _entity(match: re.Match[str]) -> str:
    name = match["nested"] or match["name"]
    if name is None:
        return "&"
    if name[0] != "#":
        return html5.get(name, "&" + name)
    seen = html.unescape("&" + name)
    return seen if seen and seen != "\ufffd" else match.group()  # no character at all: as it stands


def _find_entities(text: str) -> list[Replacement]:
    """Character references, escaped once or more often: "&nbsp;", "&#8217;", "&amp;amp;"."""
    return _replace_all(_ENTITY, text, _entity)


_BEYOND_ASCII = re.compile("[^\x00-\x7f]{2,}+|[\x80-\x9f]")


def _find_mojibake(text: str) -> list[Replacement]:
    """UTF-8 that was read as a single-byte encoding, run by run, as ftfy finds and repairs it."""
    import ftfy  # takes as long to load as all else here, and few texts need it
    from ftfy.badness import is_bad

    return _replace_all(_BEYOND_ASCII, text, lambda m: ftfy.fix_encoding(m[0]) if is_bad(m[0]) else m[0])


_INLINE_TAGS = _words(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q s samp small span strike "
    "strong sub sup time tt u var"
)
_BLOCK_TAGS = _words(
    "address article aside blockquote body br button center dd details div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 head header hr html legend li main nav ol p picture pre section summary table tbody td "
    "tfoot th thead title tr ul"
)
_VOID_TAGS = _words("img wbr")
# These have attributes in each page, and none where a writer only names them.
_VOID_WITH_ATTRIBUTES = _words("area base col embed input link meta param source track")
# A value in quotation marks may hold anything; if there is one, names without values may stand beside it.
_VALUE = r"""(?:"[^"]{0,2000}+"|'[^']{0,2000}+'|[^\s"'<>=`]++)"""
_TAG = re.compile(
    rf"""<(?P<close>/?+)(?P<name>[A-Za-z][A-Za-z0-9:-]{{0,30}}+)
        (?:(?:\s++[A-Za-z_:@][\w:.-]*+\s*+=\s*+{_VALUE})*+
          |(?=[^<>"']{{0,300}}+["'])(?:\s++[A-Za-z_:@][\w:.-]*+(?:\s*+=\s*+{_VALUE})?+)*+)
        \s*+ /?+>
        | <!--(?:[^<>-]|-(?!->))*+--> | <!(?i:doctype)\s[^<>]{{1,300}}+> | <\?xml[^<>?]{{1,300}}+\?>
        | <!\[(?:(?:end)?if[^<>\]]{{0,100}}+\]>|CDATA\[) | (?P<cdata_end>\]\]>)""",
    re.VERBOSE,
)
_ONE_LINE_BREAK = _words("br td th li dd dt tr")


def _find_tags(text: str) -> list[Replacement]:
    """HTML tags in running text: block-level ones break the line or paragraph, others vanish.

    An inline element, or one of a page's own ("o:p", "amp-img"), counts only if it is opened and closed: "x <b and c>
    d", "vector<a>" and "<your-name>" are not tags. Declarations and the marks of CDATA vanish.
    """
    found = [(m, m["name"].lower() if m["name"] else "") for m in _TAG.finditer(text)]
    if "<![CDATA[" not in text:
        found = [(m, name) for m, name in found if not m["cdata_end"]]
    closed = {name for m, name in found if m["close"]}
    paired = {
        name for m, name in found if not m["close"] and (name in _INLINE_TAGS or ":" in name or "-" in name)
    } & closed
    removed = paired | _VOID_TAGS | {""}
    out = []
    for match, name in found:
        if name in removed or (name in _VOID_WITH_ATTRIBUTES and "=" in match[0]):
            out.append(Replacement(*match.span(), ""))
        elif name in _BLOCK_TAGS:
            out.append(Replacement(*match.span(), "\n" if name in _ONE_LINE_BREAK else "\n\n"))
    return out


def _emphasis(mark: str, marks: str, around: str = r"[^\W_]") -> str:
    """Return the pattern of a stretch between two equal marks, with no such mark and no blank line inside.

    It begins with a word or an opening mark ("*.py" and "as _." are not emphasis), and follows no bracket, as a sign of
    multiplication or an index does. `around` may not match outside the marks: they enclose whole words.
    """
    inside = rf"[^{mark}\n]*+(?:\n(?![ \t\r]*+\n)[^{mark}\n]*+)*+"
    return (
        rf"(?<!{around})(?<![\\{mark})\]}}])(?P<open>{marks})(?=[\w\"'“‘(\[£$€<*_~`])(?![{mark}])"
        rf"(?P<inside>{inside})(?<!\s)(?P=open)(?!{around})(?![{mark}])"
    )


_ASTERISKS = re.compile(_emphasis("*", r"\*{1,3}+"))
_UNDERSCORES = re.compile(_emphasis("_", "_{1,3}+"))
_STRIKE = re.compile(_emphasis("~", "~~", around="(?!)"))
_CODE = re.compile(_emphasis("`", "`{1,2}+"))
# Inside a word only bold, only a beginning, and only letters: "2*3*4", "f*ck*ng" and "a**b" are none.
_BOLD_BEGINNING = re.compile(r"(?<![\w*\\])(?P<open>\*\*)(?P<inside>[A-Za-z]++)\*\*(?=[a-z'’])")
_DUNDERS = frozenset(
    name for kind in (object, int, str, list, dict, type, BaseException) for name in dir(kind) if name[:2] == "__"
) | {"__main__", "__all__", "__file__", "__version__", "__future__", "__enter__", "__exit__", "__next__", "__del__"}
_LINK = re.compile(
    r"""(?<!\w)!?+\[(?P<label>[^\[\]\n]++)\]\((?P<target>[^()\s]*+(?:\([^()\s]*+\)[^()\s]*+)*+)
        (?:\ ++"[^"\n]*+")?+\)""",
    re.VERBOSE,
)
_URL_SIGN = re.compile(r"[/.#:@]")
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]++(?=\S)", re.MULTILINE)


def _find_emphases(pattern: re.Pattern[str], text: str) -> list[Replacement]:
    """Return the removals of the marks around matches of the pattern; a single mark around a figure is a sign."""
    return [
        edge
        for m in pattern.finditer(text)
        if any(map(str.isalnum if len(m["open"]) > 1 else str.isalpha, m["inside"])) and m[0] not in _DUNDERS
        for edge in _group_edges(m, m.re.groupindex["inside"])
    ]


def _find_asterisks(text: str) -> list[Replacement]:
    """Markdown's "*it*", "**bold**" and "***both***", around whole words or at the beginning of one."""
    whole = _find_emphases(_ASTERISKS, text)
    return whole or _find_emphases(_BOLD_BEGINNING, text)


def _find_underscores(text: str) -> list[Replacement]:
    """Markdown's "_it_" and "__bold__"; names of code ("a_b_c", "__init__") are none."""
    return _find_emphases(_UNDERSCORES, text)


def _find_strikes(text: str) -> list[Replacement]:
    """Markdown's "~~struck~~"."""
    return _find_emphases(_STRIKE, text)


def _find_code_marks(text: str) -> list[Replacement]:
    """Markdown's "`code`"."""
    return _find_emphases(_CODE, text)


def _find_links(text: str) -> list[Replacement]:
    """Markdown's "[label](target)", of which the label is read."""
    found = (m for m in _LINK.finditer(text) if _URL_SIGN.search(m["target"]))
    return [edge for m in found for edge in _group_edges(m, m.re.groupindex["label"])]


def _find_headings(text: str) -> list[Replacement]:
    """Markdown's "## " before a heading."""
    return _replace_all(_HEADING, text, "")


# --- Characters that nobody sees ---------------------------------------------------------------------------------

_LINE_END_HYPHEN = re.compile(
    r"(?<![A-Za-z])(?P<before>[A-Za-z][a-z]{1,30}+)(?P<hyphen>[-\u00ad\u2010])[ \t]*+\r?\n[ \t]*+"
    r"(?=(?P<after>[a-z]{2,30}+))"
)
_COMPOUND = re.compile(r"(?<![A-Za-z-])[A-Za-z][a-z]{1,30}+-[a-z]{2,30}+")
# First parts that keep their hyphen: a writer joins "well" and "known" on any line.
_HYPHEN_KEEPERS = _words(
    "all cross eight ever ex far five four full good half hard high ill long low mid nine non one open quarter self "
    "seven short six so ten three two water well"
)
# Before these a hyphen waits for the other half of a pair ("pre- and post-war").
_SUSPENDED_BEFORE = _words("and but or than to")


def _find_line_end_hyphens(text: str) -> list[Replacement]:
    """Words broken at a line end ("exam-", "ple"); the hyphen of a compound that the text writes with one stays."""
    compounds = frozenset(map(str.lower, _COMPOUND.findall(text)))
    out = []
    for match in _LINE_END_HYPHEN.finditer(text):
        if match["after"] in _SUSPENDED_BEFORE:
            continue
        before = match["before"].lower()
        is_compound = before in _HYPHEN_KEEPERS or f"{before}-{match['after']}" in compounds
        hyphen = "-" if is_compound and match["hyphen"] != "\u00ad" else ""
        out.append(Replacement(match.end("before"), match.end(), hyphen))
    return out


# Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt) without the Hangul fillers, which are as wide as a
# space, and the Khmer vowels; further the annotation marks and the object's stand-in.
_DIRECTIONS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_SELECTORS = "\ufe00-\ufe0f\u180b-\u180f\U000e0100-\U000e01ef"
_NEVER_SEEN = (
    f"\u00ad\u034f\u200b{_DIRECTIONS}\u2060-\u2065\u206a-\u206f\ufeff\ufff0-\ufffc"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
)
# Between letters of scripts that join, and in emoji, joiners and selectors are part of the writing.
_JOINING = "[^\x00-\u024f\u1e00-\u1eff\u2000-\u206f]"
_IGNORABLE = re.compile(
    rf"[{_NEVER_SEEN}]++|(?<!{_JOINING})[\u200c\u200d]++|[\u200c\u200d](?!{_JOINING})|(?<!{_JOINING})[{_SELECTORS}](?!\u20e3)"
)
# Soft hyphens, byte order marks and control characters come with honest files.
_HIDDEN_IN_WORD = re.compile(
    rf"(?<=[{_LATIN}])[\u034f\u200b-\u200d{_DIRECTIONS}\u2060-\u206f{_SELECTORS}\U000e0000-\U000e0fff]++(?=[{_LATIN}])"
)


def _find_hidden_in_words(text: str) -> list[Replacement]:
    """Invisible characters between two Latin letters."""
    return _replace_all(_HIDDEN_IN_WORD, text, "")


def _find_ignorable(text: str) -> list[Replacement]:
    """Invisible characters elsewhere: word joiners at dashes, soft hyphens, byte order marks, control characters."""
    return _replace_all(_IGNORABLE, text, "")


# Unicode's space separators, the blanks that are as wide as a letter, and other line ends; a zero-width space is one
# between two sentences.
_ODD_SPACE = re.compile(
    "(?P<line>[\x0b\x0c\x85\u2028\u2029])"
    "|(?<![\u2801-\u28ff])\u2800(?![\u2801-\u28ff])"
    "|[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u115f\u1160\u3164\uffa0]"
    '|(?<=[a-z][a-z][.!?])\u200b++(?=[“"‘A-Z])'
)


def _find_odd_spaces(text: str) -> list[Replacement]:
    """No-break, thin and ideographic spaces, braille blanks, fillers; form feeds and other line ends."""
    return _replace_all(_ODD_SPACE, text, lambda m: "\n" if m["line"] else " ")


# --- Letters in disguise -----------------------------------------------------------------------------------------

Ranges = tuple[tuple[int, int], ...]


def _compatible(ranges: Ranges, kinds: str) -> dict[str, str]:
    """Return the plain form of the characters in the ranges whose decomposition is of one of the kinds."""
    out = {}
    for c in (chr(point) for first, last in ranges for point in range(first, last + 1)):
        kind = unicodedata.decomposition(c).partition(" ")[0]
        plain = unicodedata.normalize("NFKC", c)
        if kind in kinds.split() and plain.isascii():
            out[c] = plain.strip("()") if plain[1:] else plain  # parenthesised letters
    return out


def _class(*ranges: Ranges) -> str:
    """Return the class of characters in the ranges, as it stands between the brackets of a pattern."""
    return "".join(f"{chr(first)}-{chr(last)}" for part in ranges for first, last in part)


# Mathematical and full-width characters: never but plain ones in disguise.
_WIDE_RANGES: Ranges = ((0xFF01, 0xFF5E), (0x1D400, 0x1D7FF))
# Circled, squared and parenthesised letters, letter-like symbols: letters if they make up a word.
_ENCLOSED_RANGES: Ranges = (
    (0x2100, 0x214F),
    (0x249C, 0x24E9),
    (0x1F110, 0x1F149),
    (0x1F150, 0x1F169),
    (0x1F170, 0x1F189),
)
_SMALL_CAPITAL_RANGES: Ranges = ((0x1D00, 0x1D22), (0xA730, 0xA731), *((ord(c), ord(c)) for c in "ɢɪɴʀʏʙʜʟꞯ"))
_RAISED_RANGES: Ranges = (
    (0x02B0, 0x02B8),
    (0x02E1, 0x02E3),
    (0x1D2C, 0x1D6A),
    (0x2071, 0x2071),
    (0x207F, 0x207F),
    (0x2090, 0x209C),
)
# Ligatures, Roman numerals, small forms, long s, hyphens.
_JOINED_RANGES: Ranges = ((0xFB00, 0xFB06), (0x2160, 0x217F), (0xFE50, 0xFE6B), (0x017F, 0x017F), (0x2010, 0x2011))

_ENCLOSED = (
    _compatible(_ENCLOSED_RANGES[:1], "<font>")
    | _compatible(_ENCLOSED_RANGES[1:3], "<circle> <compat> <square>")
    | {chr(first + i): chr(ord("A") + i) for first, _ in _ENCLOSED_RANGES[3:] for i in range(26)}
)
_SMALL_CAPITALS = {
    c: name[-1].lower()
    for c in (chr(point) for first, last in _SMALL_CAPITAL_RANGES for point in range(first, last + 1))
    if re.fullmatch("LATIN LETTER SMALL CAPITAL [A-Z]", name := unicodedata.name(c, ""))
} | {"ǫ": "q"}
_RAISED = {c: plain for c, plain in _compatible(_RAISED_RANGES, "<super> <sub>").items() if plain.isalpha()}
_ALWAYS = (
    _compatible(_WIDE_RANGES, "<wide> <font>")
    | _compatible(_JOINED_RANGES, "<compat> <small>")
    | dict.fromkeys("\u2010\u2011", "-")
)
_PLAIN = str.maketrans(_ALWAYS | _ENCLOSED | _SMALL_CAPITALS | _RAISED)
_ALWAYS_PLAIN = str.maketrans(_ALWAYS)

# Three letters: shorter runs are symbols of a formula. Small capitals lack an s, an x and a q of their own.
_STYLED = _class(_WIDE_RANGES, _ENCLOSED_RANGES, _SMALL_CAPITAL_RANGES)
_STYLED_WORD = re.compile(rf"[{_STYLED}][{_STYLED}sxǫ]{{2,}}+")
_COMPATIBLE = re.compile(rf"[{_STYLED}{_class(_RAISED_RANGES, _JOINED_RANGES)}]++")
_WORD_GOES_ON = re.compile("[A-Za-z]['’]?$")


def _find_styled_words(text: str) -> list[Replacement]:
    """Running text in mathematical, full-width, enclosed or small capital letters."""

    def seen(match: re.Match[str]) -> str:
        # One character may stand for two letters, as a circled "CD" does.
        letters = sum(_PLAIN.get(ord(character), "").isalpha() for character in match[0])
        return match[0].translate(_PLAIN) if letters > 1 else match[0]

    return _replace_all(_STYLED_WORD, text, seen)


def _find_compatible(text: str) -> list[Replacement]:
    """Other compatibility forms: ligatures, Roman numerals, full-width figures, short words in raised letters.

    A letter-like symbol on its own ("ℝ", "ⓒ", the h of "tʰ", "ℝⁿ") stays, unless it is one letter of a Latin word.
    """

    def seen(match: re.Match[str]) -> str:
        run = match[0]
        n_raised = sum(c in _RAISED for c in run)
        if len(run) > 1 and n_raised in (0, len(run)):
            return run.translate(_PLAIN)
        before, after = text[max(0, match.start() - 2) : match.start()], text[match.end() : match.end() + 1]
        in_word = run in _ENCLOSED and bool(_WORD_GOES_ON.search(before) or _ASCII_LETTER.match(after))
        return run.translate(_PLAIN if in_word else _ALWAYS_PLAIN)

    return _replace_all(_COMPATIBLE, text, seen)


# UAX #15, stream-safe text: no writing stacks more than 30 marks on a letter.
_DECOMPOSED = re.compile(rf"(?P<few>{_LETTER}[{_MARKS}]{{1,30}}+)[{_MARKS}]*+")
_MARKED = re.compile(rf"{_DECOMPOSED.pattern}|[\u00c0-\u024f\u1e00-\u1eff]")
_MARKED_WORD = re.compile(rf"(?:{_LETTER}[{_MARKS}]*+)++")
_MAX_MARKED_WORD = 40  # characters; no function word is that long, with a mark or two on each letter
_ANY_MARK = re.compile(f"[{_MARKS}]")


def _find_noise_marks(text: str) -> list[Replacement]:
    """Marks on English function words ("th\u1eb9", "\u1ecdf"), and the same marks on other words.

    No language writes three of these words with a mark, so names and loans with accents prove nothing.
    """
    noise: set[str] = set()
    proofs: set[str] = set()
    for word in _MARKED_WORD.findall(text):
        if word.isascii() or len(word) > _MAX_MARKED_WORD:
            continue
        parts = unicodedata.normalize("NFD", word)
        plain = _ANY_MARK.sub("", parts).lower()
        if plain in _UNMISTAKABLE:
            proofs.add(plain)
            noise |= set(_ANY_MARK.findall(parts))
    if len(proofs) < _MIN_UNMISTAKABLE:
        return []

    def seen(match: re.Match[str]) -> str:
        parts = unicodedata.normalize("NFD", match["few"] or match[0])
        kept = "".join(c for c in parts if c not in noise)
        return unicodedata.normalize("NFC", kept) if kept != parts else match[0]

    return _replace_all(_MARKED, text, seen)


def _find_decomposed(text: str) -> list[Replacement]:
    """Letters with combining marks: composed ("e\u0301" is "é"); in a Latin word, other marks are dropped."""

    def seen(match: re.Match[str]) -> str:
        composed = unicodedata.normalize("NFC", match["few"])
        in_word = text[match.start() - 1 : match.start()].isalpha() or text[match.end() : match.end() + 1].isalpha()
        return composed[0] if in_word and composed[0] < "\u0250" else composed

    return _replace_all(_DECOMPOSED, text, seen)


@cache
def _look_alikes() -> dict[str, str]:
    """Return the Latin letter that each letter of Unicode's confusables.txt looks like, in the letter's own case."""
    out = {}
    table = resources.files("detector").joinpath("data/confusables.txt").read_text(encoding="utf-8")
    for line in table.splitlines():
        if line and line[0] != "#":
            letter, latin, _ = line.split(" ; ")
            c, seen = chr(int(letter, 16)), chr(int(latin, 16))
            out[c] = "I" if seen == "l" and c.isupper() else seen
    return out


# Small letters in the shape of a capital, and others that spinners use beyond Unicode's table: alike enough in a word
# that is Latin otherwise, but the whole of many honest words ("Москва").
_LOOSELY_ALIKE = dict(zip("кмтвнпкεκτχηω", "kmtbhnkektxnw", strict=True))
# Letters of Turkish, old print, phonetics and African languages, which stand in honest Latin words.
_HONEST_LATIN = "ıſɪɩʏɯɣʋǀƽ"
_LAST_LATIN = "\u024f"
_FOREIGN_LETTER = re.compile("[\u0180-\u1fff\u2c00-\ufeff\U00010000-\U0001ffff]")
_FOREIGN_WORD = re.compile(r"(?<![^\W_])[A-Za-z0-9]*+[^\W_A-Za-z0-9][^\W_]*+")
# Small Greek letters are symbols at either end of a word ("αSyn", "TNFα", "hν") and between capitals ("IκB"); no
# formula holds an omicron.
_GREEK_SYMBOL = re.compile(r"[α-νπ-ω]")
_GREEK_IN_WORD = re.compile(r"[a-z][α-ω]++[a-z]|ο")
_MICRO_UNIT = re.compile("\u039c(?:[ACFGHJLMNSVW]|MOL|SV)")  # Python, too, writes "μm" so in capitals
_PLAIN_WORD = re.compile(r"[A-Z]?[a-z]{2,}+")
_MIN_DISGUISES = 3  # words, before a possible symbol of a formula ("α") counts as one more
_NEIGHBOURHOOD = 20  # characters to either side: a word or two


@cache
def _translation(loose: bool) -> dict[int, str]:
    """Return the table of look-alikes for `str.translate`."""
    table = (_LOOSELY_ALIKE if loose else {}) | _look_alikes()
    return {ord(c): seen for c, seen in table.items() if c not in _HONEST_LATIN}


@cache
def _is_latin(letter: str) -> bool:
    return letter <= _LAST_LATIN or unicodedata.name(letter, "").startswith("LATIN")


class _Disguise(NamedTuple):
    """A word that could be Latin throughout: its span, its Latin look, and its scripts.

    `is_proof`: it mixes scripts as no formula and no other language does. `is_bare`: it mixes no scripts, so that
    reading it as Latin accuses nobody. A word that is neither may be a symbol of a formula.
    """

    match: re.Match[str]
    seen: str
    is_proof: bool
    is_bare: bool


def _iter_disguises(text: str) -> Iterator[_Disguise]:
    """Yield the words with look-alike letters, symbols of formulas and words among others of their script apart."""
    if not _FOREIGN_LETTER.search(text):
        return
    strict, loose = _translation(False), _translation(True)
    genuine = [m.start() for m in _FOREIGN_LETTER.finditer(text) if ord(m[0]) not in strict and m[0].isalpha()]
    for match in _FOREIGN_WORD.finditer(text):
        word = match[0]
        if _MICRO_UNIT.fullmatch(word):
            continue
        is_mixed = bool(_ASCII_LETTER.search(word))
        seen = word.translate(loose if is_mixed else strict)
        if seen == word or max(seen) > _LAST_LATIN:
            continue
        nearest = bisect_left(genuine, match.start() - _NEIGHBOURHOOD)
        if not is_mixed and nearest < len(genuine) and genuine[nearest] < match.end() + _NEIGHBOURHOOD:
            continue
        is_foreign = not all(map(_is_latin, word))
        if not _GREEK_SYMBOL.search(word):
            yield _Disguise(match, seen, is_mixed and is_foreign, not (is_mixed and is_foreign))
        elif is_mixed and (_GREEK_IN_WORD.search(word) or (seen[2:] and seen.lower() in _FUNCTION_WORDS)):
            yield _Disguise(match, seen, True, False)
        elif _PLAIN_WORD.fullmatch(seen) or seen in ("a", "i"):
            yield _Disguise(match, seen, False, not is_mixed and len(seen) > 1)


def _find_disguises(text: str) -> list[Replacement]:
    """Latin words with look-alike letters of another script, and other possible disguises once a text holds some."""
    found = list(_iter_disguises(text))
    n_proofs = sum(d.is_proof for d in found)
    if not n_proofs:
        return []
    taken = (d for d in found if d.is_proof or d.is_bare or n_proofs >= _MIN_DISGUISES)
    return [Replacement(*d.match.span(), d.seen) for d in taken]


def _find_bare_look_alikes(text: str) -> list[Replacement]:
    """Words of look-alike letters alone, in a text of Latin letters that proves no disguise."""
    if 2 * len(text.encode("ascii", "ignore")) < len(text):
        return []
    return [Replacement(*d.match.span(), d.seen) for d in _iter_disguises(text) if d.is_bare]


_APOSTROPHE = re.compile(rf"(?<={_LETTER})[`´′‵‛ʹˈ](?=(?:[stdm]|re|ve|ll)\b)", re.IGNORECASE)


def _find_apostrophes(text: str) -> list[Replacement]:
    """Accents and primes that stand for an apostrophe inside a word."""
    return _replace_all(_APOSTROPHE, text, "'")


# --- Layout ------------------------------------------------------------------------------------------------------

_LONE = r"(?<![^\W_])[^\W_](?![^\W_])"
_MIN_SPACED = 6  # letters in a row, below which they may be options, initials or grades
_MAX_HEADING = 15  # letters between single spaces, above which they are several words, which nothing sets apart
_SPACED_SIGN = re.compile(r" [^\W\d_] [^\W\d_](?![^\W_])")
_SPACED_LETTER = re.compile(rf"{_LONE}(?:[^\w\s]++{_LONE})*+(?:[^\w\s]*+\s++)*+[^\w\s]*+")
_LONE_LETTER = re.compile(_LONE)
_JOINT = re.compile(rf"(?<=[^\W_]) (?={_LONE})")
_GRADES = frozenset("abcdefx0123456789")  # and choices, figures
_WIDE_GAP = re.compile(r"(?<! ) {2,}+")


def _find_spaced_letters(text: str) -> list[Replacement]:
    """Letters spaced out one by one ("T h e   e n d"), if wider gaps or a line of their own mark the words."""
    if not _SPACED_SIGN.search(text):
        return []
    stretches: list[tuple[int, int]] = []
    for match in _SPACED_LETTER.finditer(text):
        if stretches and stretches[-1][1] == match.start():
            stretches[-1] = (stretches[-1][0], match.end())
        else:
            stretches.append(match.span())
    return [replacement for start, end in stretches for replacement in _joined_letters(text, start, end)]


def _joined_letters(text: str, start: int, end: int) -> list[Replacement]:
    """Return the replacements that join a stretch of spaced letters, none if it may be anything but words."""
    letters = _LONE_LETTER.findall(text, start, end)
    joints = [m.start() for m in _JOINT.finditer(text, start, end)]
    gaps = [m.span() for m in _WIDE_GAP.finditer(text, start, end)]
    is_line = (start == 0 or text[start - 1] == "\n") and (end == len(text) or text[end - 1] == "\n")
    in_order = sum(ord(b) - ord(a) == 1 for a, b in pairwise(letters))
    if (
        len(letters) < _MIN_SPACED
        or 2 * len(joints) < len(letters)
        or 2 * in_order >= len(letters)  # the alphabet
        or set("".join(letters).lower()) <= _GRADES
        or not (gaps or (is_line and len(letters) <= _MAX_HEADING))
    ):
        return []
    return sorted([Replacement(i, i + 1, "") for i in joints] + [Replacement(*gap, " ") for gap in gaps])


_LINE_ENDS = re.compile(r"(?<!\s)(?:\r?\n)++(?=\S)")
_MIN_LINES = 15
_MIN_FUNCTION_WORDS = 0.15  # of the lines; of prose about 0.4, of a list of words none


def _find_word_lines(text: str) -> list[Replacement]:
    """Prose with one word a line; a list of words, which holds no articles and prepositions, stays."""
    if text.count(" ") > text.count("\n") // 4:
        return []
    lines = text.split()
    n_function_words = sum(word.lower() in _FUNCTION_WORDS or word in ("a", "A") for word in lines)
    if len(lines) < _MIN_LINES or n_function_words < _MIN_FUNCTION_WORDS * len(lines):
        return []
    ends = Counter(_LINE_ENDS.findall(text))
    usual = max(ends, key=ends.__getitem__, default="")
    return _replace_all(_LINE_ENDS, text, lambda m: " " if m[0] == usual else m[0])


_TYPED_QUOTE = re.compile(r"(?<!`)``(?!`) ?|(?<![' ]) ?''(?!')")


def _find_typed_quotes(text: str) -> list[Replacement]:
    """Quotation marks typed as two accents and two apostrophes (TeX, treebanks)."""
    if "``" not in text:
        return []
    return _replace_all(_TYPED_QUOTE, text, '"')


_BRACKETS = {"-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "-LCB-": "{", "-RCB-": "}"}
_BRACKET = re.compile("|".join(_BRACKETS))


def _find_bracket_tokens(text: str) -> list[Replacement]:
    """Treebanks' names of brackets ("-LRB-")."""
    return _replace_all(_BRACKET, text, lambda m: _BRACKETS[m[0]])


_SPACED_STOP = re.compile(r"(?<=[\w)\"'’”]) [.,](?=\s|$)")
_ATTACHED_STOP = re.compile(r"(?<=\w)[.,](?=\s|$)")
_MIN_SPACED_STOPS = 3
_MIN_SPACED_SHARE = 0.8  # of the full stops and commas
_PADDED_MARK = re.compile(r"(?<=\w) (?P<mark>[.,;:!?]) (?P<space> ?)")
_SPACED_TOKEN = re.compile(
    r"(?<=\S)\ ++(?=[.,;:!?%)\]](?:[\s.,;:!?)\]\"'”’]|$)|n['’]t\b|['’](?:s|re|ve|ll|d|m)\b)|(?<=[(\[])\ ++(?=\S)",
    re.IGNORECASE | re.VERBOSE,
)


def _find_spaced_tokens(text: str) -> list[Replacement]:
    """Marks set apart by spaces throughout, as in treebanks ("did n't", "end .").

    If a space was put on either side of each mark, two stand behind a word's last one ("end .  Then") and one behind
    a mark inside a word ("3 . 5").
    """
    n_spaced = len(_SPACED_STOP.findall(text))
    if n_spaced < _MIN_SPACED_STOPS or n_spaced < _MIN_SPACED_SHARE * (n_spaced + len(_ATTACHED_STOP.findall(text))):
        return []
    padded = list(_PADDED_MARK.finditer(text))
    if 2 * sum(bool(m["space"]) for m in padded) > len(padded):
        return [Replacement(*m.span(), m["mark"] + m["space"]) for m in padded]
    return _replace_all(_SPACED_TOKEN, text, "")


# The order: what stands for characters (entities, mojibake) before the characters; what separates words before what is
# inside them; invisible characters before the words that they split; layout last, over plain letters and spaces.
PASSES: tuple[Pass, ...] = (
    Pass("character entities", ("&",), _find_entities),
    Pass("mojibake", (), _find_mojibake),
    Pass("HTML tags", ("<",), _find_tags),
    Pass("Markdown links", ("]",), _find_links),
    Pass("Markdown headings", ("#",), _find_headings),
    Pass("Markdown asterisks", ("*",), _find_asterisks),
    Pass("Markdown underscores", ("_",), _find_underscores),
    Pass("Markdown strikes", ("~",), _find_strikes),
    Pass("typed quotation marks", ("`",), _find_typed_quotes),
    Pass("Markdown code marks", ("`",), _find_code_marks),
    Pass("words broken at line ends", ("-\n", "-\r", "\u00ad", "\u2010"), _find_line_end_hyphens),
    Pass("characters hidden in words", (), _find_hidden_in_words, "invisible"),
    Pass("odd spaces", (), _find_odd_spaces),
    Pass("ignorable characters", (), _find_ignorable),
    Pass("styled words", (), _find_styled_words, "styled_letters"),
    Pass("compatibility forms", (), _find_compatible),
    Pass("marks as noise", (), _find_noise_marks, "combining_mark"),
    Pass("decomposed letters", (), _find_decomposed),
    Pass("disguised words", (), _find_disguises, "look_alike"),
    Pass("bare look-alikes", (), _find_bare_look_alikes),
    Pass("apostrophes", ("`", "´", "′", "‵", "‛", "ʹ", "ˈ"), _find_apostrophes),
    Pass("spaced letters", (" ",), _find_spaced_letters),
    Pass("one word a line", ("\n",), _find_word_lines),
    Pass("treebank brackets", ("B-",), _find_bracket_tokens),
    Pass("spaced tokens", (" .",), _find_spaced_tokens),
)
