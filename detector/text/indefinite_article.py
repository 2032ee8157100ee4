"""The indefinite article by sound: "a" or "an" before a word."""

from __future__ import annotations

import re

__all__ = ["article_for"]

# Words whose first letter misleads: "an hour", "an 11-year-old", "a user", "a one-off", "a European"; and of those
# that begin like "uni-form" the ones that are "un-identified".
_AN_DESPITE = re.compile(r"hour|honest|honou?r|heir|8|1[18](?!\d)")
_A_DESPITE = re.compile(
    r"uni(?!n[^g]|m[^o]|de|r|ss)|ewe\b|us(?:e|u|ing|able|age)|util|eu|one\b|ones|once|ubiq|u[ks]\b|u\.|uran|urin|uter|ure(?:a|t)"
)


def article_for(word: str) -> str:
    """Return the article before the word, "a" or "an", by its sound.

    >>> article_for("honest"), article_for("university"), article_for("idea"), article_for("unintended")
    ('an', 'a', 'an', 'an')
    """
    lower = word.lower()
    if _AN_DESPITE.match(lower):
        return "an"
    return "an" if lower[:1] in tuple("aeiou") and not _A_DESPITE.match(lower) else "a"
