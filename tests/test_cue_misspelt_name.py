"""Names spelt wrong: one name in two ways, and a letter off a name that everyone knows."""

import numpy as np
import pytest

from detector.cues import misspelt_name
from detector.text.tokens import tokenize


@pytest.fixture
def find(cue_context):
    return lambda *texts: misspelt_name.CUE.find(cue_context(*texts))


def mentions(*names):
    return " ".join(f"They met {name} there." for name in names)


def test_the_rarer_spelling_is_found_in_any_place(find):
    text = mentions("Halvorssen", "Halvorsen", "Halvorsen", "Halvorsen")
    ((e,),) = find(text)
    assert e.surface == text[e.start : e.end] == "Halvorssen"
    assert e.alternatives[0].text == "Halvorsen"


def test_a_name_that_everyone_knows_is_not_a_misspelling_of_a_rare_look_alike(find):
    ((e,),) = find(mentions("Bidden", "Biden", "Biden"))
    assert (e.surface, e.alternatives[0].text) == ("Bidden", "Biden")


def test_names_are_compared_within_one_document(find):
    assert find(mentions("Halvorssen"), mentions("Halvorsen", "Halvorsen")) == [[], []]


@pytest.mark.parametrize("names", [("Leon", "Leona", "Leona"), ("HALVORSSEN", "HALVORSEN", "HALVORSEN"), ("Ek", "Eck")])
def test_near_misses(find, names):
    assert find(mentions(*names)) == [[]]


def test_a_word_is_not_a_name_because_it_opens_a_sentence(find):
    assert find("Rivers rose. Rovers lost. Rivers fell again. Rivers froze.") == [[]]


MISSPELT = "She moved to the United Sttaes in spring, and he wrote to the prime minister of Australa about it."


def test_a_letter_off_a_word_that_everyone_knows_and_that_stands_well(find):
    (found,) = find(MISSPELT)
    assert [(e.surface, e.alternatives[0].text) for e in found] == [("Sttaes", "States"), ("Australa", "Australia")]
    assert all(MISSPELT[e.start : e.end] == e.surface and e.log10_odds > 0 for e in found)


def test_a_name_that_stands_twice_is_one(find):
    assert find(MISSPELT + " Of the Sttaes and of Australa she never spoke.") == [[]]


@pytest.mark.parametrize(
    "text",
    [
        "Becuase it rained, the fair was put off.",
        "He saw the sttaes there.",
        "She saw a United States_ map.",
    ],
)
def test_only_names(find, text):
    assert find(text) == [[]]


@pytest.mark.parametrize(
    ("text", "slip", "right"),
    [
        ("Elizbaeth walked home. The shops were still open.", "Elizbaeth", "Elizabeth"),
        ("The train was late again. “Lonodn,” he said, “is too far.”", "Lonodn", "London"),
    ],
)
def test_a_name_at_the_start_of_a_sentence_may_be_misspelt(find, text, slip, right):
    ((e,),) = find(text)
    assert (e.surface, e.alternatives[0].text) == (slip, right)


FEW_CAPITALS = "on sunday i went to london with my sister, and i told her that {} helps us. we were home by monday."


def test_the_capital_of_a_word_counts_in_a_text_that_has_few(find):
    ((e,),) = find(FEW_CAPITALS.format("Technloogy"))
    assert (e.surface, e.alternatives[0].text) == ("Technloogy", "Technology")
    assert find(FEW_CAPITALS.format("technloogy"), FEW_CAPITALS.format("Technloogy").title()) == [[], []]


@pytest.mark.parametrize(
    ("text", "slip", "right"),
    [
        ("He spoke at an Enlgish-language school.", "Enlgish", "English"),
        ("They flew the Paris-Lonodn route in spring.", "Lonodn", "London"),
    ],
)
def test_a_part_of_a_compound_may_be_misspelt(find, text, slip, right):
    ((e,),) = find(text)
    assert (text[e.start : e.end], e.alternatives[0].text) == (slip, right)


@pytest.mark.parametrize(
    ("text", "slip", "right"),
    [
        ("She read a letter from Augsutin about it.", "Augsutin", "Augustin"),
        ("It was a film by Felilni that the club showed.", "Felilni", "Fellini"),
        ("They heard that Lord Levisnon was ill.", "Levisnon", "Levinson"),
    ],
)
def test_two_letters_swapped_are_found_in_a_name_that_few_know(find, models, text, slip, right):
    assert models.vocabulary.zipf[models.vocabulary[right.lower()]] < 3.0
    ((e,),) = find(text)
    assert (text[e.start : e.end], e.alternatives[0].text) == (slip, right)


@pytest.mark.parametrize("name", ["Augustina", "Fellina", "Levinton"])
def test_any_other_letter_may_make_a_rare_name_of_its_own(find, name):
    assert find(f"She read a letter from {name} about it.") == [[]]


def test_of_two_names_that_a_swap_separates_the_one_spelt_less_like_a_word_is_the_slip(find):
    ((e,),) = find("They met Tarreusnd there. Nobody knew that Tarresund had left.")
    assert e.surface == "Tarreusnd"


@pytest.mark.parametrize("word", ["Hospitalisation", "Visualisation", "Fibreglass", "Memorise", "Sepulchre"])
def test_both_spellings_of_a_word_are_right(find, word):
    assert find(f"She worked for the {word} Committee and liked it.") == [[]]


@pytest.mark.parametrize("write", [str.lower, str.upper, str.title])
def test_without_capitals_only_the_spelling_of_names_is_judged(find, write):
    text = write("she had an intrdouction to a professro who wrote on the goverment of france, and liked his manner")
    assert find(text) == [[]]
    ((e,),) = find(write("in the winter the actor moved to caliofrnia, where he played a farmer who had lost his farm"))
    assert e.surface.lower() == "caliofrnia"


def test_documents_are_weighed_apart_and_alike(find):
    texts = (MISSPELT, "She moved to the United States in spring.", mentions("Bidden", "Biden", "Biden"))
    found = find(*texts)
    assert [[(e.start, e.end, e.alternatives[0].text) for e in of_text] for of_text in found] == [
        [(e.start, e.end, e.alternatives[0].text) for e in find(text)[0]] for text in texts
    ]
    odds, alone = ([e.log10_odds for of_text in x for e in of_text] for x in (found, [find(t)[0] for t in texts]))
    assert odds == pytest.approx(alone, abs=0.011)
    assert [len(of_text) for of_text in found] == [2, 0, 1]


def test_each_pair_is_described_by_its_columns(models):
    extractor = models.full.extractor
    text = "She flew to Sttaes with Mr Varensund; the Varnesund who met Varnesund there was his son."
    slips = misspelt_name.candidate_misspellings(extractor.score_tokens(tokenize([text], models.vocabulary)), extractor)
    rows = {
        right: dict(zip(misspelt_name.NAME_COLUMNS, x, strict=True))
        for right, x in zip(slips.right, slips.features, strict=True)
    }
    assert set(rows) == {"States", "Varnesund"}
    assert rows["States"]["zipf"] == pytest.approx(models.vocabulary.zipf[models.vocabulary["states"]])
    assert rows["States"]["elsewhere"] == 0.0
    assert rows["States"]["ways"] == pytest.approx(np.log10(6))  # two letters that stand side by side were swapped
    assert rows["Varnesund"]["zipf"] == 0.0  # not listed
    assert rows["Varnesund"]["elsewhere"] == pytest.approx(np.log10(3))
    assert rows["Varnesund"]["ways"] == pytest.approx(np.log10(9))
    assert rows["Varnesund"]["length"] == len("Varensund")
    assert all(x["letters"] < 0 and x["name"] == 0 for x in rows.values())


@pytest.mark.parametrize(
    ("written", "right", "ways"),
    [("Varneund", "Varnesund", 9), ("Varnessund", "Varnesund", 26 * 9), ("Varnelund", "Varnesund", 26 * 9)],
)
def test_any_letter_may_be_added_or_changed_but_only_its_own_be_dropped(models, written, right, ways):
    extractor = models.full.extractor
    batch = tokenize([mentions(written, right, right)], models.vocabulary)
    slips = misspelt_name.candidate_misspellings(extractor.score_tokens(batch), extractor)
    assert slips.right == [right]
    assert slips.features[0, misspelt_name.NAME_COLUMNS.index("ways")] == pytest.approx(np.log10(ways))
