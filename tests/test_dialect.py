"""A text's dialect, by its own words, and originals spelt in it."""

import pytest

from detector import detect, reverse
from detector.text.dialect import Dialect, american, british

BRITISH, OXFORD, AMERICAN = Dialect(True, False), Dialect(True, True), Dialect(False, True)


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("The colour of the harbour had changed, and nobody realised why.", BRITISH),
        ("The colour of the harbour had changed, and nobody realized why.", OXFORD),
        ("The color of the harbor had changed, and nobody realized why.", AMERICAN),
        ("THE COLOUR OF THE HARBOUR HAD CHANGED.", BRITISH),
        ("The tide was out, and the men walked towards the boats in the grey light.", None),
        ("Nobody realized why the tide was out.", None),
        ("They met at Pearl Harbor and at Rockefeller Center.", None),
        ("One wrote colour, the other wrote color.", None),
        ("", None),
    ],
)
def test_a_text_has_the_dialect_of_its_own_words(text, dialect):
    assert Dialect.of(text) == dialect


@pytest.mark.parametrize(
    ("dialect", "wording", "spelt"),
    [
        (BRITISH, "Rumors of an organized defense", "Rumours of an organised defence"),
        (OXFORD, "Rumors of an organized defense", "Rumours of an organized defence"),
        (AMERICAN, "Rumours of an organised defence", "Rumors of an organized defense"),
        (AMERICAN, "RUMOUR", "RUMOR"),
        (AMERICAN, "towards the theatre in the grey light", "towards the theatre in the grey light"),
        (BRITISH, "a program of measures, a story and a tire", "a program of measures, a story and a tire"),
        (
            BRITISH,
            "four wise men exercise and look at the size of the flour",
            "four wise men exercise and look at the size of the flour",
        ),
    ],
)
def test_a_wording_is_spelt_in_a_dialect(dialect, wording, spelt):
    assert dialect.spelt(wording) == spelt
    assert dialect.spelt(spelt) == spelt


def test_words_that_stay_keep_their_spelling():
    assert BRITISH.spelt("the color and the flavor", keep=["color"]) == "the color and the flavour"


def test_what_one_side_writes_the_other_side_changes_back():
    for word in ("harbour", "organised", "travelled", "defence", "theatre", "analysed", "catalogue"):
        assert british(american(word)) == word


SPUN = (
    "The neighbours favour the plan, the mayor mentioned on Monday, and the harbour will be doable to open in Could. "
    "Officers mentioned that folks within the city had heard the hearsay, and that the tint of the grey theatre "
    "was chosen by the nationwide safety adviser, who travelled there final yr and mentioned little."
)


@pytest.mark.parametrize("spell", [lambda text: text, lambda text: " ".join(map(american, text.split(" ")))])
def test_originals_are_in_the_dialect_of_the_document(spell):
    text = spell(SPUN)
    dialect = Dialect.of(text)
    assert dialect is not None
    report, restoration = detect(text), reverse(text)
    assert restoration.plan
    for edit in restoration.plan:
        kept = edit.spun.lower().split()
        assert dialect.spelt(edit.original, kept) == edit.original != edit.spun
        assert all(dialect.spelt(a.text, kept) == a.text for a in edit.alternatives)
    edits = {(e.start, e.end, e.original) for e in restoration.plan}
    assert edits == {(e.start, e.end, e.alternatives[0].text) for e in report.evidence if e.alternatives}
    assert Dialect.of(restoration.text) == dialect
