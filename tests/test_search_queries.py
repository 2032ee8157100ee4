"""Sentences to search for: whole, whatever the lines they are written in, and fit to stand between quotation marks."""

import textwrap

import pytest

from detector import reverse
from detector.search_queries import search_queries

TITLE = "The harbour board meets about the crane"
SENTENCES = (
    "The harbour board has declared that the ancient crane at the northern pier will be removed in October.",
    "Several fishermen told the newspaper that nobody had asked them about the timetable of the works.",
    '"Nobody asked," said Anna, "and nobody ever will while the harbour is run from an office in the capital."',
)


@pytest.mark.parametrize("width", [30, 60, 400])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_lines_do_not_cut_a_sentence(width, line_end):
    text = "\n\n".join(textwrap.fill(part, width) for part in (TITLE, " ".join(SENTENCES)))
    queries = search_queries(reverse(text.replace("\n", line_end)))
    quoted = "and nobody ever will while the harbour is run from an office in the capital."
    assert set(queries) == {TITLE, *SENTENCES[:2], quoted}


def test_a_heading_and_what_follows_it_are_two():
    queries = search_queries(reverse(f"{TITLE}\n{SENTENCES[0]}"))
    assert set(queries) == {TITLE, SENTENCES[0]}


def test_what_quotation_marks_leave_is_long_enough():
    short = '"We are going", she said; "they never wanted us to", and then the old ferry left.'
    assert search_queries(reverse(short)) == ()
    rest = "nobody on the quay had any idea of what the captain was going to do next"
    assert search_queries(reverse(f'"We are going", she said, and {rest}.')) == (f"she said, and {rest}.",)
