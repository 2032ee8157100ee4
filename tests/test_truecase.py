"""Capitals that mean nothing: texts in one case are read in the usual case of their words, others as they stand."""

import numpy as np
import pytest

from detector.text.tokens import ALL_UPPER, FIRST_UPPER, MIXED_CASE, WORD, tokenize
from detector.text.truecase import truecased
from detector.text.vocabulary import NAME, UNKNOWN

# Every word in its usual case.
TEXT = (
    "She flew to London on Monday with a friend from France. They walked along the river in the rain, and then I asked "
    "them about a photograph that NASA had sent to Germany."
)
CASES = {"lower": str.lower, "upper": str.upper, "title": str.title}
FRAGMENTS = ["the harbour in france", "quiet at noon", "Harbour Office", "LATE FERRY"]


def read(models, *texts):
    """The ids and the letter case of the words of each text."""
    batch = tokenize(texts, models.vocabulary)
    case = batch.shape & (FIRST_UPPER | ALL_UPPER | MIXED_CASE)
    return [
        (batch.ids[low:high].tolist(), case[low:high].tolist())
        for low, high in zip(batch.documents, batch.documents[1:], strict=False)
    ]


def capitals(models, text):
    """The words of a text that are read with a capital."""
    batch = tokenize([text], models.vocabulary)
    return [
        batch.surface(i, i + 1).lower()
        for i in np.flatnonzero((batch.shape & (FIRST_UPPER | WORD)) == FIRST_UPPER | WORD)
    ]


@pytest.mark.parametrize("case", CASES)
def test_a_text_in_one_case_is_read_as_its_writer_would_have_written_it(models, case):
    assert read(models, CASES[case](TEXT)) == read(models, TEXT)


@pytest.mark.parametrize("case", ["lower", "upper"])
def test_without_marks_too(models, case):
    text = TEXT.replace(".", "").replace(",", "").replace("They", "they")
    assert read(models, CASES[case](text)) == read(models, text)


def test_names_in_lower_case_alone_are_names_too(models):
    text = "She flew to london on monday with a friend from france. They drove to germany, and then i slept."
    assert capitals(models, text) == ["she", "london", "monday", "france", "they", "germany", "i"]


def test_one_name_in_lower_case_among_others_is_a_slip_and_stays(models):
    text = TEXT.replace("London", "london")
    assert "london" not in capitals(models, text)
    assert capitals(models, text) == [w for w in capitals(models, TEXT) if w != "london"]


def test_a_word_that_is_not_listed_is_a_name_in_a_text_of_one_case_only(models):
    cased, small = (f"{TEXT} Then we met varnesundic men.", f"{TEXT} Then we met varnesundic men.".lower())
    (of_cased, _), (of_small, case) = read(models, cased, small)
    place = of_cased.index(UNKNOWN)
    assert of_small[place] == NAME
    assert case[place] & FIRST_UPPER
    assert NAME not in of_cased


def test_documents_of_a_batch_are_read_each_by_itself(models):
    texts = [TEXT, TEXT.lower(), *FRAGMENTS, "", TEXT.upper(), TEXT.title(), "No.", TEXT]
    assert read(models, *texts) == [read(models, text)[0] for text in texts]


@pytest.mark.parametrize("text", [TEXT, *FRAGMENTS, "", "42 17"])
def test_cased_texts_and_those_too_short_to_decide_stay_unchanged(models, text):
    batch = tokenize([text], models.vocabulary)
    words = (batch.shape & WORD) != 0
    written = [batch.surface(i, i + 1) for i in np.flatnonzero(words)]
    assert ((batch.shape[words] & FIRST_UPPER) != 0).tolist() == [w[:1].isupper() for w in written]
    ids, shape, _ = truecased(batch.ids, batch.shape, batch.document_of, 1, models.vocabulary)
    assert ids is batch.ids
    assert shape is batch.shape


def test_a_word_read_in_its_usual_case_stays_so(models):
    batch = tokenize([TEXT.lower(), TEXT.upper(), TEXT], models.vocabulary)
    ids, shape, _ = truecased(batch.ids, batch.shape, batch.document_of, 3, models.vocabulary)
    assert ids.tolist() == batch.ids.tolist()
    assert shape.tolist() == batch.shape.tolist()
