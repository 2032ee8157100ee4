"""Sentences: abbreviations end none."""

import pytest

from detector.text.sentences import SentenceSplitter

SPLITTER = SentenceSplitter(("mr",), (), ("the",))


def test_abbreviations_end_no_sentence():
    text = "The word of Mr. Word was kept. The word was good."
    assert [text[:end] for end in SPLITTER.ends(text)] == ["The word of Mr. Word was kept.", text]


@pytest.mark.parametrize("abbreviation", ["U.S.", "a.m.", "e.g."])
def test_the_shipped_splitter_knows_abbreviations(models, abbreviation):
    text = f"They came from {abbreviation} Halvorsen and left. She came at noon."
    assert models.splitter.ends(text) == [text.index(" She"), len(text)]


# The corpus is half British news, which writes these without a full stop, so Punkt takes the stop for a sentence end.
@pytest.mark.xfail(strict=True, reason="known failure of the trained parameters")
@pytest.mark.parametrize("title", ["Dr.", "Mr.", "Mrs."])
def test_the_shipped_splitter_knows_titles(models, title):
    text = f"They asked {title} Halvorsen to wait. She came at noon."
    assert models.splitter.ends(text) == [text.index(" She"), len(text)]
