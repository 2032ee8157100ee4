"""Shared by all writers: their type, their outcome, and the bytes of a text in its own encoding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from detector.errors import PlanError
from detector.readers import encode, encoding_of
from detector.restore.plan import apply_plan
from detector.text.replacement import replaced
from detector.types import Edit

__all__ = ["TextSource", "Writer", "Written", "check_text", "sorted_plan"]


@dataclass(frozen=True, slots=True)
class Written:
    """A restored file, and the edits of the plan that it lacks because it has no place for them, sorted."""

    data: bytes
    left_out: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes restored files of one kind.

    Attributes
    ----------
    name : the format's name on the command line, as "docx"
    suffixes : of its files, in lower case, with their dot
    write : from the source's bytes, the text that `readers` extracts from them, and a plan for that text; raises
        InputError if the bytes cannot be read, PlanError if the text is not theirs or the plan does not fit it
    """

    name: str
    suffixes: tuple[str, ...]
    write: Callable[[bytes, str, Sequence[Edit]], Written]


def sorted_plan(text: str, plan: Sequence[Edit]) -> list[Edit]:
    """Return the plan in order. Raises PlanError if it does not fit the text."""
    apply_plan(text, plan)
    return sorted(plan, key=lambda e: e.start)


def check_text(text: str, read: str) -> None:
    """Raise PlanError if the text of a plan is not the one that is read from the file."""
    if text != read:
        raise PlanError("the text is not the one that is read from this file: a plan fits only its own file")


class TextSource:
    """A file of text in any encoding; characters that are not replaced keep their bytes."""

    def __init__(self, data: bytes) -> None:
        self._data, self._encoding = data, encoding_of(data)
        self.text = data.decode(self._encoding)
        self.is_unicode = self._encoding.startswith("utf")

    def replaced(self, spans: Sequence[tuple[int, int, str]]) -> bytes:
        """Return the file with spans of its text replaced, sorted and disjoint.

        Characters that its encoding lacks are written as HTML writes them, which Markdown allows too.
        """
        return encode(replaced(self.text, spans), self._encoding, self._data, "xmlcharrefreplace")
