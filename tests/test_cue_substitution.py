"""A plan as evidence: the same spans, the same originals, and the word that stands throughout."""

import pytest

from detector import Edit, EditAlternative, detect, reverse
from detector.cues.substitution import CONSISTENT, CUE, classified, evidence_of, times_likelier

SPUN = (
    "Officers mentioned on Wednesday that the nationwide price range would fall by two % subsequent yr. The prime "
    "minister instructed lawmakers that folks ought to count on greater taxes. Opposition events mentioned the plan "
    "was not doable."
)


def edits(text, *pairs):
    """An edit for every place of each (spun, original)."""
    out = []
    for spun, original in pairs:
        at = text.find(spun)
        while at >= 0:
            out.append(Edit(at, at + len(spun), spun, original, 1.5, (EditAlternative("else", 0.4),)))
            at = text.find(spun, at + 1)
    return tuple(sorted(out, key=lambda e: e.start))


def cues(text, *pairs):
    return [(e.spun, e.cue) for e in classified(text, edits(text, *pairs))]


def test_an_edit_becomes_evidence_with_its_alternatives_best_first():
    (edit,) = classified("Invoice Gates", edits("Invoice Gates", ("Invoice", "Bill")))
    e = evidence_of(edit)
    assert (e.start, e.end, e.surface, e.cue, e.log10_odds) == (0, 7, "Invoice", CUE.id, 1.5)
    assert [(a.text, a.log10_odds) for a in e.alternatives] == [("Bill", 1.5), ("else", 0.4)]
    assert e.message == "“Bill” is about 32 times likelier here than “Invoice”."


def test_an_empty_plan_stays_empty():
    assert classified("Bill Gates", ()) == []


def test_edits_that_other_cues_made_keep_their_cue_and_message():
    repair = Edit(0, 5, "Folsk", "Folks", 2.0, (), "name_mangling", "A letter is wrong.")
    assert classified("Folsk came.", (repair,)) == [repair]


def test_the_same_word_throughout_is_consistent_if_its_original_never_occurs():
    text = "Folks came, and other folks went."
    assert cues(text, ("Folks", "People"), ("folks", "people")) == [("Folks", CONSISTENT.id), ("folks", CONSISTENT.id)]


def test_once_is_not_consistent():
    assert cues("Some folks came.", ("folks", "people")) == [("folks", CUE.id)]


def test_it_is_not_consistent_if_the_writer_knows_the_usual_word():
    text = "Folks came, and other folks went, but most people stayed."
    assert {cue for _, cue in cues(text, ("Folks", "People"), ("folks", "people"))} == {CUE.id}


@pytest.mark.parametrize("known", ["most people, though, stayed", "people’s dogs stayed", "they were good people"])
def test_marks_beside_the_usual_word_do_not_hide_it(known):
    assert {cue for _, cue in cues(f"Folks came, and folks went; {known}.", ("olks", "people"))} == {CUE.id}


def test_another_word_that_holds_the_usual_one_is_not_it():
    assert {cue for _, cue in cues("Folks came, and folks went to peopled isles.", ("olks", "people"))} == {
        CONSISTENT.id
    }


def test_two_originals_of_one_word_are_counted_apart():
    text = "The gathering chose a gathering."
    plan = (Edit(4, 13, "gathering", "meeting", 1.0), Edit(22, 31, "gathering", "crowd", 1.0))
    assert {e.cue for e in classified(text, plan)} == {CUE.id}


@pytest.mark.parametrize(
    ("log10_odds", "words"),
    [
        (-2.0, "no likelier"),
        (0.0, "no likelier"),
        (0.3, "about 2.0 times likelier"),
        (1.0, "about 10 times likelier"),
        (2.0, "about 100 times likelier"),
        (3.1, "about 1,300 times likelier"),
        (6.0, "about 1,000,000 times likelier"),
        (99.0, "about 1,000,000,000 times likelier"),
    ],
)
def test_odds_in_words(log10_odds, words):
    assert times_likelier(log10_odds) == words


def test_the_report_shows_the_edits_of_the_restorer():
    blamed = [
        (e.start, e.end, e.surface, e.alternatives[0].text)
        for e in detect(SPUN).evidence
        if e.cue in (CUE.id, CONSISTENT.id)
    ]
    assert len(blamed) >= 10
    assert blamed == [(e.start, e.end, e.spun, e.original) for e in reverse(SPUN).plan]
