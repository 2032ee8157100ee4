import numpy as np
import pytest

from detector.estimators.channel import SOURCES
from detector.text.tokens import tokenize
from detector.text.vocabulary import BOUNDARY, Vocabulary
from detector.training.channel import ChannelPair, align, build_channel, phrase_counts
from detector.training.channel_sources import SourceTables, channel_pairs
from detector.training.neighbours import is_figure
from detector.training.thesaurus import HYPERNYM_RANK

WORDS = "we visit go to the harbour first primary big large in order so as plan well - known machine learning".split()
PAIRS = [
    ("visit", "go to", "observed"),
    ("first", "primary", "observed"),
    ("the first", "the primary", "observed"),
    ("big", "large", "wordnet"),
    ("to", "in order to", "mythes"),
    ("harbour", "unlisted", "observed"),
]


@pytest.fixture(scope="module")
def vocabulary():
    return Vocabulary(list(dict.fromkeys(WORDS)))


@pytest.fixture(scope="module")
def channel(vocabulary):
    human = "we visit the big harbour first so as to plan in order to go to the well - known harbour".split()
    ids = np.tile([*vocabulary.ids_of(human), BOUNDARY], 30).astype(np.int32)
    rows = [ChannelPair(tuple(o.split()), tuple(s.split()), source, -0.3) for o, s, source in PAIRS]
    return build_channel(rows, vocabulary, ids)


def found(channel, vocabulary, text, known=None):
    batch = tokenize([text], vocabulary)
    c = channel.candidates(batch, known)
    return {
        (batch.surface(s, s + n), " ".join(vocabulary.words[i] for i in channel.words_of(o)), SOURCES[k])
        for s, n, o, k in zip(c.start, c.length, c.original, c.source, strict=True)
    }


def test_words_and_phrases_are_matched(channel, vocabulary):
    assert found(channel, vocabulary, "We go to the primary harbour in order to plan") == {
        ("go to", "visit", "observed"),
        ("primary", "first", "observed"),
        ("the primary", "the first", "observed"),
        ("in order to", "to", "mythes"),
    }


def test_no_match_runs_over_a_paragraph_break(channel, vocabulary):
    assert ("go to", "visit", "observed") not in found(channel, vocabulary, "We go.\n\nto the harbour")


def test_single_words_beside_a_hyphen_are_left(channel, vocabulary):
    assert found(channel, vocabulary, "a large-known plan") == set()
    assert found(channel, vocabulary, "a large known plan")


def test_pairs_with_unlisted_words_are_left_out(channel, vocabulary):
    assert vocabulary["unlisted"] == 1
    assert all("unlisted" not in [vocabulary.words[i] for i in channel.words_of(e)] for e in range(channel.n_entries))


def test_no_number_or_date_of_the_models_is_for_another_that_stands_in_its_places(models):
    c, words = models.full.extractor.channel, models.vocabulary.words
    substitute = np.repeat(np.arange(len(c.entries.lengths)), c.entries.lengths)
    near = c.sources == SOURCES.index("neighbour")
    pairs = [
        [words[i] for e in pair for i in c.words_of(e)]
        for pair in zip(substitute[near].tolist(), c.entries.values[near].tolist(), strict=True)
    ]
    assert len(pairs) > 10_000
    assert not [pair for pair in pairs if all(is_figure(w) for w in pair)]


def test_no_pair_gains_or_loses_a_mark_at_either_end(vocabulary):
    wordings = [("- known", "large"), ("big", "plan -"), ("to", "- go -"), ("well - known", "well - large")]
    rows = [ChannelPair(tuple(o.split()), tuple(s.split()), "aligned", -0.3) for o, s in wordings]
    channel = build_channel(rows, vocabulary, vocabulary.ids_of(WORDS))
    assert found(channel, vocabulary, "A well-large harbour, a large plan - or the first- go -big") == {
        ("well-large", "well - known", "aligned")
    }


def test_no_pair_of_the_models_writes_or_swallows_a_mark(models):
    """Neither a bracket without its other half nor a hyphen after a space."""
    c, words = models.full.extractor.channel, models.vocabulary.words
    marks = np.array([w[0] in "-()[]\"'.,;:!?/\\*" for w in words])
    starts = c.sequences.offsets[:-1]
    edges = marks[c.sequences.values[np.stack((starts, starts + c.sequences.lengths - 1))]]
    substitute = np.repeat(np.arange(len(c.entries.lengths)), c.entries.lengths)
    assert not (edges[:, substitute] != edges[:, c.entries.values]).any()


def test_a_mask_hides_pairs(channel, vocabulary):
    none = np.zeros(len(channel.entries.values), dtype=bool)
    assert found(channel, vocabulary, "We go to the primary harbour", none) == set()


LONG = "one two three four five six seven eight".split()


@pytest.mark.parametrize("length", [2, 3, 4, 5, 6, 7])
def test_phrases_of_two_to_seven_words_are_matched_at_every_place(length):
    vocabulary = Vocabulary([*LONG, "short", ".", ",", "-"])
    phrase = " ".join(LONG[:length])
    pair = ChannelPair(("short",), tuple(LONG[:length]), "observed", -0.5)
    channel = build_channel([pair], vocabulary, vocabulary.ids_of([*LONG, "short"]))
    text = f"{phrase.capitalize()} eight, {phrase} {phrase}. {phrase}"
    batch = tokenize([phrase, text], vocabulary)
    start, lengths, entry = channel.match(batch)
    assert lengths.tolist() == [length] * 5
    assert {batch.surface(s, s + length).lower() for s in start.tolist()} == {phrase}
    assert set(entry.tolist()) == {0}
    c = channel.candidates(batch)
    assert c.log10_weight.tolist() == pytest.approx([-0.5] * 5)
    # A mark or another word between hides it.
    for broken in (phrase.replace(" ", ", ", 1), phrase.replace(" ", " eight ", 1), phrase.replace(" ", "\n\n", 1)):
        assert not len(channel.match(tokenize([broken], vocabulary))[0])


def test_phrases_of_eight_words_are_left_out():
    vocabulary = Vocabulary([*LONG, "short"])
    pairs = [
        ChannelPair(("short",), tuple(LONG), "observed", -0.5),
        ChannelPair(("short",), ("one",), "observed", 0.0),
    ]
    channel = build_channel(pairs, vocabulary, vocabulary.ids_of([*LONG, "short"]))
    assert channel.n_entries == 1


def test_the_strongest_source_and_its_best_weight_count():
    vocabulary = Vocabulary(["a", "b"])
    rows = [("wordnet", -0.1), ("observed", -2.0), ("observed", -1.0), ("aligned", -0.2)]
    pairs = [ChannelPair(("a",), ("b",), source, weight) for source, weight in rows]
    channel = build_channel(pairs, vocabulary, vocabulary.ids_of(["a", "b"]))
    c = channel.candidates(tokenize(["b"], vocabulary))
    assert [SOURCES[s] for s in c.source] == ["observed"]
    assert c.log10_weight == pytest.approx([-1.0])


def test_phrases_are_counted_in_their_places(vocabulary):
    ids = vocabulary.ids_of("go to the harbour go to plan".split())
    phrases = [vocabulary.ids_of(p.split()) for p in ("go to", "go", "to the harbour", "plan go", "go to")]
    assert phrase_counts(ids, phrases).tolist() == [2, 2, 1, 0, 2]


def test_alignment_finds_the_pair_that_phrases_share():
    pairs = [
        (("deep", "learning"), ("profound", "learning")),
        (("deep", "water"), ("profound", "water")),
        (("machine", "learning"), ("machine", "getting", "to", "know")),
        (("learning", "rate"), ("getting", "to", "know", "rate")),
    ]
    counts = align(pairs, {})
    for word, substitute in (("deep", ("profound",)), ("learning", ("getting", "to", "know"))):
        of_word = {s: c for (o, s), c in counts.items() if o == (word,)}
        assert max(of_word, key=of_word.get) == substitute
        assert of_word[substitute] > 1
    assert all(o != s for o, s in counts)


def test_common_words_stand_for_narrower_ones():
    words = ["think", "ponder", "cogitate", "muse", "move"]
    zipf = np.array([0] * (len(Vocabulary(words).words) - len(words)) + [5.5, 3.0, 1.2, 2.9, 5.4], dtype=np.float32)
    listed = [
        ("ponder", "think", HYPERNYM_RANK, 1),
        ("cogitate", "think", HYPERNYM_RANK, 1),  # a word that nearly nobody writes
        ("muse", "think", HYPERNYM_RANK + 1, 1),  # a rarer sense
        ("move", "think", HYPERNYM_RANK, 1),  # as common as the other
        ("think", "ponder", 0, 1),
    ]
    no_words = np.zeros((0, 4))
    tables = SourceTables(
        Vocabulary(words, zipf),
        {"wordnet": listed, "mythes": []},
        no_words,
        no_words,
        {"seen": {}, "inferred": {}},
        [],
        [],
    )
    pairs = {(p.original, p.substitute, p.log10_weight) for p in channel_pairs(tables) if p.source == "wordnet"}
    assert {p[:2] for p in pairs} == {(("think",), ("ponder",))}
    assert len(pairs) == 2
    assert min(weight for _, _, weight in pairs) < -2


@pytest.mark.parametrize(
    ("phrase", "original"),
    [
        ("with a specific end goal to", "in order to"),
        ("keeping in mind the end goal to", "in order to"),
        ("in light of the fact that", "because"),
        ("pondered", "thought"),
    ],
)
def test_the_shipped_channel_knows_long_phrases_and_narrower_words(models, phrase, original):
    channel, batch = models.full.extractor.channel, tokenize([phrase], models.vocabulary)
    c = channel.candidates(batch)
    found = {
        " ".join(models.vocabulary.words[i] for i in channel.words_of(row))
        for row, length in zip(c.original.tolist(), c.length.tolist(), strict=True)
        if length == len(phrase.split())
    }
    assert original in found
