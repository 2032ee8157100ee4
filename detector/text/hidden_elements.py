"""Elements of HTML that a page does not show as its text: scripts, styles, templates, drawings, forms, comments.

A record of a corpus is often the source of a page, of which a reader sees the rest.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator

__all__ = ["hidden_spans"]

# Their contents are programs, drawings, text for browsers that show nothing else, or fields to choose from or fill in.
_NAMES = "script|style|template|noscript|svg|textarea|select|datalist|iframe|noframes|object|canvas|audio|video"
_MAX_VALUE = 2_000  # characters of an attribute
_MAX_INDENT = 500  # characters before a tag that are looked through for words
# Tags and comments end where browsers end them: `</script x>` is an end, `<!-->` a whole comment.
_MARK = re.compile(
    rf"""<(?P<name>{_NAMES})(?P<attributes>(?:\s(?:[^<>"']|"[^"]{{0,{_MAX_VALUE}}}+"|'[^']{{0,{_MAX_VALUE}}}+')*+)?+)
           > | </(?P<end>{_NAMES})(?:[\s/][^<>]*+)?+> | (?P<comment><!--(?!-?>)) | (?P<comment_end>--!?>)""",
    re.IGNORECASE | re.VERBOSE | re.ASCII,
)
_WORD_FOLLOWS = re.compile(r"[ ,.;:)\"'”’]++[a-z]")


def hidden_spans(text: str, is_prose: Callable[[str], bool]) -> list[tuple[int, int, str]]:
    """Return the half-open spans of elements ("markup") and comments ("comment"), sorted and disjoint.

    A script or a style that is never closed reaches to the end, as in a record that was cut off, if it holds no prose;
    other marks that are not closed hide nothing. A text about HTML may name an element ("the <script> tag, up to
    </script>"): prose after a bare tag in a line of words stays.

    >>> hidden_spans("One.<script>var a = 1;</script> Two.", lambda text: False)
    [(4, 31, 'markup')]
    """
    if "<" not in text:
        return []
    marks = list(_MARK.finditer(text))
    ends: dict[str, list[re.Match[str]]] = defaultdict(list)
    for mark in marks:
        ends["-->" if mark["comment_end"] else (mark["end"] or "").lower()].append(mark)
    starts = {name: [mark.start() for mark in found] for name, found in ends.items()}
    return list(_iter_hidden(text, marks, starts, ends, is_prose))


def _iter_hidden(
    text: str,
    marks: list[re.Match[str]],
    starts: dict[str, list[int]],
    ends: dict[str, list[re.Match[str]]],
    is_prose: Callable[[str], bool],
) -> Iterator[tuple[int, int, str]]:
    position = 0
    # Up to where an element of each name holds prose: others of the name before that have the same end, and are not
    # read again, so that time is linear.
    prose_until: dict[str, int] = {}
    for mark in marks:
        name = "-->" if mark["comment"] else (mark["name"] or "").lower()
        if not name or mark[0].endswith("/>") or mark.start() < max(position, prose_until.get(name, 0)):
            continue
        i = bisect_left(starts.get(name, []), mark.end())
        if i < len(starts.get(name, [])):
            end, inner_end = ends[name][i].end(), ends[name][i].start()
        elif name in ("script", "style"):
            end = inner_end = len(text)
        else:
            continue
        is_closed = inner_end < end
        content = text[mark.end() : inner_end]
        if name == "-->":
            yield mark.start(), end, "comment"
        elif (not is_closed or _is_in_a_sentence(text, mark)) and is_prose(content):
            prose_until[name] = inner_end
            continue
        else:
            yield mark.start(), end, "markup"
        position = end


def _is_in_a_sentence(text: str, mark: re.Match[str]) -> bool:
    """Return whether a tag without attributes stands among words, as a writer about HTML puts it."""
    before = text[max(0, mark.start() - _MAX_INDENT) : mark.start()].rpartition("\n")[2].rstrip()
    follows_words = bool(before) and before[-1] != ">"
    return not mark["attributes"] and (follows_words or bool(_WORD_FOLLOWS.match(text, mark.end())))
