"""The sources of the models, with licences: the corpus' own table and the lexical resources."""

from __future__ import annotations

from pathlib import Path

from detector.errors import InputError

__all__ = ["data_sources", "write_notice"]

_LEXICAL = (
    ("WordNet 3.0", "WordNet 3.0 licence, Princeton University", "synonyms, inflection (as word pairs)"),
    (
        "MyThes English thesaurus (LibreOffice)",
        "WordNet licence; compiled by D. Pedersen",
        "synonyms (as word pairs)",
    ),
    ("Synonym lists as article spinners have them", "written for this project", "synonyms (as word pairs)"),
    ("wordfreq (Robyn Speer)", "Apache-2.0; data CC BY-SA 4.0", "word frequencies"),
    (
        "Problematic Paper Screener, tortured phrases (G. Cabanac, C. Labbé, A. Magazinov)",
        "CC BY 4.0",
        "tortured phrases with their expected terms; word pairs aligned from them",
    ),
    ("Substitutions observed in spun pages", "collected for this project", "word pairs"),
)


def data_sources(corpus: Path) -> list[dict[str, str]]:
    """Return name, licence and use of every source, the corpus' from the table in its SOURCES.md."""
    path = corpus / "SOURCES.md"
    if not path.is_file():
        raise InputError(f"{path} is missing: it says under which licence each source of the corpus is used")
    rows: list[dict[str, str]] = []
    header: list[str] | None = None
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = [c.strip() for c in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            header = None
        elif header is None:
            header = cells
        elif "---" not in cells[0] and "file" in header:
            row = dict(zip(header, cells, strict=False))
            rows.append(
                {
                    "name": f"{row['file']} ({row['repo']})",
                    "licence": row["licence as stated"],
                    "use": "word and n-gram counts, fitted weights",
                }
            )
    rows += [{"name": name, "licence": licence, "use": use} for name, licence, use in _LEXICAL]
    return rows


def write_notice(sources: list[dict[str, str]], path: Path) -> None:
    """Write the notice that travels with the models."""
    lines = [
        "The models in this folder were computed from the data below. No text of it is in them: n-gram counts,",
        "word pairs, phrases of the tortured-phrase list and fitted weights are. The code's licence is MIT.",
        "",
        "Tortured phrases: Problematic Paper Screener by Guillaume Cabanac, Cyril Labbé and Alexander Magazinov,",
        "https://dbrech.irit.fr/pls/apex/f?p=9999:1, CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/);",
        "weighed and filtered by this project.",
        "",
        "WordNet 3.0 Copyright 2006 by Princeton University. All rights reserved. THIS SOFTWARE AND DATABASE IS",
        'PROVIDED "AS IS" AND PRINCETON UNIVERSITY MAKES NO REPRESENTATIONS OR WARRANTIES, EXPRESS OR IMPLIED.',
        "",
        "wordfreq data: Robyn Speer et al., CC BY-SA 4.0 (https://creativecommons.org/licenses/by-sa/4.0/).",
        "",
    ]
    for source in sources:
        lines.append(f"- {source['name']}: {source['licence']}. Used for {source['use']}.")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
