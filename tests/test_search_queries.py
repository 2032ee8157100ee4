"""What to search for: whatever the lines it is written in, certain, and fit to stand between quotation marks."""

import textwrap

import pytest

from detector import Edit, Restoration, apply_plan, reverse
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


def queries(text, *edits, odd=()):
    return search_queries(Restoration(apply_plan(text, edits), edits, text, 0.3), odd)


def test_what_is_odd_or_restored_with_doubt_is_in_no_query():
    first, second = "the ancient crane at the northern pier fell into", "harbour of Varnesund during the October gale"
    text = f"In spring {first} the deep {second}."
    at = text.index("deep")
    assert queries(text) == (text,)
    doubtful = Edit(at, at + 4, "deep", "cold", 1.0)
    assert set(queries(text, doubtful)) == {f"In spring {first} the", f"{second}."}
    assert set(queries(text, odd=[(at, at + 4)])) == {f"In spring {first} the", f"{second}."}
    sure = Edit(at, at + 4, "deep", "cold", 3.0)
    assert queries(text, sure) == (text.replace("deep", "cold"),)
    # Of equal stretches, the one that was not changed comes first.
    assert queries(f"{text}\n\n{text}", sure) == (text, text.replace("deep", "cold"))


@pytest.mark.parametrize("mark", ["# ", "> ", "* ", "— ", "1) "])
def test_marks_before_a_heading_or_an_entry_are_left_out(mark):
    (query,) = queries(f"{mark}{TITLE}\n")
    assert query.removeprefix("1) ") == TITLE
