"""Docstrings of this project as numpydoc reads them, for the reference of the library."""

from __future__ import annotations

import re
from typing import Any

import griffe

_ITEM = re.compile(r"^(\w+(?:, \w+)*) : (.+)$", re.MULTILINE)


class Descriptions(griffe.Extension):
    """Read `name : meaning` as a name with its meaning; types stand in the annotations."""

    def on_object(self, *, obj: griffe.Object, **kwargs: Any) -> None:
        """Put the meaning of each item of a docstring on a line of its own, where numpydoc has it."""
        if obj.docstring is not None:
            obj.docstring.value = _ITEM.sub(r"\1\n    \2", obj.docstring.value)
