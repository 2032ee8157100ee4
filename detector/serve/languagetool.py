"""LanguageTool's `/v2/check`, so that its plug-ins and add-ons for editors and browsers can ask this server.

Offsets count UTF-16 code units there, as JavaScript and Java do. The rules are the cues, by their ids in capitals.
Source: the description of its HTTP interface at https://languagetool.org/http-api/.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any
from urllib.parse import parse_qs

import numpy as np
from numpy.typing import NDArray

from detector.api import detect
from detector.cues import CUE_BY_ID
from detector.findings import is_edit
from detector.model_store import load_models
from detector.report.json import dumps
from detector.report.model import Finding, disjoint, findings
from detector.report.wording import sentence
from detector.serve.answer import Answer, RequestError
from detector.types import Report
from detector.version import __version__

__all__ = ["LANGUAGES", "check", "utf16_offsets"]

LANGUAGES = [
    {"name": "English", "code": "en", "longCode": "en"},
    {"name": "English (US)", "code": "en", "longCode": "en-US"},
    {"name": "English (GB)", "code": "en", "longCode": "en-GB"},
    {"name": "English (Australia)", "code": "en", "longCode": "en-AU"},
    {"name": "English (Canada)", "code": "en", "longCode": "en-CA"},
    {"name": "English (New Zealand)", "code": "en", "longCode": "en-NZ"},
    {"name": "English (South Africa)", "code": "en", "longCode": "en-ZA"},
]
_SPUN = {"id": "SPUN_TEXT", "name": "Spun text"}
_DAMAGED = {"id": "DAMAGED_TEXT", "name": "Damaged text"}
_AROUND = 40  # characters of context on either side of a match
_MAX_FIELDS = 100


@dataclass(frozen=True)
class _Text:
    """A text without its markup, and the places of its pieces in the request.

    Attributes
    ----------
    plain : the text that is judged
    starts : of the pieces, in `plain`, ascending
    shifts : how many characters farther on each piece stands in `whole`
    ends : where each piece ends in `whole`; what markup stands for may be longer than the markup
    whole : all that was sent, with its markup; offsets of the answer point into it
    """

    plain: str
    starts: tuple[int, ...]
    shifts: tuple[int, ...]
    ends: tuple[int, ...]
    whole: str

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of `whole` that holds a span of `plain`; it is empty if no character was sent for it."""
        first = self._moved(start)
        return first, max(first, self._moved(end - 1, 1))

    def _moved(self, offset: int, by: int = 0) -> int:
        piece = bisect_right(self.starts, offset) - 1
        return min(offset + self.shifts[piece] + by, self.ends[piece])


def _field(form: dict[str, list[str]], name: str) -> str | None:
    return form[name][0] if name in form else None


def _names(form: dict[str, list[str]], name: str) -> frozenset[str]:
    return frozenset(filter(None, (_field(form, name) or "").split(",")))


def _annotated(data: str) -> _Text:
    """Return the text of LanguageTool's `data`: pieces of text and of markup, which may stand for something else."""
    try:
        pieces = json.loads(data)["annotation"]
        texts = [piece.get("text", "") for piece in pieces]
        marks = [piece.get("markup", "") for piece in pieces]
        plain = [text + piece.get("interpretAs", "") for text, piece in zip(texts, pieces, strict=True)]
        whole = [text + mark for text, mark in zip(texts, marks, strict=True)]
        starts = [0, *accumulate(map(len, plain))]
        ends = [0, *accumulate(map(len, whole))]
        return _Text(
            "".join(plain),
            tuple(starts),
            tuple(b - a for a, b in zip(starts, ends, strict=True)),
            (*ends[1:], ends[-1]),
            "".join(whole),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise RequestError("Error: 'data' is not JSON with an 'annotation' of 'text' and 'markup'") from None


def _text(form: dict[str, list[str]]) -> _Text:
    text, data = _field(form, "text"), _field(form, "data")
    if text is None and data is None:
        raise RequestError("Error: Missing 'text' or 'data' parameter")
    if text is not None and data is not None:
        raise RequestError("Error: Set only 'text' or 'data' parameter, not both")
    return _annotated(data) if data is not None else _Text(text or "", (0,), (0,), (len(text or ""),), text or "")


def utf16_offsets(text: str) -> NDArray[np.int64]:
    """Return the UTF-16 offset of each character and of the end, int64 (len(text) + 1,).

    >>> utf16_offsets("a😀b").tolist()
    [0, 1, 3, 4]
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    units = np.where(codes > 0xFFFF, 2, 1)
    return np.concatenate([[0], np.cumsum(units)]).astype(np.int64)


def _rule_id(finding: Finding) -> str:
    return finding.cue.upper()


def _category(finding: Finding) -> dict[str, str]:
    return _DAMAGED if finding.is_damage else _SPUN


def _wanted(found: Iterable[Finding], form: dict[str, list[str]]) -> list[Finding]:
    """Return the findings of the rules and categories that the request leaves switched on."""
    rules, categories = _names(form, "enabledRules"), _names(form, "enabledCategories")
    no_rules, no_categories = _names(form, "disabledRules"), _names(form, "disabledCategories")
    is_only = _field(form, "enabledOnly") == "true"
    out = []
    for finding in found:
        rule, category = _rule_id(finding), _category(finding)["id"]
        is_named = rule in rules or category in categories
        is_off = rule in no_rules or category in no_categories
        if is_named or not (is_only or is_off):
            out.append(finding)
    return out


def _shown(report: Report, is_picky: bool) -> list[Finding]:
    """Return the findings that are matches: of a text that is not flagged, those that `reverse` changes.

    The other oddities of a human text are its author's own; `level=picky` shows them too.
    """
    found = disjoint(findings(report))
    if is_picky or report.verdict == "spun":
        return found
    return [f for f in found if is_edit(f.alternatives, report.min_gain)]


def check(body: bytes) -> Answer:
    """Return the answer to a form, as `/v2/check` takes it."""
    try:
        return Answer(dumps(_checked(body)).encode(), "application/json")
    except RequestError as error:
        # In plain text, as LanguageTool refuses.
        return Answer(str(error).encode("utf-8", "replace"), "text/plain; charset=utf-8", 400)


def _checked(body: bytes) -> dict[str, Any]:
    try:
        form = parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise RequestError("Error: the body is not an encoded form (application/x-www-form-urlencoded)") from None
    language = _field(form, "language")
    if language is None:
        raise RequestError("Error: Missing 'language' parameter, e.g. 'language=en-US' or 'language=auto'")
    known = {item["longCode"]: item for item in LANGUAGES}
    if language != "auto" and language not in known:
        raise RequestError(f"Error: '{language}' is not a language code known to this server: {', '.join(known)}, auto")
    text = _text(form)
    report = detect(text.plain)
    spoken = known["en-US" if language == "auto" else language]
    found = _wanted(_shown(report, _field(form, "level") == "picky"), form)
    return {
        "software": {
            "name": "detector",
            "version": __version__,
            "buildDate": None,
            "apiVersion": 1,
            "premium": False,
            "premiumHint": "",
            "status": "",
        },
        "warnings": {"incompleteResults": False},
        "language": {
            "name": spoken["name"],
            "code": spoken["longCode"],
            "detectedLanguage": {"name": spoken["name"], "code": spoken["longCode"], "confidence": 1.0},
        },
        "matches": _matches(text, found),
    }


def _matches(text: _Text, found: list[Finding]) -> list[dict[str, Any]]:
    units = utf16_offsets(text.whole)
    # The ends of sentences; the last of the text is one as well.
    cuts = sorted({0, *load_models().splitter.ends(text.plain), len(text.plain)})
    sentences = list(pairwise(cuts))
    out = []
    for finding in found:
        start, end = text.source_span(finding.start, finding.end)
        if start == end:  # of markup that is empty and stands for words
            continue
        offset, length = int(units[start]), int(units[end] - units[start])
        first = max(0, start - _AROUND)
        first_sentence, last_sentence = sentences[max(0, bisect_right(cuts, finding.start) - 1)]
        cue = CUE_BY_ID[finding.cue]
        out.append(
            {
                "message": sentence(finding),
                "shortMessage": finding.label.capitalize(),
                "replacements": [{"value": a.text} for a in finding.alternatives],
                "offset": offset,
                "length": length,
                "context": {
                    "text": text.whole[first : end + _AROUND],
                    "offset": int(units[start] - units[first]),
                    "length": length,
                },
                "sentence": text.plain[first_sentence:last_sentence].strip(),
                "type": {"typeName": "Other"},
                "rule": {
                    "id": _rule_id(finding),
                    "description": cue.label.capitalize(),
                    "issueType": "misspelling" if finding.is_damage else "style",
                    "category": _category(finding),
                },
                "ignoreForIncompleteSentence": False,
                "contextForSureMatch": 0,
            }
        )
    return out
