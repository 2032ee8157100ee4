"""Markdown: judged without its code, link targets, comments and front matter; offsets point into the file."""

from __future__ import annotations

import re
from pathlib import Path

from markdown_it import MarkdownIt

from detector.readers import Document
from detector.readers.text import read as read_text

__all__ = ["masked", "read"]

_FRONT_MATTER = re.compile(r"\A\ufeff?(?:---\r?\n.*?\n---|\+\+\+\r?\n.*?\n\+\+\+)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_INLINE = re.compile(
    r"""
      <!--.*?-->                              # comments
    | (?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)   # code
    | (?<=\])\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\) # the target of a link or picture
    | (?<=\])\[[^\]\n]*\]                     # its reference
    | ^[ ]{0,3}\[[^\]\n]+\]:[^\n]*            # where references lead
    | <(?:https?|mailto):[^>\s]*>
    | </?[A-Za-z][^<>\n]*>                    # HTML tags
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


def _blank(text: str) -> str:
    return re.sub(r"[^\r\n]", " ", text)


def masked(text: str) -> str:
    """Return the text with all that is no prose turned into spaces; its length and lines stay.

    >>> masked("Run `ls -l` now.")
    'Run         now.'
    """
    lines = text.splitlines(keepends=True)
    front = _FRONT_MATTER.match(text)
    first = front.group().count("\n") if front else 0
    for i in range(first):
        lines[i] = _blank(lines[i])
    # CommonMark ends lines at \n and \r alone; the parser counts the same lines as long as no odder break stands.
    if len(lines) == len(re.split(r"\r\n|\n|\r", text)) - (not lines or lines[-1][-1:] in "\r\n"):
        for token in MarkdownIt().parse("".join(lines)):
            if token.type in ("fence", "code_block", "html_block") and token.map:
                for i in range(*token.map):
                    lines[i] = _blank(lines[i])
    return _INLINE.sub(lambda m: _blank(m.group()), "".join(lines))


def read(path: Path, data: bytes) -> Document:
    """Return the decoded file, with its prose alone to be judged."""
    plain = read_text(path, data)
    return Document(str(path), plain.text, masked(plain.judged or plain.text), encoding=plain.encoding)
