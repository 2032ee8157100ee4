"""Tracked changes in a real word processor, apart from the default tests: python -m pytest tests/libreoffice

It takes `soffice` on the path and a Python with `uno`: apt-get install libreoffice-writer python3-uno.

LibreOffice opens what the writer wrote, accepts or rejects all changes, and saves.
"""

import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from word_files import every, everything, parts, w

from detector import Edit, apply_plan
from detector.readers.docx import open_word
from detector.writers import writer_for

SETTLE = Path(__file__).with_name("settle.py")
PYTHON = "/usr/bin/python3"  # the one that LibreOffice's packages serve


@pytest.fixture
def settle(tmp_path):
    """Return a function that has LibreOffice carry out a command, as to accept all changes, on a Word file."""

    def run(data, command):
        source, target = tmp_path / "in.docx", tmp_path / "out.docx"
        source.write_bytes(data)
        (tmp_path / "profile").mkdir(exist_ok=True)
        subprocess.run([PYTHON, SETTLE, source, target, command, tmp_path / "profile"], check=True, timeout=300)
        return target.read_bytes()

    return run


def paragraphs(data):
    """Return the texts of a file's paragraphs, in no order: LibreOffice numbers notes and headers its own way."""
    return sorted(" ".join(p.split()) for p in open_word(data).text.split("\n\n"))


@pytest.mark.parametrize("words", [1, 2, 3])
def test_accepted_is_the_restored_text_and_rejected_the_input(settle, words):
    # The insertion by another author would be rejected too: it is accepted beforehand.
    source = settle(everything(), ".uno:AcceptAllTrackedChanges")
    text = open_word(source).text
    plan = every(text, words)
    written = writer_for("docx").write(source, text, plan)
    plan = [edit for edit in plan if edit not in written.left_out]
    assert len(written.left_out) < 3  # of the fields
    assert len(plan) > 10
    assert all(part in text for part in ("parrot", "herrings", "boxed", "A journal", "Printed", "three of whom"))
    assert paragraphs(settle(written.data, ".uno:AcceptAllTrackedChanges")) == paragraphs_of(apply_plan(text, plan))
    assert paragraphs(settle(written.data, ".uno:RejectAllTrackedChanges")) == paragraphs_of(text)


def test_with_the_changes_of_others_all_can_be_accepted(settle):
    source = everything()
    text = open_word(source).text
    plan = [edit for edit in every(text, 2) if not set(edit.spun.split()) & {"seven", "Captain"}]
    written = writer_for("docx").write(source, text, plan)
    assert not written.left_out
    accepted = paragraphs(settle(written.data, ".uno:AcceptAllTrackedChanges"))
    # LibreOffice computes fields anew and writes symbols in its own way.
    same = [p for p in paragraphs_of(apply_plan(text, plan)) if "seven" not in p and "\ufffc" not in p]
    assert len(same) > 15
    assert set(same) <= set(accepted)


def paragraphs_of(text):
    return sorted(" ".join(p.split()) for p in text.split("\n\n"))


def test_comments_and_authors_are_there(settle):
    source = everything()
    text = open_word(source).text
    edits = [(m, text.index(m)) for m in ("awfully late", "tide tables", "Louder", "Crew")]
    plan = [Edit(at, at + len(m), m, f"not {m}", 2.0) for m, at in sorted(edits, key=lambda e: e[1])]
    out = parts(settle(writer_for("docx").write(source, text, plan).data, ""))
    own = [c for c in out["word/comments.xml"] if c.get(w("author")) == "detector"]
    assert len(own) == len(plan)
    assert {e.get(w("author")) for e in out["word/document.xml"].iter(w("ins"), w("del"))} == {"detector", "Ann"}
