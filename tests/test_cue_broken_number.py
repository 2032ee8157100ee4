"""Numbers half in figures and half in words, and what they are in figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector import apply_plan, detect, reverse
from detector.cues.broken_number import iter_broken_numbers
from detector.text.numbers import value_of


def in_figures(text):
    found = list(iter_broken_numbers(text))
    for start, end, figures in reversed(found):
        text = text[:start] + figures + text[end:]
    return text


@pytest.mark.parametrize(
    ("broken", "figures"),
    [
        ("at four.30pm and 6.thirty pm", "at 4.30pm and 6.30 pm"),
        ("six:30, 6:thirty", "6:30, 6:30"),
        ("$three, £two.5m, €twenty-five and $two hundred", "$3, £2.5m, €25 and $200"),
        ("£five million, two.5 million, $1.two billion", "£5 million, 2.5 million, $1.2 billion"),
        ("1/three, three/4 and 24/seven", "1/3, 3/4 and 24/7"),
        ("twenty%, forty five%, 3.five%, FORTY-FIVE%", "20%, 45%, 3.5%, 45%"),
        ("1,two hundred; two,000; 100,five hundred and six", "1,200; 2,000; 100,506"),
        ("won three-0, 2-one and ten-1", "won 3-0, 2-1 and 10-1"),
        ("twenty-5 men", "25 men"),
        ("the 19 nineties and the nineteen-80s", "the 1990s and the 1980s"),
        ("a one.5km walk (four.30pm)", "a 1.5km walk (4.30pm)"),
    ],
)
def test_what_is_broken_is_put_in_figures(broken, figures):
    assert in_figures(broken) == figures


@pytest.mark.parametrize(
    "text",
    [
        "three-D, one-on-one, one-two, two/three, twenty-first, 9-to-five, the mid-nineties",
        "forty five percent, $3 million, 10% of, ten p.m., one million, nine 11, Boeing 747",
        "dimension one.66 More, the third one.20\nThere, half past four. 30 people",
        "2004.Three men, 7-Eleven, 7-eleven, Hawaii Five-0",
        "1, two; 1,two; one, 2; nine-1971; two-2005; one:many; six:75",
        "http://x.y/one-2 version 2.one-step",
    ],
)
def test_what_people_write_stays(text):
    assert in_figures(text) == text


@given(
    st.lists(
        st.sampled_from("one two hundred forty five 1 20 000 . , : / - % $ £ \n pm million and".split(" ")), max_size=14
    )
)
def test_spans_are_disjoint_and_nothing_is_left_to_mend(pieces):
    for text in ("".join(pieces), " ".join(pieces)):
        found = list(iter_broken_numbers(text))
        assert all(a < b for a, b, _ in found)
        assert all(one[1] <= other[0] for one, other in zip(found, found[1:], strict=False))
        assert all(not any(c.isalpha() for c in figures[:2]) for _, _, figures in found)


def test_they_are_evidence_and_reverse_puts_them_in_figures():
    text = "The ferry leaves at four.30pm on Monday, costs $three, and is full by noon if the strait is calm."
    report, restoration = detect(text), reverse(text)
    assert [(e.surface, e.alternatives[0].text) for e in report.evidence if e.cue == "broken_number"] == [
        ("four.30pm", "4.30pm"),
        ("$three", "$3"),
    ]
    assert restoration.text == text.replace("four.30", "4.30").replace("$three", "$3")
    assert apply_plan(text, restoration.plan) == restoration.text


@pytest.mark.parametrize(("words", "value"), [("zero", 0), ("ninety nine", 99), ("Three Hundred and Twelve", 312)])
def test_words_have_a_value(words, value):
    assert value_of(words) == value
