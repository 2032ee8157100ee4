"""Tortured phrases: found in place, counted only if their conditions hold."""

import pytest

from detector.cues.tortured_phrase import CUE
from detector.text.phrase_index import PhraseIndex
from detector.text.phrase_query import PhraseQuery, first_term, parse
from detector.text.tokens import tokenize

QUERIES = {
    '"bosom peril"': "breast cancer",
    '"counterfeit consciousness"': "artificial intelligence",
    '"surface highlights" NOT specular': "surface features",
    '"profound learning" AND "deep learning"': "deep learning",
    '"disappearing gradient problem"~5': "vanishing gradient problem",
    '"irregular woodland" AND (trees OR "tree classifier")': "random forest",
}


@pytest.fixture(scope="module")
def find(models):
    phrase_queries = []
    for text, expected in QUERIES.items():
        phrase_queries.append(PhraseQuery(first_term(parse(text)), expected, 2.0, text))
    index = PhraseIndex(phrase_queries, models.vocabulary)

    def of(*texts):
        found = index.find(tokenize(texts, models.vocabulary))
        return [
            [(text[start:end], query.expected) for start, end, query in of_text]
            for text, of_text in zip(texts, found, strict=True)
        ]

    return of


def test_every_place_of_a_phrase_is_found_in_any_case(find):
    assert find("Bosom peril is not bosom\nperil's kin.") == [
        [("Bosom peril", "breast cancer"), ("bosom\nperil", "breast cancer")]
    ]


def test_marks_between_the_words_do_not_hide_a_phrase(find):
    assert find("We screen for bosom-peril.") == [[("bosom-peril", "breast cancer")]]


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("Surface highlights were measured.", 1),
        ("Specular surface highlights were measured.", 0),
        ("Profound learning marked him.", 0),
        ("Profound learning, or deep learning, is taught.", 1),
        ("The problem of a disappearing gradient is old.", 1),
        ("The gradient fell. One, two, three, four, five, six: disappearing was a problem.", 0),
        ("An irregular woodland of trees.", 1),
        ("An irregular woodland with a tree classifier.", 1),
        ("An irregular woodland of shrubs.", 0),
        ("The counterfeit consciousness", 1),
        ("counterfeit", 0),
        ("", 0),
    ],
)
def test_guards_hold_over_the_document(find, text, n):
    assert len(find(text)[0]) == n


def test_a_guard_is_met_within_the_document_only(find):
    assert find("Profound learning is new.", "Deep learning is old.") == [[], []]


def test_findings_come_in_order_of_place(find):
    text = "Counterfeit consciousness and bosom peril and counterfeit consciousness."
    assert [s for s, _ in find(text)[0]] == ["Counterfeit consciousness", "bosom peril", "counterfeit consciousness"]


def test_the_shipped_phrases_are_many_and_weighed(models):
    phrase_queries = models.tortured_phrases.phrase_queries
    assert len(phrase_queries) > 5_000
    assert all(f.log10_odds > 0 and f.anchor == first_term(f.query) for f in phrase_queries)
    guarded = [f for f in phrase_queries if not isinstance(f.query, type(f.anchor))]
    assert len(guarded) > 100
    assert sum(f.anchor.slop is not None for f in phrase_queries) > 10


def test_a_document_of_all_shipped_phrases_holds_most_of_them(models, cue_context):
    plain = [f for f in models.tortured_phrases.phrase_queries if f.query == f.anchor and f.anchor.slop is None]
    text = ". ".join(" ".join(f.anchor.words) for f in plain[:300])
    found = {e.surface for e in CUE.find(cue_context(text))[0]}
    assert {" ".join(f.anchor.words) for f in plain[:300]} <= found
