import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.errors import InputError
from detector.estimators.channel import MAX_WORDS, SOURCES
from detector.scoring.tokens import KINDS
from detector.text.spelling import one_apart
from detector.training.channel import words_of
from detector.training.families import (
    FAMILIES,
    FAMILY_BY_NAME,
    FIT_FAMILIES,
    KIND_OF,
    REWRITING,
    TUNING_FAMILIES,
    SpinnerResources,
    closest_first,
    make_spinner,
)
from detector.training.lexicon import read_dictionary, read_observed, read_observed_pairs, read_tortured
from detector.training.phrase_tables import engine_b, engine_c, round_trip
from detector.training.spinners import (
    AlignedSpan,
    DamageSpinner,
    SlipSpinner,
    TableSpinner,
    spin_part,
    undo,
)

TABLE = {
    "visit": ["go to"],
    "secretary of state": ["minister"],
    "state": ["nation"],
    "first": ["primary"],
    "may": ["could"],
    "house": ["home"],
    "old": ["outdated"],
    "big": ["huge", "large", "giant"],
    "red": ["orange"],
}
ZIPF = {w: 5.0 for h, s in TABLE.items() for p in (h, *s) for w in p.split()} | {"the": 7.7, "of": 7.4}
RESOURCES = SpinnerResources(
    thesaurus=TABLE,
    spintax={"old": ["aged", "elderly"], "visit": ["drop by"]},
    observed={"visit": ["go to"], "said": ["mentioned"]},
    aligned={"learning": ["getting to know"]},
    tortured={"breast cancer": ["bosom disease"]},
    neighbours={"red": ["blue", "green"], "monday": ["tuesday"]},
    zipf=ZIPF,
)
# Words that the tables know among words and marks that they do not, glued in odd ways.
MARKS = ["-", "–", " ", "  ", "\n", ".", ",", "'s", "’", "“", "İ", "é", "\u200b", "12"]
WORDS = ["May", "BIG", "House", "an", "a", "can", "clean", "the", "of", "said", "Monday", "breast cancer"]
PIECES = st.sampled_from([*TABLE, *WORDS, *MARKS])
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=30).map(" ".join), st.lists(PIECES).map("".join))


def whole(**settings_):
    return TableSpinner("test", TABLE, rate=1.0, **settings_)


def assert_replays(spun, text):
    assert spun.original == text
    assert undo(spun.text, spun.alignment) == text
    previous = 0
    for span in spun.alignment:
        assert previous <= span.start < span.end
        assert spun.text[span.start : span.end] == span.spun != span.original
        previous = span.end


@given(TEXTS, st.booleans(), st.booleans(), st.booleans(), st.floats(0.03, 1.0))
def test_a_table_spinner_replays_on_any_text(text, consistent, names, articles, rate):
    spinner = TableSpinner("test", TABLE, rate, consistent, names, articles)
    assert_replays(spinner.spin(text), text)


@given(TEXTS, st.booleans())
def test_damage_replays_on_any_text(text, letters):
    assert_replays(DamageSpinner(rate=1.0, letters=letters).spin(text), text)


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=25)
@given(text=TEXTS, seed=st.integers(0, 1000))
def test_every_family_replays_on_any_text(family, text, seed):
    assert_replays(make_spinner(family, RESOURCES, seed, 0.3).spin(text), text)


@given(TEXTS, st.data())
def test_a_spun_part_leaves_the_rest_alone(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    spun = spin_part(text, whole(), start, end)
    assert_replays(spun, text)
    assert spun.text.startswith(text[:start])
    assert spun.text.endswith(text[end:])


def test_the_longest_headword_wins():
    assert whole().spin("the secretary of state of the state").text == "the minister of the nation"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("First, visit us.", "Primary, go to us."),
        ("VISIT NOW", "GO TO NOW"),
        ("the first  visit\n\nthe first", "the primary  go to\n\nthe primary"),
        ("a visit’s “first” day", "a go to’s “primary” day"),
    ],
)
def test_case_space_and_marks_are_kept(text, expected):
    assert whole().spin(text).text == expected


@pytest.mark.parametrize("text", ["first-class", "twenty-first", "an old–new split"])
def test_words_beside_a_hyphen_are_left_alone(text):
    assert whole().spin(text).alignment == ()


def test_names_are_spun_only_by_those_that_know_no_better():
    text = "It was the White House in May."
    assert whole().spin(text).text == text
    assert whole(names=True).spin(text).text == "It was the White Home in Could."
    # At the start of a sentence a capital says nothing.
    assert whole().spin("House rules. May I?").text == "Home rules. Could I?"


def test_a_consistent_spinner_has_one_substitute_for_each_headword():
    text = " ".join(["a big dog"] * 40)
    for seed in range(5):
        assert len({s.spun for s in whole(consistent=True, seed=seed).spin(text).alignment}) == 1
    assert len({s.spun for s in whole().spin(text).alignment}) == 3


def test_articles_agree_if_a_spinner_adapts_them():
    assert whole().spin("a red and an old car").text == "a orange and an outdated car"
    spun = whole(articles=True).spin("A red car, an orange one")
    assert spun.text == "An orange car, an orange one"
    assert spun.alignment == (AlignedSpan(0, 9, "An orange", "A red"),)


@pytest.mark.parametrize("text", ["can visit", "clean first", "Japan may", "can  visit"])
def test_the_end_of_a_word_is_not_an_article(text):
    first = re.split(r"\s", text)[0]
    assert whole(articles=True).spin(text).text.startswith(f"{first} ")


def test_the_rate_is_a_share_of_the_words():
    text = " ".join(["a big red dog ran home one day"] * 100)  # two of eight words are known
    for rate in (0.05, 0.1, 0.2):
        changed = len(TableSpinner("test", TABLE, rate).spin(text).alignment) / len(text.split())
        assert changed == pytest.approx(rate, abs=0.03)
    assert len(TableSpinner("test", TABLE, 0.9).spin(text).alignment) == 200


def test_the_same_seed_and_text_give_the_same():
    text = " ".join(["a big red dog"] * 30)
    for family in FAMILIES:
        first = make_spinner(family, RESOURCES, 7, 0.3).spin(text)
        assert make_spinner(family, RESOURCES, 7, 0.3).spin(text) == first
    assert whole(seed=1).spin(text) != whole(seed=2).spin(text)


def test_look_alikes_look_alike():
    text = "the policy of the committee on the recent report " * 20
    spun = DamageSpinner(rate=0.5).spin(text)
    assert 20 < len(spun.alignment) < 80
    assert all(not s.spun.isascii() for s in spun.alignment)


def test_names_are_misspelt_in_some_mentions():
    text = "It was Halvers, and then Halvers again. " * 50
    spun = DamageSpinner(rate=0.5, letters=False).spin(text)
    assert {s.original for s in spun.alignment} == {"Halvers"}
    assert 25 < len(spun.alignment) < 75
    assert all(abs(len(s.spun) - 7) <= 1 for s in spun.alignment)


def test_slips_are_one_letter_dropped_added_changed_or_swapped():
    text = "It was Halvers, and then Halvers again. " * 200
    spun = SlipSpinner(rate=0.5).spin(text)
    assert 150 < len(spun.alignment) < 250
    assert undo(spun.text, spun.alignment) == text
    slips = {s.spun for s in spun.alignment}
    assert {len(s) for s in slips} == {6, 7, 8}
    assert {"Havlers", "Halvrs"} <= slips  # swapped, dropped
    assert all(s[0] == "H" and (s == "Halverss" or one_apart(s.lower(), "halvers") or s[:6] == "Halver") for s in slips)


def test_every_family_that_rewrites_words_has_a_kind_of_substitutes():
    assert KIND_OF.keys() == set(FAMILIES) - {"damage"}
    assert set(KIND_OF.values()) == set(KINDS)


def test_a_family_says_everything_about_itself():
    assert set(FIT_FAMILIES) <= set(REWRITING) == set(KIND_OF)
    slots = sorted(slot for family in FAMILY_BY_NAME.values() for slot in family.tuning_slots)
    assert slots == list(range(len(TUNING_FAMILIES)))
    assert set(TUNING_FAMILIES) <= set(REWRITING)
    for family in FAMILY_BY_NAME.values():
        assert set(family.channel_sources) <= set(SOURCES)
        assert (family.kind is None) == (family.layers is None) == (not family.channel_sources)


def test_spinners_that_misspell_do_so_in_their_share():
    text = "It was Halvers, and then Halvers again, in old Varnholt. " * 30
    for family, share in (("roundtrip", 1.0), ("phrase", 0.15), ("spintax", 0.0)):
        texts = [make_spinner(family, RESOURCES, seed, 0.9).spin(text).text for seed in range(200)]
        misspelt = sum(t.count("Halvers") + t.count("Varnholt") < 90 for t in texts) / 200
        assert misspelt == pytest.approx(share, abs=0.09), family


def test_a_dictionary_is_read_pair_by_pair(tmp_path):
    path = tmp_path / "dictionary.tsv"
    path.write_text("big\tlarge\n\nAccording to\tIn keeping with\nbig\thuge\n", encoding="utf-8")
    assert read_dictionary(path) == {"big": ["large"], "according to": ["in keeping with"]}
    for wrong in ("small, little", "small\tlittle\ttiny", "small\t"):
        path.write_text(f"big\tlarge\n{wrong}\n", encoding="utf-8")
        with pytest.raises(InputError, match=r"dictionary\.tsv:2: 'small.* is not a pair"):
            read_dictionary(path)
    path.write_text("\n", encoding="utf-8")
    with pytest.raises(InputError, match="is empty"):
        read_dictionary(path)


def test_an_unknown_family_is_refused():
    with pytest.raises(ValueError, match="dictionary"):
        make_spinner("nonsense", RESOURCES, 0, 0.3)


@pytest.mark.parametrize("table", [engine_b(), engine_c(), round_trip()])
def test_phrase_tables_are_sound(table):
    assert len(table) > 100
    for headword, substitutes in table.items():
        assert headword == headword.strip() == re.sub(r"\s+", " ", headword)
        assert all(len(words_of(x)) <= MAX_WORDS for x in (headword, *substitutes))  # others are left out in silence
        assert substitutes
        assert headword not in substitutes
        assert len(set(substitutes)) == len(substitutes)
        assert all(s == s.strip() and s for s in substitutes)


def test_observed_substitutions_are_read_by_kind(tmp_path):
    path = tmp_path / "observed.tsv"
    path.write_text("original\tsubstitute\tevidence\nVisit\tgo to\tseen\nvisit\tcall\tinferred\n", encoding="utf-8")
    assert read_observed(path) == {"visit": ["go to", "call"]}
    assert read_observed(path, ["seen"]) == {"visit": ["go to"]}


def test_observed_pairs_can_leave_an_engine_out(tmp_path):
    path = tmp_path / "pairs.jsonl"
    rows = [
        {"original": "how", "spun": "way", "style": "thesaurus", "engine": "B"},
        {"original": "who", "spun": "which", "style": "mt", "engine": None},
    ]
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    assert [r[3] for r in read_observed_pairs(path)] == ["B", ""]
    assert read_observed_pairs(path, ["B"]) == [("who", "which", "mt", "")]


def test_tortured_phrases_lose_their_notes(tmp_path):
    path = tmp_path / "tortured.json"
    rows = [
        {"tortured": "bosom disease", "correct": "breast cancer (BC)"},
        {"tortured": "odd thing", "correct": "unclear (?)"},
        {"tortured": "what", "correct": "is it?"},
    ]
    path.write_text(json.dumps({"phrases": rows}), encoding="utf-8")
    assert read_tortured(path)[0] == ("breast cancer", "bosom disease")
    assert "is it?" not in dict(read_tortured(path))


def test_closest_first_keeps_the_heaviest():
    rows = [("big", "huge", 1.0), ("big", "vast", 2.0), ("big", "huge", 3.0), ("big", "fat", 0.5)]
    assert closest_first(rows, limit=2) == {"big": ["huge", "vast"]}
