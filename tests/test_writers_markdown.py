import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector import Edit
from detector.errors import PlanError
from detector.writers import writer_for
from detector.writers.wording import spread

write = writer_for("markdown").write


def made(source, *pairs, encoding="utf-8"):
    """Return the file after edits, given as pairs of spun and original, and the edits that were left out."""
    plan = [Edit(source.index(spun), source.index(spun) + len(spun), spun, new, 1.0) for spun, new in pairs]
    out = write(source.encode(encoding), source.encode(encoding).decode(encoding), plan)
    return out.data.decode(encoding), [e.spun for e in out.left_out]


@pytest.mark.parametrize(
    ("source", "spun", "original", "result"),
    [
        ("# A calm sea\n", "calm", "quiet", "# A quiet sea\n"),
        ("It is **very calm** here.", "very calm", "rather quiet", "It is **rather quiet** here."),
        # Word for word, whatever stands between them.
        ("It is **very** calm here.", "very** calm", "rather quiet", "It is **rather** quiet here."),
        ("It is very **calm** here.", "very **calm", "rather quiet", "It is rather **quiet** here."),
        ("It is very _calm_ here.", "very _calm_", "rather quiet", "It is rather _quiet_ here."),
        ("It is ~~very~~ calm.", "very~~ calm", "so quiet", "It is ~~so~~ quiet."),
        # Too few words: those that are marked get them.
        ("We go **to** Oslo.", "go **to", "reach", "We **reach** Oslo."),
        ("We **go** to Oslo.", "go** to", "reach", "We **reach** Oslo."),
        ("We go *right* to Oslo.", "go *right* to", "reach", "We *reach* Oslo."),
        # More words than before.
        ("We **reach** *it* now.", "reach** *it", "go to that", "We **go to** *that* now."),
        # Words that stay keep their place.
        ("The _very_ best day", "The _very_ best day", "One very good fine day", "One _very_ good fine day"),
        (
            "See [the port](http://x.org/a_b) now",
            "See [the port",
            "Visit a quay",
            "Visit [a quay](http://x.org/a_b) now",
        ),
        ("See <b>the</b> port", "the</b> port", "a quay", "See <b>a</b> quay"),
        # Ends of lines, and the marks that begin the next one.
        ("> calm\n> sea", "calm\n> sea", "quiet ocean", "> quiet\n> ocean"),
        ("a calm  \r\nsea\r\n", "calm  \r\nsea", "quiet ocean", "a quiet  \r\nocean\r\n"),
        ("a calm\nsea", "calm\nsea", "ocean", "a ocean\n"),
        # An original with the same marks is Markdown already.
        ("It is very **calm**.", "very **calm**", "**so** quiet", "It is **so** quiet."),
        ("snake_case is calm", "snake_case is", "it was", "it was calm"),
    ],
)
def test_only_words_change(source, spun, original, result):
    assert made(source, (spun, original)) == (result, [])


def test_an_edit_with_too_few_words_for_its_marks_is_left_out():
    assert made("A **big** _red_ boat and a calm sea", ("big** _red", "huge"), ("calm", "quiet")) == (
        "A **big** _red_ boat and a quiet sea",
        ["big** _red"],
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_bytes_of_the_rest_stay(encoding):
    source = "The café is “calm” today.\r\n\r\nNobody comes – it is a naïve place, à la carte, “très” chic.\n"
    data = source.encode(encoding)
    text = data.decode("utf-8" if encoding == "utf-8-sig" else encoding)
    start = text.index("calm")
    out = write(data, text, [Edit(start, start + 4, "calm", "très", 1.0)]).data
    assert out == source.replace("calm", "très").encode(encoding)


def test_utf_16_of_the_other_order_stays():
    data = b"\xfe\xff" + "a calm sea".encode("utf-16-be")
    assert write(data, "a calm sea", [Edit(2, 6, "calm", "quiet", 1.0)]).data == b"\xfe\xff" + "a quiet sea".encode(
        "utf-16-be"
    )


def test_characters_that_the_encoding_lacks_are_written_as_references():
    source = "Le café de Zoé est fermé à Noël, hélas, et la Géographie du café."
    data = source.encode("cp1252")
    plan = [Edit(3, 7, "café", "Ωmega", 1.0)]
    assert b"&#937;mega" in write(data, source, plan).data


def test_a_plan_for_another_text_is_refused():
    with pytest.raises(PlanError, match="read from this file"):
        write(b"calm sea", "quiet sea", [])


PIECES = st.lists(st.sampled_from(["calm", "sea", "an", "old", "**", "_", "[", "](x)", "\n", "\n> "]), max_size=12)


@given(PIECES, st.lists(st.sampled_from(["quiet", "ship", "to"]), min_size=1, max_size=5), st.data())
def test_marks_stay_and_words_are_the_originals(pieces, original, data):
    text = "a " + " ".join(pieces) + " z"
    words = [m.span() for m in re.finditer(r"\b(?:[^\W_x]+)\b", text)]
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    start, end = words[first][0], words[last][1]
    out = write(text.encode(), text, [Edit(start, end, text[start:end], " ".join(original), 1.0)])
    result = out.data.decode()
    if out.left_out:
        assert result == text
        return
    assert (result[:start], result[len(result) - len(text) + end :]) == (text[:start], text[end:])
    inner = result[start : len(result) - len(text) + end]
    marks = re.compile(r"\]\(x\)|[*_\[>\n]")
    assert marks.findall(inner) == marks.findall(text[start:end])
    assert marks.sub(" ", inner).split() == original


@given(st.lists(st.text("ab ", max_size=6), min_size=1, max_size=5), st.text("xyz ", max_size=9))
def test_spread_loses_no_word_and_no_space(parts, new):
    out = spread(parts, new)
    assert len(out) == len(parts)
    assert "".join(out) == new
