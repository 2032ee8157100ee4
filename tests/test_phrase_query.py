import pytest

from detector.errors import InputError
from detector.text.phrase_query import DocumentWords, Term, parse


def holds(query, text):
    return DocumentWords(text.lower().split()).holds(parse(query))


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ('"bosom peril"', "a study of bosom peril in mice", True),
        ('"bosom peril"', "the peril of her bosom", False),
        ('"bosom peril"', "bosoms peril", False),
        ('"surface region" AND "surface area"', "surface area and surface region", True),
        ('"surface region" AND "surface area"', "the surface region alone", False),
        ('"surface highlights" NOT specular', "surface highlights were seen", True),
        ('"surface highlights" NOT specular', "specular surface highlights were seen", False),
        ('"supply route" AND artery', "each supply route beside an artery", True),
        ('"enhancement calculation" AND optimiz*', "an enhancement calculation optimizing cost", True),
        ('"enhancement calculation" AND optimiz*', "an enhancement calculation of cost", False),
        ('"PC helped" AND ("be that as it" OR "on the off chance")', "pc helped on the off chance that", True),
        ('"PC helped" AND ("be that as it" OR "on the off chance")', "pc helped us", False),
        ('"fit record" OR "fit file" AND "fit index"', "a fit record", True),
        ('"fit record" OR "fit file" AND "fit index"', "a fit file", False),
        ('"gatherings clustering"~3', "clustering of all the gatherings", True),
        ('"gatherings clustering"~3', "gatherings of many more people than clustering", False),
        ('"national production" ADN "GDP"', "national production gdp", True),
    ],
)
def test_operators(query, text, expected):
    assert holds(query, text) is expected


def test_a_plain_fingerprint_is_a_term():
    assert parse('"Counterfeit Consciousness"') == Term(("counterfeit", "consciousness"))


@pytest.mark.parametrize("query", ['"a b" AND', '("a b"', '"a b" AND OR "c"', ""])
def test_queries_that_do_not_parse_say_so(query):
    with pytest.raises(InputError, match="query"):
        parse(query)
