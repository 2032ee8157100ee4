"""`detector bug-report`."""

from __future__ import annotations

import platform
import re
from collections import Counter
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import click

from detector.api import detect, model_info
from detector.cli.call import Invocation
from detector.cli.inputs import STDIN, Input, iter_inputs
from detector.extras import libraries_of
from detector.report.json import dumps
from detector.report.model import fitted
from detector.types import Report

__all__ = ["bug_report", "bundle"]

# Libraries that the reading of a file depends on.
_LIBRARIES = (
    *("numpy", "ftfy", "charset-normalizer", "markdown-it-py", "click"),
    *libraries_of("html", "pdf", "docx"),
)
_TEXTS = frozenset({"surface", "alternatives", "message", "text"})  # fields that hold words of the document


@click.command("bug-report", short_help="Facts for a report to the maintainers, without the text.")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--include-text", is_flag=True, help="Include the text and its words, if it may be published.")
@click.option("--expected", type=click.Choice(("human", "spun")), help="Whether the text is spun, as far as you know.")
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file.")
def bug_report(path: Path, include_text: bool, expected: str | None, output: Path | None) -> int:
    """Write facts for a report of a false positive or a missed spinner, as JSON. FILE - reads standard input.

    It contains versions, models, verdict, probabilities, and kind, place and odds of each finding, but no word of the
    text unless --include-text is given, and never the name of the file.
    """
    call = Invocation("json", None if output is None or str(output) == STDIN else output, "never", quiet=False)
    call.protect([path])
    (item,) = iter_inputs([path])
    if isinstance(item, Input):
        made = dumps(bundle(item, expected, include_text), indent=1)
        with call.writer() as write:
            write(made + "\n")
    else:
        call.fail(item)
    return call.code()


def bundle(item: Input, expected: str | None, include_text: bool) -> dict[str, Any]:
    """Return the bundle; without `include_text` no word of the document is in it."""
    document = item.document
    report = fitted(document, detect(document.judged_text))
    info = model_info()
    made: dict[str, Any] = {
        "bundle": "detector bug-report 1",
        "expected": expected,
        "version": info["version"],
        "signature": info["signature"],
        "thresholds": info["thresholds"],
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "libraries": {name: found for name in _LIBRARIES if (found := _version(name))},
        "file": {
            "suffix": item.suffix,
            "bytes": len(item.data),
            "encoding": document.encoding,
            "extracted": document.extracted,
            "sha256": item.sha256 if include_text else None,
        },
        "form": _form(document.text),
        "report": report.to_dict() if include_text else _without_words(report),
    }
    if include_text:
        made["text"] = document.text
    return made


def _without_words(report: Report) -> dict[str, Any]:
    """Return a report without the words of its document; of each alternative its odds are left."""
    made = report.to_dict()
    for kind in ("evidence", "damage"):
        made[kind] = [
            {name: value for name, value in finding.items() if name not in _TEXTS}
            | {"alternatives": [a["log10_odds"] for a in finding["alternatives"]]}
            for finding in made[kind]
        ]
    made["findings"] = dict(Counter(e.cue for e in report.evidence))
    return made


def _form(text: str) -> dict[str, float]:
    """Return how a text is written, without its words: shares of characters, and lengths in words."""
    letters = max(1, sum(map(str.isalpha, text)))
    lines = [line for line in text.splitlines() if line.strip()]
    return {
        "characters": len(text),
        "upper_case": round(sum(map(str.isupper, text)) / letters, 4),
        "not_ascii": round(sum(not c.isascii() for c in text) / max(1, len(text)), 4),
        "digits": round(sum(map(str.isdigit, text)) / max(1, len(text)), 4),
        "words_a_line": round(len(text.split()) / max(1, len(lines)), 1),
        "words_a_sentence": round(len(text.split()) / max(1, len(re.findall(r"[.!?]+(?=\s|$)", text))), 1),
    }


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None
