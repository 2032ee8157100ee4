"""Parts of a text that are not English prose: source code, tables, lists of words, verse, notes, other languages.

The models know running English. On anything else their scores mean nothing, so it is left out passage by passage, by
its content and not by its markup: a stranger's code fence around prose hides nothing. The rules prefer prose: text that
is left out wrongly is never judged. Measured on 370 documents of 37 sources of human prose: see `docs/trust.md`.

Every rule looks at one line or at a run of lines once, so that time is linear in the length of the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from detector.text.hidden_elements import hidden_spans
from detector.text.replacement import replaced
from detector.text.vocabulary import skeleton

__all__ = ["blank", "blanked", "is_code", "is_prose", "omitted_spans"]

Omission = tuple[int, int, str]

_LINE = re.compile(r"[^\r\n]+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def _one_of(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'’])(?:{'|'.join(sorted(words.split(), key=len, reverse=True))})(?![\w'’])", re.I)


# The commonest words of each language, those that are also common English ones left out of the others.
_ENGLISH = _one_of(
    """the of and to in a an is that for it as was with be by on not he his but at are this have from or had they which
    one you were all her she there would their we him been has when who will no if out so said what up its about than
    into them can only other some could these two may then do any my our your over such also did after before where how
    most must i me us off very just because while should shall more now too how am each many much own like between"""
)
_FOREIGN = {
    "French": _one_of(
        """le la les des du une un et est que qui dans pour sur avec pas par ce cette au aux il elle nous vous ils sont
        été était ne se sa son ses leur mais ou où je de en plus comme tout être avait"""
    ),
    "German": _one_of(
        """der die das und ist nicht ein eine einen einem einer zu den dem des mit von auf für sich auch als wie es ich
        sie er wir war wird sind im aus bei nach noch nur über zum zur oder aber hat haben wurde daß dass"""
    ),
    "Spanish": _one_of(
        """el la los las de del que y en un una por con para es no se su sus lo al como más pero fue este esta son era
        le ha muy sin sobre también hay entre cuando todo ya"""
    ),
    "Italian": _one_of(
        """il lo la gli le di del della dei che e è in un una per con non si da al alla sono nel nella come più ma anche
        questo questa era suo sua ha"""
    ),
    "Portuguese": _one_of(
        """o a os as de do da dos das que e em um uma para com não por se na no mais como mas ao foi seu sua são ele ela
        também à pelo pela"""
    ),
    "Dutch": _one_of(
        """de het een en van ik te dat die in niet zijn is was op aan met als voor er maar om hem zij ook dan bij uit
        naar wordt werd deze door over hij ze"""
    ),
    "Latin": _one_of(
        """et in est non ad ut cum qui quae quod sed si ex ab per esse sunt hoc nec aut enim ac atque quam eius etiam
        autem ita nunc se a de pro inter neque vel tamen quidem sic erat"""
    ),
}
_NOT_LATIN = re.compile(r"[^\W\d_\u0000-\u024f\u1e00-\u1eff]")

_STRONG_CODE = re.compile(
    r"""
      ^\s*(?:def\s+\w+\s*(?:\(|$)|class\s+\w+\s*(?:[:({]|$)|from\s+[\w.]+\s+import\b|import\s+[\w.]+(?:\s+as\s+\w+)?;?\s*$
        |import\s.{0,200}?\bfrom\s+["']|\#include\b|\#define\b|\#!/|package\s+[\w.]+;?\s*$|using\s+[\w.:]+;
        |(?:public|private|protected|static|export|async)\s+\w+.{0,200}?[({;=]|(?:const|let|var)\s+[\w{\[].{0,100}?=
        |(?:fn|func|function|sub|proc|impl|struct|enum|trait|namespace)\s+[\w:.<>]+\s*[({<]|return\b.{0,200};\s*$
        |(?:if|for|while|switch|catch|elif|foreach)\s*\(.{0,300}\)\s*\{?\s*$|(?:else|try|do|finally)\s*[:{]\s*$
        |(?:if|elif|for|while|with|except)\s.{1,200}:\s*$(?<=[\w)\]"']:)|\}\s*(?:else|catch|finally)?.{0,60}\{?\s*$
        |(?:SELECT|INSERT\s+INTO|UPDATE|DELETE\s+FROM|CREATE\s+TABLE|ALTER\s+TABLE)\s.{0,200}
        |(?:sudo|pip|npm|apt-get|git|docker|curl|cargo)\s+(?:-|[a-z]+\s+-|install|clone|run|commit|push|pull|add)
        |\$\s+\S|>>>\s|\.\.\.\s{2,}|In\s\[\d+\]:|@\w+(?:\.\w+)*(?:\(.{0,200}\))?\s*$|</?[A-Za-z][\w:-]*(?:\s[^<>]{0,300})?/?>)
    | [;{]\s*(?://.{0,100})?$(?<![\w,]\s;)
    | \w\s*(?:==|!=|:=|\+=|-=|\*=|=>|->|&&|\|\||::|<<|===)\s*[\w"'(\[{&*]
    | \w\s+::\s+[\w\[(] | \$\(\w+\) | \w\)\)+[;:,]?\s*$ | \\(?:begin|end|section|usepackage|documentclass|hline)\b
    | ^\s*File\s"[^"]{1,300}",\sline\s\d | ^Traceback\s\( | ^\w*(?:Error|Exception):\s | <\?(?:php|xml)\b
    | ^\s*[\w.\[\]"'$*&>@-]+(?:\s*,\s*[\w.]+)*(?:\s[\w\[\]():]+){0,5}\s*=\s*[^\s=]
    | ^\s*[\w.$]+(?:::[\w]+)*\([^()]{0,200}\)[;:,]?\s*$
    """,
    re.VERBOSE,
)
_WEAK_CODE = re.compile(
    r"""
      ^\s*(?:\#|//|/\*|\*/|--\s|%|;;|\"{3}|'{3}|[})\]];?,?\s*$|end\s*$)
    | ^(?:\t|[ ]{2,})[^\sA-ZÀ-Þ"“'‘—–•*+·-] # indented, and neither a sentence, a quotation nor a list
    | [\w)\]]\(\) | \w_\w
    | ^\s*(?:-\s+)?[a-z_][\w.-]*:(?:\s+\S{1,40})?\s*$
    """,
    re.VERBOSE,
)
_COMMENT = re.compile(r"^\s*(?:#+|//+|/?\*+/?|--|%+|;+|>+)\s?", re.MULTILINE)
_SYMBOL = re.compile(r"[{}\[\]<>=;_$#\\|&*/%@^~+`]")
_TERMINAL = re.compile(r"[.!?…:][\"'”’)\]*_]*\s*$")
_BULLET = re.compile(r"\s*(?:[-*•‣▪·–—+]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)])\s")
_GAP = re.compile(r"(?<=\S)(?:[ \u00a0]{2,}|\t)[ \u00a0\t]*(?=\S)")
_PIPES = re.compile(r"\|")
_QUOTE = re.compile(r"^\s*[\"“‘'«—–]")
_LOWER = re.compile(r"[a-zà-ÿ]")
_PLAIN_CHARACTERS = 70
_COMMONEST = (" the ", " of ", " to ", " and ", " a ", " in ")
_SYMBOLS = "{}[]<>=;_$#\\|&*/%@^~+`\t"


@dataclass(frozen=True)
class _Line:
    """One line that is not blank: its span and its looks."""

    start: int
    end: int
    text: str
    blank_before: bool

    @cached_property
    def is_plain(self) -> bool:
        """Whether it is plainly prose, at a glance: long, with the commonest words and few symbols.

        Most lines of most texts are, and for them nothing below is counted word by word.
        """
        text = self.text
        if len(text) < _PLAIN_CHARACTERS:
            return False
        common = sum(map(text.count, _COMMONEST))
        return 12 * common >= text.count(" ") and 50 * sum(map(text.count, _SYMBOLS)) <= len(text)

    @cached_property
    def n_words(self) -> int:
        return self.text.count(" ") + 1 if self.is_plain else len(_WORD.findall(self.text))

    @cached_property
    def n_english(self) -> int:
        """How many of the words are among the commonest of English."""
        return self.n_words // 3 + 1 if self.is_plain else len(_ENGLISH.findall(self.text))

    @cached_property
    def code(self) -> int:
        """2 if only code looks like this line, 1 if code may, 0 for neither."""
        if self.is_plain:
            return 0
        visible = len(self.text) - self.text.count(" ") - self.text.count("\t")
        symbols = len(_SYMBOL.findall(self.text))
        # A sentence may hold a name or a formula; it stays a sentence.
        if self.n_words >= 8 and self.n_english >= 0.25 * self.n_words and symbols <= 0.06 * visible:
            return 0
        if _STRONG_CODE.search(self.text):
            return 2
        return 1 if _WEAK_CODE.search(self.text) or symbols > 0.12 * visible else 0

    @cached_property
    def ends_sentence(self) -> bool:
        return bool(_TERMINAL.search(self.text[-8:]))

    @cached_property
    def starts_upper(self) -> bool:
        first = _WORD.search(self.text[:80])
        return bool(first and first.group()[0].isupper())

    @cached_property
    def columns(self) -> tuple[str, int]:
        """Return the separator of the columns of a table's row, and how many there are; ("", 0) if there is none."""
        if self.is_plain:
            return "", 0
        if (pipes := len(_PIPES.findall(self.text))) >= 2:
            return "|", pipes
        if tabs := self.text.strip().count("\t"):
            return "\t", tabs
        if gaps := len(_GAP.findall(self.text.strip())):
            return " ", gaps
        if (commas := self.text.count(",")) >= 2 and ", " not in self.text:
            return ",", commas
        if (semicolons := self.text.count(";")) >= 2 and "; " not in self.text:
            return ";", semicolons
        return "", 0


def _lines(text: str) -> list[_Line]:
    out = []
    blank = True
    end = 0
    for found in _LINE.finditer(text):
        # A blank line between: more than one line end since the last line.
        blank |= text.count("\n", end, found.start()) > 1
        end = found.end()
        if found.group().isspace():
            blank = True
            continue
        out.append(_Line(found.start(), found.end(), found.group(), blank))
        blank = False
    return out


def _is_sentence(line: _Line) -> bool:
    return line.n_words >= 8 and line.n_english >= 0.25 * line.n_words and not line.code


def is_code(text: str) -> bool:
    """Return whether most lines look like source code, data or a shell.

    >>> is_code("total = 0\\nfor price in prices:\\n    total += price"), is_code("The total was three pounds.")
    (True, False)
    """
    lines = _lines(text)
    return bool(lines) and sum(line.code > 0 for line in lines) > len(lines) / 2


def is_prose(text: str) -> bool:
    """Return whether the text is running English, be it behind comment signs.

    >>> is_prose("# It was the last ferry of the day, and most of us were asleep."), is_prose("x = f(y)")
    (True, False)
    """
    plain = _COMMENT.sub("", text)
    words = len(_WORD.findall(plain))
    return words >= 8 and len(_ENGLISH.findall(plain)) >= 0.2 * words and not is_code(plain)


def _runs(flags: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Yield the half-open runs of rows whose flag is set."""
    start = None
    for i, flag in enumerate([*flags, False]):
        if flag and start is None:
            start = i
        elif not flag and start is not None:
            yield start, i
            start = None


_CODE_GAP = 3  # lines without a sign of code, such as text in a string, that code runs across


def _is_code_run(run: Sequence[_Line]) -> bool:
    """Return whether lines hold enough signs of code: those that are only indented may be anything."""
    strong, weak = (sum(1 for line in run if line.code == kind) for kind in (2, 1))
    return len(run) >= 3 and (strong >= 2 or (strong == 1 and weak >= 2) or weak >= 5)


def _code(lines: Sequence[_Line]) -> Iterator[tuple[int, int]]:
    """Yield runs of at least three lines from the first to the last that looks like code, no sentence between them."""
    first = last = None
    for i, line in enumerate(lines):
        if first is not None and last is not None and (_is_sentence(line) or i - last > _CODE_GAP):
            if _is_code_run(lines[first : last + 1]):
                yield first, last + 1
            first = None
        if line.code:
            first, last = (i if first is None else first), i
    if first is not None and last is not None and _is_code_run(lines[first : last + 1]):
        yield first, last + 1


_MIN_ROWS = 3


def _tables(lines: Sequence[_Line]) -> Iterator[tuple[int, int]]:
    """Yield runs of at least three lines with the same separators, as many in each, and few sentences."""
    i = 0
    while i < len(lines):
        sign, count = lines[i].columns
        j = i + 1
        if sign:
            # White space varies with empty cells; written separators do not.
            while (
                j < len(lines) and lines[j].columns[0] == sign and abs(lines[j].columns[1] - count) <= (sign in " \t")
            ):
                j += 1
            run = lines[i:j]
            cells = sum(line.columns[1] + 1 for line in run)
            words = sum(line.n_words for line in run)
            short = words <= 5 * cells
            sentences = sum(line.ends_sentence and line.n_words >= 6 for line in run)
            if len(run) >= _MIN_ROWS and short and sentences <= len(run) / 4 and (sign != " " or count >= 1):
                yield i, j
        i = j


_MIN_WORD_LINES = 6


def _is_term(line: _Line) -> bool:
    few = line.n_words <= 3 and line.n_english <= line.n_words / 3
    return few and not line.ends_sentence and not _QUOTE.match(line.text)


def _word_lists(lines: Sequence[_Line]) -> Iterator[tuple[int, int]]:
    """Yield runs of lines of one to three words that form no sentence: names, terms, an index."""
    for first, last in _runs([_is_term(line) for line in lines]):
        if last - first >= _MIN_WORD_LINES and any(line.n_words for line in lines[first:last]):
            yield first, last


def _is_enumeration(line: _Line) -> bool:
    """Return whether one line is a bare list: a dozen items of a word or two, and nothing that joins them."""
    items = re.split(r"[,;|/]", line.text)
    return len(items) >= 12 and line.n_words <= 2 * len(items) and line.n_english <= 0.08 * line.n_words


_MIN_VERSES = 4
_MAX_VERSE_LINE = 60  # characters; lines of wrapped prose are longer


def _verse(lines: Sequence[_Line]) -> Iterator[tuple[int, int]]:
    """Yield runs of at least four short lines that begin with capitals and mostly end inside a sentence."""
    flags = [
        2 <= line.n_words <= 12
        and len(line.text.strip()) <= _MAX_VERSE_LINE
        and not _BULLET.match(line.text)
        and not line.code
        and line.columns[1] == 0
        for line in lines
    ]
    for first, last in _runs(flags):
        run = lines[first:last]
        if len(run) < _MIN_VERSES:
            continue
        open_ends = sum(not line.ends_sentence for line in run)
        capitals = sum(line.starts_upper for line in run)
        words = sum(line.n_words for line in run)
        inner_capitals = sum(
            word[0].isupper() for line in run for word in _WORD.findall(line.text)[1:] if word not in ("I", "O")
        )
        english = sum(line.n_english for line in run)
        if (
            open_ends >= 0.6 * len(run)
            and capitals >= 0.8 * len(run)
            and inner_capitals <= 0.15 * words  # headlines and names have more
            and english >= 0.2 * words  # else it is a list
            and words >= 3.5 * len(run)
        ):
            yield first, last


def _paragraphs(lines: Sequence[_Line]) -> Iterator[tuple[int, int]]:
    """Yield the runs of lines that a sentence runs across, as in wrapped text; other lines are runs of their own."""
    first = 0
    for i in range(1, len(lines) + 1):
        wrapped = (
            i < len(lines)
            and not lines[i].blank_before
            and not lines[i - 1].ends_sentence
            and bool(_LOWER.match(lines[i].text.lstrip()[:1]))
        )
        if not wrapped and i > first:
            yield first, i
            first = i


_MIN_FOREIGN_WORDS = 7
_SAMPLE = 2_000  # characters that distinguish disguised English from another script
_MIN_NOTE_WORDS = 25


def _reason_of_words(text: str, n_words: int, n_english: int) -> str | None:
    """Return "language" or "notes" for a paragraph that is not English sentences, None for one that is."""
    if n_words < _MIN_FOREIGN_WORDS:
        return None
    if not text.isascii() and len(_NOT_LATIN.findall(text)) > sum(map(len, _WORD.findall(text))) / 2:
        # English in look-alike letters is English: a reader sees no difference.
        seen = skeleton(text[:_SAMPLE].lower())
        disguised = len(_ENGLISH.findall(seen)) >= 0.15 * len(_WORD.findall(seen))
        return None if disguised else "language"
    if n_english >= 0.2 * n_words:
        return None
    foreign = max(len(pattern.findall(text)) for pattern in _FOREIGN.values())
    if foreign >= 0.2 * n_words and foreign >= 2 * n_english:
        return "language"
    # Titles, captions and definitions are short; notes without articles and auxiliaries run on.
    return "notes" if n_words >= _MIN_NOTE_WORDS and n_english < 0.08 * n_words else None


def _found(lines: Sequence[_Line]) -> Iterator[tuple[int, int, str]]:
    """Yield runs of lines with the reason to leave them out; they may overlap, and the first one counts."""
    # The rows of a table hold as many signs as code; code has no three lines with the same columns.
    for first, last in _tables(lines):
        yield first, last, "table"
    for first, last in _code(lines):
        yield first, last, "code"
    for first, last in _word_lists(lines):
        yield first, last, "words"
    for first, last in _verse(lines):
        yield first, last, "verse"
    for first, last in _paragraphs(lines):
        run = lines[first:last]
        if all(line.is_plain for line in run):
            continue
        n_words, n_english = sum(line.n_words for line in run), sum(line.n_english for line in run)
        if len(run) == 1 and n_words >= 12 and _is_enumeration(run[0]):
            yield first, last, "words"
        elif found := _reason_of_words(" ".join(line.text for line in run), n_words, n_english):
            yield first, last, found


def blank(text: str) -> str:
    """Return spaces of the same length, line breaks kept, so that offsets and paragraphs stay.

    >>> blank("a\\nbc")
    ' \\n  '
    """
    return re.sub(r"[^\r\n]", " ", text)


def blanked(text: str, spans: Sequence[Omission]) -> str:
    """Return a text of the same length, with spaces in place of the spans; line breaks stay.

    >>> blanked("one\\ntwo three", [(0, 7, "words")])
    '   \\n    three'
    """
    return replaced(text, ((start, end, blank(text[start:end])) for start, end, _ in spans))


def omitted_spans(text: str) -> list[Omission]:
    """Return the parts that are not English prose: half-open spans with a reason, sorted and disjoint.

    The reason of whole lines is "code", "table", "words" (a list of words), "verse", "notes" (no articles or
    auxiliaries) or "language" (another one than English); that of elements of HTML that a page does not show is
    "markup" or "comment".

    >>> omitted_spans("He wrote this:\\n\\nx = read(1)\\nif x == 2:\\n    y = x + 1\\n\\nThen he went to bed.")
    [(16, 52, 'code')]
    """
    hidden = hidden_spans(text, is_prose)
    found = _omitted_lines(blanked(text, hidden) if hidden else text)
    if not hidden:
        return found
    return sorted([*found, *_iter_outside(hidden, found)])


def _iter_outside(spans: Sequence[Omission], others: Sequence[Omission]) -> Iterator[Omission]:
    """Yield the parts of spans that lie outside the others; both are sorted and disjoint."""
    ends = [end for _, end, _ in others]
    for start, end, reason in spans:
        for i in range(bisect_right(ends, start), len(others)):
            other_start, other_end, _ = others[i]
            if other_start >= end:
                break
            if start < other_start:
                yield start, other_start, reason
            start = other_end
        if start < end:
            yield start, end, reason


def _omitted_lines(text: str) -> list[Omission]:
    lines = _lines(text)
    reasons = [""] * len(lines)
    for first, last, reason in _found(lines):
        reasons[first:last] = [former or reason for former in reasons[first:last]]
    out: list[Omission] = []
    before = ""
    for line, reason in zip(lines, reasons, strict=True):
        if reason and reason == before:
            out[-1] = (out[-1][0], line.end, reason)
        elif reason:
            out.append((line.start, line.end, reason))
        before = reason
    return out
