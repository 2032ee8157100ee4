"""Docstrings of this project as numpydoc reads them, for the reference of the library."""

from __future__ import annotations

import re
from typing import Any

import griffe

# `a, b : meaning`, with the lines that go on below, indented.
_ITEM = re.compile(r"^(\w+(?:, \w+)*) : (.+(?:\n {4}.+)*)$", re.MULTILINE)
_EXAMPLES = re.compile(r"^Examples\n-+$", re.MULTILINE)
_DOCTEST = re.compile(r"^>>> ", re.MULTILINE)


def _items(match: re.Match[str]) -> str:
    meaning = " ".join(match[2].split())
    return "\n".join(f"{name}\n    {meaning}" for name in match[1].split(", "))


def numpydoc(text: str) -> str:
    """Return a docstring of this project in the form that numpydoc's readers expect.

    Each item of a list, `name : meaning`, gets its meaning on a line of its own, since types stand in the annotations;
    names that share a meaning become items, each with its own type. A doctest without a heading gets one: in Markdown
    its prompt would begin a quotation.
    """
    text = _ITEM.sub(_items, text)
    if not _EXAMPLES.search(text):
        text = _DOCTEST.sub("Examples\n--------\n>>> ", text, count=1)
    return text


class Descriptions(griffe.Extension):
    """Hand docstrings to the reference of the library as `numpydoc` writes them."""

    def on_object(self, *, obj: griffe.Object, **kwargs: Any) -> None:
        """Rewrite the docstring of one object."""
        if obj.docstring is not None:
            obj.docstring.value = numpydoc(obj.docstring.value)
