"""The forms in which people write: their effect on a text, and that the spans of spun words are carried along."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.training.corpus import CorpusDocument
from detector.training.examples import HUMAN, Example
from detector.training.forms import FORMS, Form, in_form, in_random_form
from detector.training.spinners import AlignedSpan, DamageSpinner, TableSpinner, undo

TEXT = (
    'Last winter Mr. Harding of Brackley organised a "reading room" in the old gaol, and nobody (not even his sister) '
    "thought it would last. “It won’t,” she said; “you’ve no money — and the neighbours don't like it!” But he didn't "
    "mind: he went to the library today, received 3.5 tons of coal, and definitely believed in the colour of honour.\n"
    "The village's children came every evening. They walked home before nine, as they have always walked. In May Anna "
    "Whitcombe travelled to Northampton and bought twenty-one books about the history of modern bridges, which is a "
    "subject that everyone there enjoyed discussing with Judith Marlowe, who was the secretary of the society.\n\n"
    "What became of the room is not known. It was shown to visitors for many years; then it burned, and what was left "
    "of the shelves was carried off by farmers, who needed the wood to repair their fences and their stables."
)
TABLE = {
    "winter": ["wintertime"],
    "old": ["very old", "aged"],
    "thought": ["notion", "idea"],
    "money": ["cash"],
    "neighbours": ["neighbors"],
    "went": ["proceeded"],
    "the library": ["a library"],
    "received": ["got hold of"],
    "colour": ["color", "shade"],
    "children": ["kids"],
    "walked": ["strolled"],
    "may": ["could"],
    "history": ["records of the past"],
    "modern bridges": ["present-day spans"],
    "subject": ["theme"],
    "a subject": ["a theme"],
    "society": ["organised company"],
    "it was shown": ["they showed it"],
    "for many years": ["a long time, for years,"],
    "fences": ["walls"],
}
DOCUMENT = CorpusDocument("1", "own", "news", TEXT)
HUMAN_EXAMPLE = Example(TEXT, HUMAN, 0.0, (), DOCUMENT)


def spun(seed, rate=1.0, text=TEXT, table=TABLE):
    made = TableSpinner("test", table, rate, names=True, articles=True, seed=seed).spin(text)
    return Example(made.text, "test", rate, made.alignment, DOCUMENT)


def form_of(name):
    return next(form for form in FORMS if form.name == name)


def written(text, name, seed=1):
    return in_form(Example(text, HUMAN, 0.0, (), DOCUMENT), form_of(name), np.random.default_rng(seed)).text


def by_form(forms=FORMS):
    return pytest.mark.parametrize("form", forms, ids=[form.name for form in forms])


def assert_spans_are_right(example):
    position = 0
    for span in example.spans:
        assert example.text[span.start : span.end] == span.spun
        assert span.spun != span.original
        assert span.start >= position
        position = span.end


@by_form()
def test_spans_have_their_text_and_few_are_lost(form):
    kept = total = 0
    for seed in range(30):
        example = spun(seed, rate=0.1 + seed / 33)
        formed = in_form(example, form, np.random.default_rng(seed))
        assert_spans_are_right(formed)
        kept, total = kept + len(formed.spans), total + len(example.spans)
        assert (formed.family, formed.rate, formed.document) == (example.family, example.rate, example.document)
    assert kept > 0.9 * total


@by_form([form for form in FORMS if form.of_originals])
def test_a_form_of_originals_leads_back_to_the_human_text_in_that_form(form):
    for seed in range(30):
        example = in_form(spun(seed), form, np.random.default_rng(seed))
        # A span is dropped if both readings are spelt alike now, so nothing of the original is lost with it.
        human = in_form(HUMAN_EXAMPLE, form, np.random.default_rng(seed))
        assert undo(example.text, example.spans) == human.text


@by_form([form for form in FORMS if not form.of_originals])
def test_originals_keep_their_spelling_if_a_form_is_one_of_places(form):
    example = spun(3)
    formed = in_form(example, form, np.random.default_rng(5))
    before = [span.original for span in example.spans]
    assert all(any(original in span.original for original in before) for span in formed.spans)


@by_form()
def test_every_form_changes_a_text_but_not_whose_it_is(form):
    texts = [in_form(HUMAN_EXAMPLE, form, np.random.default_rng(seed)) for seed in range(8)]
    assert any(example.text != TEXT for example in texts)
    assert {(example.family, example.spans) for example in texts} == {(HUMAN, ())}


@by_form()
def test_the_same_generator_gives_the_same_text(form):
    first, second = (in_form(spun(2), form, np.random.default_rng(9)) for _ in range(2))
    assert first == second


@by_form()
@given(text=st.text(alphabet="abeIlsTt .,'’\"“”()-—\n3\u200bé", max_size=60), seed=st.integers(0, 99))
def test_any_text_can_be_written(form, text, seed):
    edits = form.write(text, np.random.default_rng(seed))
    assert edits == sorted(edits)
    assert all(0 <= start <= end <= len(text) for start, end, _ in edits)
    assert all(left[1] <= right[0] for left, right in zip(edits, edits[1:], strict=False))
    assert all(text[start:end] != new for start, end, new in edits)


@by_form()
@given(
    words=st.lists(
        st.sampled_from(["It", "is", "a house.", "old", "Brackley", "didn't", '"so"', "the", "thought", "-", "Mr. B."]),
        min_size=1,
        max_size=20,
    ),
    places=st.sets(st.tuples(st.integers(0, 90), st.integers(1, 12)), max_size=5),
    seed=st.integers(0, 99),
)
def test_spans_may_lie_anywhere(form, words, places, seed):
    text, spans, position = " ".join(words), [], 0
    for start, length in sorted(places):
        end = min(start + length, len(text))
        if position <= start < end:
            spans.append(AlignedSpan(start, end, text[start:end], "Old. So"))
            position = end
    spans = [span for span in spans if span.spun != span.original]
    example = Example(text, "test", 0.5, tuple(spans), DOCUMENT)
    assert_spans_are_right(in_form(example, form, np.random.default_rng(seed)))


def test_damaged_letters_stay_in_their_spans():
    made = DamageSpinner(rate=0.5, seed=4).spin(TEXT)
    example = Example(made.text, "damage", 0.5, made.alignment, DOCUMENT)
    for form in FORMS:
        formed = in_form(example, form, np.random.default_rng(1))
        assert_spans_are_right(formed)
        assert len(formed.spans) > 0.9 * len(example.spans)


CROSSING = Example("The red barn burned.", "test", 0.3, (AlignedSpan(4, 7, "red", "scarlet"),), DOCUMENT)


def replacing(*edits):
    return Form("own", 1.0, lambda text, rng: list(edits))


@pytest.mark.parametrize(
    ("edits", "text", "spans"),
    [
        ([(0, 3, "A")], "A red barn burned.", [(2, 5, "red", "scarlet")]),
        ([(4, 4, "big "), (7, 7, " old")], "The big red old barn burned.", [(8, 11, "red", "scarlet")]),
        ([(5, 6, "ea")], "The read barn burned.", [(4, 8, "read", "scarlet")]),
        ([(3, 5, "")], "Theed barn burned.", [(3, 5, "ed", " scarlet")]),
        ([(6, 12, "-")], "The re- burned.", [(4, 7, "re-", "scarlet barn")]),
        ([(4, 7, "scarlet"), (8, 12, "shed")], "The red barn burned.", [(4, 7, "red", "scarlet")]),
    ],
)
def test_a_span_grows_with_an_edit_that_crosses_it_and_goes_with_its_last_word(edits, text, spans):
    formed = in_form(CROSSING, replacing(*edits), np.random.default_rng(1))
    assert formed.text == text
    assert formed.spans == tuple(AlignedSpan(*span) for span in spans)


def test_an_original_changes_though_nothing_else_does():
    example = Example("The dull barn burned.", "test", 0.3, (AlignedSpan(4, 8, "dull", "grey"),), DOCUMENT)
    seen = {in_form(example, form_of("the other side's spelling"), np.random.default_rng(k)).spans for k in range(9)}
    assert {spans[0].original for spans in seen} == {"grey", "gray"}


def test_spans_that_one_replacement_joins_become_one():
    spans = (AlignedSpan(0, 3, "The", "A"), AlignedSpan(4, 7, "red", "scarlet"), AlignedSpan(8, 12, "barn", "stable"))
    example = Example("The red barn burned.", "test", 0.5, spans, DOCUMENT)
    formed = in_form(example, replacing((2, 6, "")), np.random.default_rng(1))
    assert formed.text == "Thd barn burned."
    assert formed.spans == (AlignedSpan(0, 3, "Thd", "A scarlet"), AlignedSpan(4, 8, "barn", "stable"))


def test_a_share_of_the_examples_is_rewritten_and_every_form_comes():
    rng = np.random.default_rng(1)
    formed = [in_random_form(HUMAN_EXAMPLE, rng, 0.4) for _ in range(1500)]
    # Slips of a low rate may fall on no word.
    assert 0.3 < np.mean([example.text != TEXT for example in formed]) < 0.42
    assert all(in_random_form(HUMAN_EXAMPLE, rng, 0.0) is HUMAN_EXAMPLE for _ in range(50))
    drawn = {example.text for example in formed}
    for name in ("lower case", "upper case", "a sentence a line", "speech", "treebank tokens"):
        assert written(TEXT, name) in drawn


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("lower case", "In Rome, Dr. Vale met NASA.", "in rome, dr. vale met nasa."),
        ("names in lower case", "In Rome I met Dr. Vale. She left.", "In rome I met dr. vale. She left."),
        ("speech", 'He said: "It\'s 3.5 miles - no, twenty-one..."', "he said it's 3.5 miles no twenty one"),
        ("speech", "Wait (here),\nor go; the dogs' house.", "wait here or go the dogs house"),
        ("speech without apostrophes", "It’s Ann's. Don't!", "its anns dont"),
        ("upper case", "The straße ends.", "THE STRASSE ENDS."),
        ("a sentence a line", 'Mr. Orr left. "So?" Ann asked.', 'Mr. Orr left.\n"So?"\nAnn asked.'),
        ("a sentence a paragraph", "It ended. We left.", "It ended.\n\nWe left."),
        (
            "treebank tokens",
            "Mr. Orr said, \"I can't (or won't) go; it's 5:30.\"",
            "Mr. Orr said , `` I ca n't ( or wo n't ) go ; it 's 5:30 . ''",
        ),
    ],
)
def test_forms_of_marks_and_case(name, text, expected):
    assert written(text, name) == expected


@pytest.mark.parametrize(("name", "narrowest", "widest"), [("captions", 32, 42), ("hard line ends", 60, 80)])
def test_lines_are_as_long_as_the_width_allows(name, narrowest, widest):
    for seed in range(20):
        text = written(TEXT, name, seed)
        assert text.split() == TEXT.split()
        widths = [len(line) for line in text.split("\n")]
        assert narrowest - 12 < max(widths) <= widest
    assert "\n" in written("Q" * 100 + " and so on", name)
    assert written("A short line.", name) == "A short line."


def test_title_case_has_small_words_small_or_not():
    titles = {written("The end of the dogs' day: who's in?", "title case", seed) for seed in range(20)}
    assert titles == {"The End of the Dogs' Day: Who's in?", "The End Of The Dogs' Day: Who's In?"}


def test_the_spelling_of_the_other_side_is_consistent_and_leaves_other_words_alone():
    british = "the grey harbour of the theatre was organised, analysed and travelled"
    american = "the gray harbor of the theater was organized, analyzed and traveled"
    seen = {written(british, "the other side's spelling", seed) for seed in range(20)}
    assert seen == {british, american}
    assert {written(american, "the other side's spelling", seed) for seed in range(20)} == {british, american}
    # No suffix, or spelt so on both sides.
    both = "otherwise four wise men promise to exercise, travel, cancel the size and look forward to a flour prize"
    assert {written(both, "the other side's spelling", seed) for seed in range(20)} == {both}


def test_learners_err_in_some_words_in_all_kinds():
    changed, texts = 0, [written(TEXT, "learners' errors", seed) for seed in range(300)]
    for text in texts:
        changed += abs(len(text.split()) - len(TEXT.split())) + sum(w not in TEXT.split() for w in text.split())
    assert 0.02 < changed / (300 * len(TEXT.split())) < 0.12
    together = "\n".join(texts)
    for error in ("in old gaol", "childs came", "they has always", "definately", "not known, It", "go to the library"):
        assert error in together


@pytest.mark.parametrize(("name", "low", "high"), [("typos", 0.005, 0.03), ("scanner noise", 0.005, 0.03)])
def test_slips_are_as_many_as_people_and_scanners_make(name, low, high):
    words = TEXT.split()
    shares = [
        sum(word not in words for word in written(TEXT, name, seed).replace("-\n", "").replace("- ", "").split())
        for seed in range(300)
    ]
    assert low < np.mean(shares) / len(words) < high


def test_one_to_three_names_are_slipped_in_and_nothing_else():
    for seed in range(50):
        text = written(TEXT, "slips in names", seed)
        changed = [(a, b) for a, b in zip(TEXT.split(), text.split(), strict=True) if a != b]
        assert len(changed) <= 3
        for name, slip in changed:
            assert name[0] == slip[0]
            assert name[0].isupper()
            assert set(slip) <= set(name)
