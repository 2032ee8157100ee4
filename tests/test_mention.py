"""Mention is not use: what a text quotes or lists as wordings, and names, weighs nothing and stays as it is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector import detect, reverse
from detector.text.mention import is_quoted, mentioned_spans
from detector.text.phrase_mention import with_mentions
from detector.text.tokens import tokenize


def mentioned(text):
    return [text[start:end] for start, end in mentioned_spans(text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The word “doable” is new.", ["doable"]),
        ('What the clerk calls "a doable plan" is the phrase "a plan".', ["a doable plan", "a plan"]),
        ("‘Folks’ stands for ‘people’ there.", ["Folks", "people"]),
        ("It turns “last year” into “final yr,” and “May” into “Could.”", ["last year", "final yr", "May", "Could"]),
        ("He prefers “yr” (year).", ["yr"]),
        ("Such synonyms as “folks”, “yr” and “doable” gave it away.", ["folks", "yr", "doable"]),
        ("- folks: people\n- yr: year\n- doable: possible", ["folks: people", "yr: year", "doable: possible"]),
        (
            "1. “folks” → people\n\n2. “yr” → year\n\n3. “Could” → May",
            ["“folks” → people", "“yr” → year", "“Could” → May"],
        ),
        # With four others, a quotation that nothing else explains.
        (
            "It put “folks” for “people” and “yr” for “year”; the mayor was “the primary citizen”. “Go,” said Anna.",
            ["folks", "people", "yr", "year", "the primary citizen"],
        ),
    ],
)
def test_what_is_mentioned(text, words):
    assert mentioned(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "“Very well,” he said. “We go.”",
        "She called it “unfair” and “a disgrace” in front of the children.",
        "The plan was “painful”. The other was “wrong”.",
        "“It adds twenty minutes, and my youngest is sick on buses and on boats,” said Peter Oakes.",
        "Folks: people who fish.\nA line of prose follows it here, and it runs on for a while.\nNobody: no one.",
        "- Anna: yes.\n- Peter: no.\n- Anna: yes.",
        "rock 'n' roll and the dogs' bones, the '60s and the cats' tails",
        "",
    ],
)
def test_what_is_used(text):
    assert mentioned(text) == []


@given(st.text(alphabet="a “”\"'‘’-:→(\n.,", max_size=60))
def test_spans_lie_in_the_text_and_a_quotation_has_marks_around_it(text):
    spans = mentioned_spans(text)
    assert spans == sorted(spans)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert len(is_quoted(text, spans)) == len(spans)


@pytest.mark.parametrize(
    ("text", "is_mention"),
    [
        ("Some wrote bosom peril instead of breast cancer.", True),
        ("Some wrote of breast cancer as “bosom peril” there.", True),
        ("In it a random forest becomes an irregular woodland, which makes no sense.", True),
        ("The tortured phrases that we found were bosom peril and profound learning.", True),
        ("Last night the Irregular Woodland played in the old town hall.", True),
        ("Women over fifty were screened for bosom peril every second year.", False),
        ("Profound learning is the part of deep learning that this chapter treats.", False),
        ("An Irregular Woodland (IW) was trained on the readings of the meter.", False),
        ("A Profound Learning Method for the Detection of Bosom Peril", False),
        ("WOMEN WERE SCREENED FOR BOSOM PERIL EVERY YEAR.", False),
    ],
)
def test_a_listed_phrase_is_a_mention_beside_its_term_in_quotes_or_as_a_name(models, text, is_mention):
    batch = with_mentions(tokenize([text], models.vocabulary), models.tortured_phrases)
    assert bool(batch.mentions[0]) == is_mention
    assert models.tortured_phrases.find(batch)[0]


def test_a_mention_is_a_finding_that_weighs_nothing_and_stays():
    used = "Women over fifty were screened for bosom peril every second year, as in the rest of the country."
    text = used.replace("screened for bosom peril", "asked what the words “bosom peril” mean")
    finding = detect(text).evidence[0]
    assert (finding.surface, finding.log10_odds, finding.alternatives) == ("bosom peril", 0.0, ())
    assert "mentions" in finding.message
    assert reverse(text).text == text
    assert "breast cancer" in reverse(used).text


def test_damage_in_a_mention_is_damage():
    report = detect(
        "He wrote the word “pоlicy” on the board, and nobody in the room saw that its o was a Cyrillic one."
    )
    assert [(d.surface, d.alternatives[0].text) for d in report.damage] == [("pоlicy", "policy")]


def test_mentioned_words_are_words_that_are_not_judged(models):
    plain = tokenize(["It put “folks” for “people”.", "Nothing."], models.vocabulary)
    batch = plain.with_mentions([[(8, 13), (20, 26)], []])
    assert batch.mentions == [[(8, 13), (20, 26)], []]
    assert batch.n_words.tolist() == plain.n_words.tolist() == [5, 1]
    assert np.bincount(batch.document_of[batch.is_judged]).tolist() == [3, 1]
    assert plain.with_mentions([[], []]) is plain


def test_a_text_of_nothing_but_mentions_gets_no_verdict():
    rows = "\n".join(["in the tip of it – at the end of it", "for the first time – for the primary time"] * 4)
    report = detect(rows)
    assert report.verdict == "insufficient_text"
    assert report.n_words >= 20
    assert not report.passages


def test_quotation_marks_around_substitutes_hide_none():
    text = (
        "The primary secretary of state “instructed” reporters that the “nationwide” safety adviser would go to the "
        "Chinese language capital in “Could”. “Officers” mentioned the journey was “doable”, and “folks” within the "
        "overseas ministry “mentioned” it will “scale back” the danger of battle between the 2 powers. The White Home "
        "“mentioned” that the protection minister had a “gathering” about international commerce final “yr”."
    )
    assert mentioned(text) == []
    assert detect(text).verdict == "spun"
