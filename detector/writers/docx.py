"""Word files with tracked changes, each with a comment that gives the odds: an editor accepts or rejects them.

If all changes are accepted, the file's text is the restored one; if all are rejected, it is the input's.
"""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from copy import deepcopy
from datetime import UTC, datetime
from itertools import count, groupby
from typing import Any

from detector.cues.substitution import classified, times_likelier
from detector.readers.docx import (
    CONTENT_TYPES,
    Paragraph,
    Piece,
    WordFile,
    local_name,
    open_word,
    reading,
    relationships_of,
)
from detector.types import Edit
from detector.writers.wording import spread
from detector.writers.writer import Writer, Written, check_text, sorted_plan

__all__ = ["AUTHOR", "WRITER", "write"]

AUTHOR = "detector"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
# Characters that no XML file holds; a plan made elsewhere may.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Others' insertions: deletions are marked inside them, additions stand outside.
_INSERTIONS = frozenset(["ins", "moveTo"])


class _Changes:
    """Writes changes into the elements of an open Word file, from the last to the first: offsets before them hold."""

    def __init__(self, word: WordFile, date: datetime) -> None:
        self._word = word
        self._ns = f"{{{word.namespace}}}"
        self._date = date.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._main = word.package.xml(word.main)
        related = word.package.related(word.main).values()
        self._comments_part = next((name for kind, name in related if kind == "comments"), None)
        roots = [word.package.xml(name) for name in {p.part for p in word.paragraphs} | {word.main}]
        if self._comments_part is not None:
            roots.append(word.package.xml(self._comments_part))
        used = {value for root in roots for value in root.xpath("//@*[local-name() = 'id']")}
        self._numbers = (str(n) for n in count(1) if str(n) not in used)
        self._comments: list[Any] = []
        self.parts: dict[str, Any] = {}

    def make(self, paragraph: Paragraph, edit: Edit, comment: str) -> None:
        """Track one edit of a paragraph, and in its twins, and comment on it."""
        for twin in paragraph.twins:
            self._track(twin, edit)
        first, last = self._track(paragraph.pieces, edit)
        if paragraph.anchor is not None:
            comment = f"In the {paragraph.place}, for “{edit.spun}”: {comment}"
            first = last = paragraph.anchor
        self._comment(first, last, comment)
        self.parts[paragraph.part] = self._word.package.xml(paragraph.part)

    def finish(self) -> bytes:
        """Return the changed file."""
        package = self._word.package
        if self._comments:
            if self._comments_part is None:
                self._comments_part = self._new_comments_part()
            root = package.xml(self._comments_part) if self._comments_part in package else self._element("comments")
            root.extend(reversed(self._comments))
            self.parts[self._comments_part] = root
            self.parts[self._word.main] = self._main
        return package.rewritten(self.parts)

    def _element(self, name: str, **attributes: str) -> Any:
        namespaces = {"w": self._word.namespace}
        attributes = {self._ns + key: value for key, value in attributes.items()}
        return self._main.makeelement(self._ns + name, attributes, namespaces)

    def _tracked(self, name: str) -> Any:
        return self._element(name, id=next(self._numbers), author=AUTHOR, date=self._date)

    def _track(self, pieces: Sequence[Piece], edit: Edit) -> tuple[Any, Any]:
        """Mark the edit's characters as deleted and its original as inserted; return the first and the last mark."""
        runs: list[tuple[Any, str]] = []
        for piece in reversed(_touched(pieces, edit)):
            low, high = max(piece.start, edit.start), min(piece.end, edit.end)
            run = self._isolated(piece.element, low - piece.start, high - piece.start, piece.end - piece.start)
            runs.append((run, edit.spun[low - edit.start : high - edit.start]))
        runs.reverse()
        # A stretch of runs that follow each other without a gap becomes one deletion and one insertion;
        # within it the new words take the format of the runs whose words they stand for.
        stretches = _stretches([run for run, _ in runs])
        formats = [self._format(run) for run, _ in runs]
        keys = list(zip(stretches, formats, strict=True))
        groups = [list(group) for _, group in groupby(range(len(runs)), key=keys.__getitem__)]
        new = spread(["".join(runs[i][1] for i in group) for group in groups], edit.original) or []
        marks: list[Any] = []
        for _, same in groupby(range(len(groups)), key=lambda g: stretches[groups[g][0]]):
            numbers = list(same)
            marks += self._replace(
                [runs[i][0] for g in numbers for i in groups[g]],
                [(runs[groups[g][0]][0], new[g]) for g in numbers if new[g]],
            )
        return marks[0], marks[-1]

    def _replace(self, old: Sequence[Any], new: Sequence[tuple[Any, str]]) -> Iterator[Any]:
        """Mark neighbouring runs as deleted, and insert texts after them, each in the format of a run."""
        inserted = self._tracked("ins")
        inserted.extend(self._run(text, like) for like, text in new)
        deleted = self._tracked("del")
        old[0].addprevious(deleted)
        deleted.extend(old)
        for text in deleted.iter(f"{self._ns}t"):
            text.tag = f"{self._ns}delText"
        yield deleted
        if new:
            self._outside(deleted).addnext(inserted)
            yield inserted

    def _run(self, text: str, like: Any) -> Any:
        run = self._element("r")
        properties = like.find(f"{self._ns}rPr")
        if properties is not None:
            properties = deepcopy(properties)
            for change in properties.findall(f"{self._ns}rPrChange"):
                properties.remove(change)
            run.append(properties)
        for is_text, characters in groupby(text, key=lambda c: c not in "\t\n"):
            if is_text:
                run.append(self._text("".join(characters)))
            else:
                run.extend(self._element("tab" if c == "\t" else "br") for c in characters)
        return run

    def _text(self, text: str) -> Any:
        element = self._element("t")
        element.set(_SPACE, "preserve")
        element.text = _NO_XML.sub("\ufffd", text)
        return element

    def _format(self, run: Any) -> bytes:
        from lxml import etree

        properties = run.find(f"{self._ns}rPr")
        return b"" if properties is None else bytes(etree.tostring(properties, with_tail=False))

    def _cut(self, element: Any) -> Any:
        """Divide a run before one of its elements, and return the run that begins with it."""
        run = element.getparent()
        before = element.getprevious()
        if before is None or local_name(before, self._word.namespace) == "rPr":
            return run
        rest = run.makeelement(run.tag, dict(run.attrib), run.nsmap)
        properties = run.find(f"{self._ns}rPr")
        if properties is not None:
            rest.append(deepcopy(properties))
        rest.extend([element, *element.itersiblings()])
        run.addnext(rest)
        return rest

    def _isolated(self, element: Any, low: int, high: int, length: int) -> Any:
        """Return a run that holds these characters of an element and nothing else."""
        if high < length:
            self._cut(self._divided(element, high))
        elif (following := element.getnext()) is not None:
            self._cut(following)
        return self._cut(self._divided(element, low) if low else element)

    def _divided(self, element: Any, offset: int) -> Any:
        """Divide a text, and return the element that holds the characters after the offset."""
        rest = self._text(element.text[offset:])
        element.text = element.text[:offset]
        element.set(_SPACE, "preserve")
        element.addnext(rest)
        return rest

    def _outside(self, mark: Any) -> Any:
        """Return another author's insertion that holds the mark, divided after it; the mark itself if none does."""
        parent = mark.getparent()
        while local_name(parent, self._word.namespace) in _INSERTIONS:
            rest = list(mark.itersiblings())
            if rest:
                other = parent.makeelement(parent.tag, dict(parent.attrib), parent.nsmap)
                other.set(f"{self._ns}id", next(self._numbers))
                other.extend(rest)
                parent.addnext(other)
            mark, parent = parent, parent.getparent()
        return mark

    def _comment(self, first: Any, last: Any, text: str) -> None:
        """Comment on the elements from the first to the last, or on the beginning of a paragraph."""
        number = next(self._numbers)
        start, end = (self._element(f"commentRange{side}", id=number) for side in ("Start", "End"))
        reference = self._element("r")
        reference.append(self._element("commentReference", id=number))
        if local_name(first, self._word.namespace) == "p":
            at = 1 if first.find(f"{self._ns}pPr") is not None else 0
            first[at:at] = [start, end, reference]
        else:
            first.addprevious(start)
            last.addnext(end)
            end.addnext(reference)
        comment = self._element("comment", id=number, author=AUTHOR, date=self._date, initials=AUTHOR[:1])
        paragraph, mark = self._element("p"), self._element("r")
        mark.append(self._element("annotationRef"))
        run = self._element("r")
        run.append(self._text(text))
        paragraph.extend([mark, run])
        comment.append(paragraph)
        self._comments.append(comment)

    def _new_comments_part(self) -> str:
        """Name a part for comments in the package's list of types and in the document's relationships."""
        package, main = self._word.package, self._word.main
        folder = posixpath.dirname(main)
        names = (posixpath.join(folder, f"comments{n or ''}.xml") for n in count())
        name = next(n for n in names if n not in package)
        types = package.xml(CONTENT_TYPES)
        namespace = types.tag.removesuffix("Types")
        override = types.makeelement(f"{namespace}Override", {"PartName": f"/{name}", "ContentType": _COMMENTS_TYPE})
        types.append(override)
        # The document's own relationship says in which of the two standards' words theirs are written.
        above = package.xml(relationships_of(""))
        kind = next(r.get("Type") for r in above if r.get("Type", "").endswith("/officeDocument"))
        path = relationships_of(main)
        relationships = package.xml(path) if path in package else above.makeelement(above.tag, {}, above.nsmap)
        used = {r.get("Id") for r in relationships}
        number = next(n for n in (f"rId{i}" for i in count(1)) if n not in used)
        attributes = {"Id": number, "Type": kind.removesuffix("officeDocument") + "comments", "Target": f"/{name}"}
        relationships.append(relationships.makeelement(above.tag.removesuffix("s"), attributes))
        self.parts |= {CONTENT_TYPES: types, path: relationships}
        return name


def _touched(pieces: Sequence[Piece], edit: Edit) -> Sequence[Piece]:
    """Return the pieces that hold a character of the edit, and those without characters between them."""
    first = bisect_right(pieces, edit.start, key=lambda p: p.end)
    return pieces[first : bisect_left(pieces, edit.end, lo=first, key=lambda p: p.start)]


def _stretches(runs: Sequence[Any]) -> list[int]:
    """Return a number for each run, the same for runs that follow each other directly."""
    out: list[int] = []
    for i, run in enumerate(runs):
        out.append(out[-1] + (runs[i - 1].getnext() is not run) if i else 0)
    return out


def _comment_text(edit: Edit) -> str:
    """Return the odds of an edit in words, and its other readings."""
    others = "; ".join(f"“{a.text}”, {times_likelier(a.log10_gain)}" for a in edit.alternatives)
    return f"{edit.message} Other readings: {others}." if others else edit.message


def write(source: bytes, text: str, plan: Sequence[Edit], date: datetime | None = None) -> Written:
    """Return the Word file with the plan's edits as tracked changes.

    `date` is that of the changes, now by default. Edits that cross the border of a paragraph are left out, and
    edits of the result of a field, which its next update would undo.
    """
    edits = sorted_plan(text, plan)
    word = open_word(source)
    check_text(text, word.text)
    starts = [p.start for p in word.paragraphs]
    left_out: list[Edit] = []
    with reading():
        changes = _Changes(word, date or datetime.now(UTC))
        for edit, explained in zip(reversed(edits), reversed(classified(text, edits)), strict=True):
            paragraph = word.paragraphs[bisect_right(starts, edit.start) - 1]
            touched = _touched(paragraph.pieces, edit)
            if edit.spun and edit.end <= paragraph.pieces[-1].end and not any(p.is_computed for p in touched):
                changes.make(paragraph, edit, _comment_text(explained))
            else:
                left_out.append(edit)
        return Written(changes.finish(), tuple(reversed(left_out)))


WRITER = Writer("docx", (".docx",), write)
