"""Write word pieces as text."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["write_words"]


def write_words(words: Sequence[str]) -> str:
    """Return word pieces as text: spaces between words, none around hyphens or before marks.

    >>> write_words(["man", "-", "made", "lake", "'s"])
    "man-made lake's"
    """
    text = " ".join(words)
    text = re.sub(r" ?- ?", "-", text)
    return re.sub(r" ('s\b|[.,;:!?%)])", r"\1", text)
