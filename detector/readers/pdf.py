"""PDF files: the pages' text, lines joined to paragraphs, words that were cut at a line's end mended."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from detector.errors import InputError
from detector.readers import Document, missing_extra, quiet_log

__all__ = ["joined_lines", "read", "without_running_lines"]

_SHORT = 0.7  # of the usual line: a shorter line that ends a sentence ends a paragraph
_RUNNING = 3  # pages on which a first or last line stands, page numbers aside, to be a header or footer
_CUT = re.compile(r"[A-Za-z][-\u00ad]$")
# One sign for two or three letters, as typesetters have it: no dictionary knows such words.
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})


def _mended(head: str, tail: str) -> str:
    """Return two lines as one, the first of which was cut inside a word.

    The hyphen stays where it belongs to the word ("well-known"): where the parts are words and the whole is none.
    """
    if head.endswith("\u00ad"):  # a soft hyphen says itself that it goes
        return head[:-1] + tail
    from wordfreq import zipf_frequency

    first = re.findall("[A-Za-z]+", head)[-1]
    second = re.findall("[a-z]+", tail)[0]
    whole = zipf_frequency(first + second, "en")
    parts = min(zipf_frequency(first, "en"), zipf_frequency(second, "en"))
    return head + tail if whole < 2.0 <= parts - 1.0 else head[:-1] + tail


def joined_lines(text: str) -> str:
    """Return lines as paragraphs, a blank line between each.

    >>> joined_lines("The plan was imple-\\nmented in May.")
    'The plan was implemented in May.'
    >>> joined_lines("A well-\\nknown plan.")
    'A well-known plan.'
    """
    lines = [line.strip() for line in text.split("\n")]
    lengths = sorted(len(line) for line in lines if line)
    usual = lengths[int(len(lengths) * 0.75)] if lengths else 0
    out: list[list[str]] = []
    open_ = False
    for line in lines:
        if not line:
            open_ = False
            continue
        if open_ and _CUT.search(out[-1][-1]) and re.match("[a-z]", line):
            out[-1][-1] = _mended(out[-1][-1], line)
        elif open_:
            out[-1].append(line)
        else:
            out.append([line])
        open_ = not (line[-1] in '.!?:”"' and len(line) < _SHORT * usual)
    return "\n\n".join(" ".join(paragraph) for paragraph in out)


def without_running_lines(pages: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of all pages without headers, footers and page numbers.

    >>> without_running_lines([["Journal", "One."], ["Journal", "Two."], ["Journal", "Three."]])
    ['One.', 'Two.', 'Three.']
    """

    def key(line: str) -> str:
        return re.sub(r"\d+", "0", line).strip()

    filled = [[line for line in page if line.strip()] for page in pages]
    edges = Counter(key(line) for page in filled for line in {*page[:1], *page[-1:]})
    out = []
    for page in filled:
        # A line that is a page number alone says so on its own; what repeats says so by repeating.
        while page and (edges[key(page[0])] >= _RUNNING or key(page[0]) == "0"):
            page = page[1:]
        while page and (edges[key(page[-1])] >= _RUNNING or key(page[-1]) == "0"):
            page = page[:-1]
        out += page
    return out


def read(path: Path, data: bytes) -> Document:
    """Return the text of a PDF file, a blank line between paragraphs; they run on over pages."""
    try:
        import pypdf
    except ImportError as error:
        raise missing_extra(error, "pdf", "PDF files") from None
    try:
        with quiet_log("pypdf"):
            pages = [page.extract_text().split("\n") for page in pypdf.PdfReader(io.BytesIO(data)).pages]
    except MemoryError:
        raise
    except pypdf.errors.FileNotDecryptedError:
        raise InputError("this PDF is locked by a password: save it without one") from None
    except Exception as error:  # a damaged file makes its parser raise almost anything
        raise InputError(f"not a PDF file that can be read: {error}") from None
    text = joined_lines("\n".join(without_running_lines(pages))).translate(_LIGATURES)
    if not text:
        raise InputError("this PDF holds no text, only pictures of it")
    return Document(str(path), text, extracted=True)
