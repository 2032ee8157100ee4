"""Write originals: word pieces as text, and the article before them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from detector.text.casing import capitalised
from detector.text.indefinite_article import article_for
from detector.types import Edit

__all__ = ["with_article", "write_words"]

_ARTICLE = re.compile(r"(?<![\w'’-])(an?)([ \u00a0])$", re.IGNORECASE)


def write_words(words: Sequence[str]) -> str:
    """Return word pieces as text: spaces between words, none around hyphens or before marks.

    >>> write_words(["man", "-", "made", "lake", "'s"])
    "man-made lake's"
    """
    text = " ".join(words)
    text = re.sub(r" ?- ?", "-", text)
    return re.sub(r" ('s\b|[.,;:!?%)])", r"\1", text)


def with_article(text: str, edit: Edit) -> Edit:
    """Return an edit of a text with the article before it, if that does not agree with the original.

    >>> with_article("Take an honest one.", Edit(8, 14, "honest", "sincere", 1.0)).original
    'a sincere'
    """
    article = _ARTICLE.search(text[max(0, edit.start - 4) : edit.start])
    agreed = article_for(edit.original)
    if article is None or agreed == article[1].lower():
        return edit
    prefix = (capitalised(agreed) if article[1][0].isupper() else agreed) + article[2]
    start = edit.start - len(article[0])
    others = tuple(replace(other, text=prefix + other.text) for other in edit.alternatives)
    return replace(edit, start=start, spun=text[start : edit.end], original=prefix + edit.original, alternatives=others)
