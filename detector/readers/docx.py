"""Word files: paragraphs with a blank line between each, and which element of the file holds each character.

The text of the body comes first, then the notes in the order of their marks, then headers and footers. A cell, a
caption, a heading and a paragraph of a text box are paragraphs of their own. The text is that of the page with all
its tracked changes accepted: insertions are read, deletions are not. Field codes, formulas and comments are not text.

The file is read here, not by python-docx, because that leaves out tracked insertions, notes and text boxes, and
because the writer of tracked changes needs each character's element.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from detector.errors import DetectorError, InputError
from detector.extras import missing_extra
from detector.readers import InputDocument, other_kind

__all__ = ["Package", "Paragraph", "Piece", "WordFile", "local_name", "open_word", "read", "relationships_of"]

# Uncompressed bytes, which the archive's own directory gives: a larger file is a decompression bomb or a corpus.
_MAX_PART, _MAX_PACKAGE = 100_000_000, 1_000_000_000
_OLE = b"\xd0\xcf\x11\xe0"  # an encrypted Word file, or one from before 2007
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument"
CONTENT_TYPES = "[Content_Types].xml"
_ALTERNATIVES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_NOTES = {"footnoteReference": "footnotes", "endnoteReference": "endnotes"}
_MARGINS = {"headerReference": "header", "footerReference": "footer"}
# Elements whose content is not text of the page as it stands.
_HIDDEN = frozenset(
    [
        "del",
        "instrText",
        "moveFrom",
        "pPr",
        "rPr",
        "rt",
        "rubyPr",
        "sdtPr",
        "sectPr",
        "tblGrid",
        "tblPr",
        "tcPr",
        "trPr",
    ]
)
# Fields whose result the author writes: links and forms.
_WRITTEN_FIELDS = (["HYPERLINK"], ["FORMTEXT"])
# Elements of a run that stand for one character. A symbol of a font is a character without a meaning of its own.
_CHARACTERS = {"br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t", "sym": "\ufffc", "tab": "\t"}
# Elements of a run that stand for none, but belong to the characters around them: they go where those go.
_INVISIBLE = frozenset(["lastRenderedPageBreak", "softHyphen"])


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters of the text that one element of a run holds, `text[start:end]`; none for a soft hyphen.

    `is_computed` says that a field's code computes them, as a page's number or a bibliography: nobody wrote them.
    """

    start: int
    end: int
    element: Any
    is_computed: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of the text, and its place in the file.

    Attributes
    ----------
    part : name of the part of the package that it is in
    start : offset of its first character in the text
    pieces : in order, without gaps, offsets into the text
    place : "body", "footnote", "endnote", "header", "footer" or "text box"
    anchor : the element of the body that brings the paragraph there (a note's mark, a text box's run, the first
        paragraph for a header); None in the body itself
    twins : pieces of copies of this paragraph that other programs show in its stead
    """

    part: str
    start: int
    pieces: tuple[Piece, ...]
    place: str
    anchor: Any = None
    twins: tuple[tuple[Piece, ...], ...] = ()


def local_name(element: Any, namespace: str) -> str:
    """Return the element's name, without its namespace if that is the given one; "" for a comment."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    return tag[len(namespace) + 2 :] if tag.startswith(f"{{{namespace}}}") else tag


class Package:
    """The parts of an Office file: a ZIP archive whose parts name each other by relationships."""

    def __init__(self, data: bytes) -> None:
        if data.startswith(_OLE):
            raise InputError("an encrypted or an old Word file: save it as .docx without a password")
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except zipfile.BadZipFile:
            raise InputError(_not_an_archive(data)) from None
        size = sum(info.file_size for info in self._archive.infolist())
        if size > _MAX_PACKAGE:
            raise InputError(f"not a Word file that can be read: {size:,} bytes unpacked, at most {_MAX_PACKAGE:,}")
        self._roots: dict[str, Any] = {}
        if CONTENT_TYPES not in self:  # without it no program opens the file
            is_open = "mimetype" in self and self._archive.open("mimetype").read(40).startswith(_OPEN_DOCUMENT)
            found = "an OpenDocument file: save it as .docx" if is_open else "another zip archive: unpack it first"
            raise InputError(f"not a Word file but {found}")

    def __contains__(self, name: str) -> bool:
        return name in self._archive.NameToInfo

    def xml(self, name: str) -> Any:
        """Return the root of a part, the same object each time. Raises InputError if it is missing or too large."""
        if name not in self._roots:
            from lxml import etree

            if name not in self:
                raise InputError(f"not a Word file that can be read: its part {name} is missing")
            size = self._archive.getinfo(name).file_size
            if size > _MAX_PART:
                raise InputError(f"not a Word file that can be read: {name} has {size:,} bytes, at most {_MAX_PART:,}")
            parser = etree.XMLParser(
                resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True, remove_pis=True
            )
            root = etree.fromstring(self._archive.read(name), parser)
            if root.getroottree().docinfo.doctype:  # Office files have none; it is how entities are declared
                raise InputError(f"not a Word file that can be read: {name} declares a document type")
            self._roots[name] = root
        return self._roots[name]

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """Return the parts that a part names: the last word of the relationship's type, and the name, by its id."""
        path = relationships_of(name)
        if path not in self:
            return {}
        return {
            item.get("Id", ""): (
                item.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", posixpath.dirname(name), item.get("Target", "")))[1:],
            )
            for item in self.xml(path)
            if isinstance(item.tag, str) and item.get("TargetMode") != "External"
        }

    def rewritten(self, parts: dict[str, Any]) -> bytes:
        """Return the package with these parts' roots, added or in the place of others; the rest as it was."""
        from lxml import etree

        out = io.BytesIO()
        written = {
            n: etree.tostring(r, xml_declaration=True, encoding="UTF-8", standalone=True) for n, r in parts.items()
        }
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            # Of entries with the same name the last is the one that is read.
            for info in {info.filename: info for info in self._archive.infolist()}.values():
                archive.writestr(info, written.pop(info.filename, None) or self._archive.read(info), info.compress_type)
            for name, data in written.items():
                archive.writestr(name, data)
        return out.getvalue()


def _not_an_archive(data: bytes) -> str:
    """Return what to do about a file that is named as Word's but is no archive."""
    if data.startswith(b"PK"):
        return "not a Word file that can be read: it is cut off or damaged, save it again as .docx"
    if found := other_kind(data):
        return f"not a Word file but {found}"
    return "not a Word file that can be read: save it as .docx, or name it by the kind of file that it is"


def relationships_of(name: str) -> str:
    """Return the name of the part that holds a part's relationships.

    >>> relationships_of("word/document.xml")
    'word/_rels/document.xml.rels'
    """
    folder, file = posixpath.split(name)
    return posixpath.join(folder, "_rels", f"{file}.rels")


@dataclass
class _Field:
    """A field that is open: its first mark, its code as far as it is read, and whether the result follows."""

    mark: Any
    code: str = ""
    in_result: bool = False

    @property
    def is_computed(self) -> bool:
        return self.code.split(maxsplit=1)[:1] not in _WRITTEN_FIELDS


@dataclass
class _Draft:
    """A paragraph while it is read: its texts and their elements."""

    part: str
    place: str
    anchor: Any
    texts: list[tuple[str, Any, bool]] = field(default_factory=list)
    twins: list[_Draft] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(text for text, *_ in self.texts)

    def pieces(self, start: int) -> tuple[Piece, ...]:
        out = []
        for text, element, is_computed in self.texts:
            out.append(Piece(start, start + len(text), element, is_computed))
            start += len(text)
        return tuple(out)


class _Story:
    """Reads the paragraphs of one part: the body, the notes or a header."""

    def __init__(self, part: str, namespace: str, place: str) -> None:
        self.part, self.namespace, self.place = part, namespace, place
        self.paragraphs: list[_Draft] = []
        self.notes: list[tuple[str, str, Any]] = []  # part's kind, the note's id, the element that a reader sees it at
        self._fields: list[_Field] = []  # those that are open, outermost first
        self._unclosed: set[Any] = set()  # marks that begin a field which never ends, and so is none

    def read_all(self, root: Any, anchor: Any) -> list[_Draft]:
        """Return the paragraphs of the part's root. A field may span many, but one that never ends hides none."""
        self.read(root, anchor)
        self._unclosed.update(f.mark for f in self._fields)
        if self._unclosed:
            self.paragraphs, self.notes, self._fields = [], [], []
            self.read(root, anchor)
        return self.paragraphs

    def read(self, element: Any, anchor: Any, paragraph: _Draft | None = None, place: str = "") -> None:
        """Read the content of an element; `paragraph` is the one that its runs belong to."""
        continued = None
        for child in element:
            name = local_name(child, self.namespace)
            if not name or name in _HIDDEN:
                continue
            if name == "p":
                into = continued
                if into is None:
                    into = _Draft(self.part, place or self.place, anchor)
                    self.paragraphs.append(into)
                self.read(child, anchor, into, place)
                # A paragraph whose mark is deleted goes on in the next one.
                continued = into if self._mark_is_deleted(child) else None
            elif name == "r":
                self._run(child, anchor, paragraph, place)
            elif name == _ALTERNATIVES:
                self._alternatives(child, anchor, paragraph, place)
            elif name == "altChunk":  # Word shows the other document's text
                raise InputError(
                    "a Word file that holds another document: open it in Word and save it, which joins them"
                )
            elif name == "fldSimple":
                depth = len(self._fields)
                self._fields.append(_Field(child, child.get(f"{{{self.namespace}}}instr", ""), True))
                self.read(child, anchor, paragraph, place)
                self._unclosed.update(f.mark for f in self._fields[depth + 1 :])
                del self._fields[depth:]
            else:
                self.read(child, anchor, paragraph, place)

    def _run(self, run: Any, anchor: Any, paragraph: _Draft | None, place: str) -> None:
        for child in run:
            name = local_name(child, self.namespace)
            if name == "fldChar":
                self._field(child)
            elif name == "instrText" and self._fields:
                self._fields[-1].code += child.text or ""
            elif name in _NOTES:
                note = child.get(f"{{{self.namespace}}}id", "")
                self.notes.append((_NOTES[name], note, run if anchor is None else anchor))
            elif name == "t" or name in _CHARACTERS or name in _INVISIBLE:
                # Results of fields inside another one's codes are not shown.
                if paragraph is not None and all(f.in_result for f in self._fields[:-1]):
                    text = child.text or "" if name == "t" else _CHARACTERS.get(name, "")
                    is_computed = any(f.is_computed for f in self._fields if f.in_result)
                    paragraph.texts.append((text, child, is_computed))
            elif name == "ruby":
                self.read(child, anchor, paragraph, place)
            elif name == _ALTERNATIVES:
                self._alternatives(child, run if anchor is None else anchor, None, "text box")
            elif name and name not in _HIDDEN:
                self.read(child, run if anchor is None else anchor, None, "text box")

    def _alternatives(self, element: Any, anchor: Any, paragraph: _Draft | None, place: str) -> None:
        """Read the first of several forms of the same thing; the others are its twins as far as they say the same."""
        first, *others = [child for child in element if isinstance(child.tag, str)] or [()]
        before = len(self.paragraphs)
        self.read(first, anchor, paragraph, place)
        for other in others:
            copy = _Story(self.part, self.namespace, self.place)
            copy.read(other, anchor, None, place)
            for mine, twin in zip(self.paragraphs[before:], copy.paragraphs, strict=False):
                if mine.text == twin.text:
                    mine.twins.append(twin)

    def _field(self, mark: Any) -> None:
        kind = mark.get(f"{{{self.namespace}}}fldCharType")
        if kind == "begin":
            if mark not in self._unclosed:
                self._fields.append(_Field(mark))
        elif self._fields and kind == "separate":
            self._fields[-1].in_result = True
        elif self._fields and kind == "end":
            self._fields.pop()

    def _mark_is_deleted(self, paragraph: Any) -> bool:
        ns = f"{{{self.namespace}}}"
        mark = paragraph.find(f"{ns}pPr/{ns}rPr")
        return mark is not None and (mark.find(f"{ns}del") is not None or mark.find(f"{ns}moveFrom") is not None)


class WordFile:
    """A Word file that is open, and its text; `open_word` makes one.

    Attributes
    ----------
    package : all the parts
    main : name of the part that holds the body
    namespace : of WordprocessingML in this file, which Strict files write differently
    paragraphs : in the order of the text; none is blank
    text : the paragraphs with a blank line between each
    """

    def __init__(self, data: bytes) -> None:
        self.package = Package(data)
        mains = [name for kind, name in self.package.related("").values() if kind == "officeDocument"]
        if not mains:
            raise InputError("not a Word file that can be read: it names no document")
        self.main = mains[0]
        body = self.package.xml(self.main)
        self.namespace = str(body.tag).partition("}")[0][1:]
        if local_name(body, self.namespace) != "document":
            raise InputError(f"not a Word file but one whose content is {self.main}: save it as .docx or .pdf")
        paragraphs: list[Paragraph] = []
        texts: list[str] = []
        start = 0
        for draft in self._drafts(body):
            text = draft.text
            if text.strip():
                twins = tuple(t.pieces(start) for t in draft.twins)
                paragraphs.append(Paragraph(draft.part, start, draft.pieces(start), draft.place, draft.anchor, twins))
                texts.append(text)
                start += len(text) + 2
        self.paragraphs = tuple(paragraphs)
        self.text = "\n\n".join(texts)

    def _drafts(self, body: Any) -> Iterator[_Draft]:
        ns = f"{{{self.namespace}}}"
        story = _Story(self.main, self.namespace, "body")
        yield from story.read_all(body, None)
        related = self.package.related(self.main)
        parts = dict(related.values())
        for kind in _NOTES.values():
            if kind not in parts:
                continue
            notes = {note.get(f"{ns}id"): note for note in self.package.xml(parts[kind]) if isinstance(note.tag, str)}
            for of_kind, number, anchor in story.notes:
                # Once each: a cross-reference may bear a mark of its own.
                if of_kind == kind and (note := notes.pop(number, None)) is not None:
                    inner = _Story(parts[kind], self.namespace, kind[:-1])
                    yield from inner.read_all(note, anchor)
        seen = set()
        top = next(body.iter(f"{ns}p"), None)
        for element in body.iter(*(f"{ns}{name}" for name in _MARGINS)):
            number = next((v for k, v in element.attrib.items() if k.endswith("}id")), "")
            _, name = related.get(number, ("", ""))
            if name and name not in seen:
                seen.add(name)
                inner = _Story(name, self.namespace, _MARGINS[local_name(element, self.namespace)])
                yield from inner.read_all(self.package.xml(name), top)


@contextmanager
def reading() -> Iterator[None]:
    """Turn any error that parsers raise on a damaged file into an InputError."""
    try:
        yield
    except (DetectorError, MemoryError):
        raise
    except Exception as error:
        raise InputError(f"not a Word file that can be read: {error}") from None


def open_word(data: bytes) -> WordFile:
    """Return a Word file from its bytes.

    Raises InputError if they are not such a file, or one that is damaged, encrypted or too large.
    """
    try:
        import lxml  # noqa: F401
    except ImportError as error:
        raise missing_extra(error, "docx", "reading Word files") from None
    with reading():
        return WordFile(data)


def read(path: Path, data: bytes) -> InputDocument:
    """Return the text of a Word file."""
    return InputDocument(str(path), open_word(data).text, extracted=True)
