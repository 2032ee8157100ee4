"""The models that are estimated from the corpus, the thesauri and the lexicon alone, step by step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.estimators.channel import Channel
from detector.estimators.context_model import ContextModel, ReaderWeights, WordVectors
from detector.estimators.language_model import LanguageModel
from detector.model_store import ZIPF_STEPS, load_models
from detector.scoring.tokens import FeatureExtractor
from detector.text.vocabulary import SPECIAL_WORDS, Vocabulary
from detector.training import corpus, neighbours, thesaurus, tortured
from detector.training import vocabulary as vocabularies
from detector.training.channel import build_channel
from detector.training.channel_sources import THESAURI, channel_pairs, read_tables, resources_from_tables
from detector.training.corpus import CorpusDocument, Split
from detector.training.families import SpinnerResources
from detector.training.inflection import Inflector
from detector.training.language_model import build_language_model, estimate, write_arpa
from detector.training.lexicon import OBSERVED, PAIRS, SCREENER, TORTURED, spinner_words
from detector.training.settings import TrainSettings
from detector.training.stages import StageSize
from detector.training.step_cache import StepCache

__all__ = [
    "CORPUS_STEPS",
    "CorpusModels",
    "CorpusVocabulary",
    "corpus_documents",
    "corpus_models",
    "spinner_resources",
]

# Steps whose results are parts of `CorpusModels`.
CORPUS_STEPS = ("frequencies", "language_model", "context_models", "channel", "phrase_queries")
_PUNKT_SHARE = 40  # one document in so many trains Punkt
_NEIGHBOUR_WORDS = 50_000  # commonest words that get distributional neighbours
ThesaurusPairs = dict[str, list[tuple[str, str, int, int]]]


@dataclass(frozen=True)
class CorpusVocabulary:
    """The vocabulary, and the corpus in its ids.

    Attributes
    ----------
    ids, shape : int32 and uint8 (n,), the tokens of the split `language_model`, documents end to end
    stored_zipf : uint8 (words,), Zipf frequencies in steps of 1 / ZIPF_STEPS
    vocabulary : of the models, with those frequencies
    """

    ids: NDArray[np.int32]
    shape: NDArray[np.uint8]
    stored_zipf: NDArray[np.uint8]
    vocabulary: Vocabulary


@dataclass(frozen=True)
class CorpusModels:
    """The models that no spun text of our own is needed for."""

    words: CorpusVocabulary
    language_model: LanguageModel
    vectors: WordVectors
    readers: tuple[ReaderWeights, ...]
    channel: Channel
    resources: SpinnerResources
    phrase_queries: list[list[Any]]

    def extractor(self, size: StageSize) -> FeatureExtractor:
        """Return the extractor of a stage, before any network is fitted on spun text."""
        reader = ContextModel(self.vectors, self.readers[size.reader])
        return FeatureExtractor(
            self.words.vocabulary,
            self.language_model,
            reader,
            self.channel,
            size.max_context_log10_odds,
            size.max_candidates,
            size.weighs_neighbours,
        )


def _corpus_vocabulary(s: TrainSettings, cache: StepCache) -> CorpusVocabulary:
    lexicon = [s.lexicon / OBSERVED, s.lexicon / TORTURED]
    words = cache.step(
        "vocabulary",
        lambda: vocabularies.vocabulary_words(
            vocabularies.count_words(s.corpus, s.n_jobs), s.vocabulary, spinner_words(s.lexicon)
        ),
        settings=s.vocabulary,
        inputs=[*corpus.corpus_files(s.corpus), *lexicon],
        code=[vocabularies, spinner_words],
    )
    ids, shape = cache.step(
        "token_stream",
        lambda: vocabularies.token_stream(s.corpus, words, s.n_jobs),
        after=["vocabulary"],
        code=[vocabularies],
    )
    zipf, case = cache.step(
        "frequencies",
        lambda: (
            vocabularies.zipf_frequencies(Vocabulary(words).words),
            vocabularies.usual_case(ids, shape, len(words) + len(SPECIAL_WORDS)),
        ),
        after=["vocabulary", "token_stream"],
        code=[vocabularies],
    )
    # The fits see the frequencies as the runtime will: in whole steps.
    stored_zipf = np.rint(zipf * ZIPF_STEPS).astype(np.uint8)
    vocabulary = Vocabulary(words, (stored_zipf / np.float32(ZIPF_STEPS)).astype(np.float32), case)
    return CorpusVocabulary(ids, shape, stored_zipf, vocabulary)


@dataclass(frozen=True)
class _WordPairs:
    """Distributional neighbours with their cosines, and the pairs of the thesauri."""

    near: NDArray[np.int32]
    similarity: NDArray[np.float32]
    thesauri: ThesaurusPairs


def _word_pairs(s: TrainSettings, cache: StepCache, words: CorpusVocabulary) -> _WordPairs:
    near, similarity = cache.step(
        "neighbours",
        lambda: neighbours.distributional_neighbours(words.ids, min(_NEIGHBOUR_WORDS, words.vocabulary.size)),
        settings=_NEIGHBOUR_WORDS,
        after=["vocabulary", "token_stream"],
        code=[neighbours],
    )
    wordnet, mythes = thesaurus.find_wordnet(s.wordnet), thesaurus.find_mythes(s.mythes)

    def pairs() -> ThesaurusPairs:
        inflector = Inflector(words.vocabulary, wordnet)
        tables = (thesaurus.read_wordnet(wordnet), thesaurus.read_mythes(mythes), thesaurus.read_spintax())
        return {t.name: list(thesaurus.inflected_pairs(t, inflector, words.vocabulary)) for t in tables}

    thesauri = cache.step(
        "thesauri",
        pairs,
        after=["vocabulary"],
        inputs=[*thesaurus.wordnet_files(wordnet), mythes],
        code=[thesaurus],
    )
    return _WordPairs(near, similarity, thesauri)


def _channel(
    s: TrainSettings, cache: StepCache, words: CorpusVocabulary, pairs: _WordPairs
) -> tuple[Channel, SpinnerResources]:
    """Return the channel, and the sources that the spinners draw their tables from."""

    def build() -> tuple[Channel, SpinnerResources]:
        tables = read_tables(s.lexicon, s.pairs, words.vocabulary, pairs.thesauri, pairs.near, pairs.similarity)
        return build_channel(channel_pairs(tables), words.vocabulary, words.ids), resources_from_tables(tables)

    return cache.step(
        "channel",
        build,
        after=["frequencies", "token_stream", "neighbours", "thesauri"],
        inputs=[s.lexicon / OBSERVED, s.lexicon / TORTURED, s.pairs / PAIRS],
        code=[build_channel, read_tables],
    )


def _context_models(
    s: TrainSettings,
    cache: StepCache,
    words: CorpusVocabulary,
    pairs: _WordPairs,
    progress: Callable[[int, int], None],
) -> tuple[WordVectors, tuple[ReaderWeights, ...]]:
    # PyTorch is needed here alone: the other users of this module, `detector evaluate` above all, do without it.
    from detector.training.context_model import FURTHER_LEARNING_RATE, ContextModelSettings, Start, fit_context_models

    settings = ContextModelSettings(words=s.context_words, steps=s.context_steps, seed=s.seed)
    start = None
    if s.start_from is not None:
        former = load_models(s.start_from)
        stages = [getattr(former.cascade, name).extractor.context_model for name in ("screen", "full")]
        start = Start(former.cascade.vocabulary, stages[0].vectors, tuple(stage.weights for stage in stages))
        settings = replace(settings, learning_rate=FURTHER_LEARNING_RATE)
    confusable = cache.step(
        "confusables",
        lambda: thesaurus.confusable_table(
            (p for name in THESAURI for p in pairs.thesauri[name]),
            pairs.near,
            words.vocabulary,
            settings.words,
            seed=s.seed,
        ),
        settings=(settings.words, s.seed),
        after=["vocabulary", "neighbours", "thesauri"],
        code=[thesaurus],
    )
    return cache.step(
        "context_models",
        lambda: fit_context_models(
            words.ids,
            words.shape,
            words.vocabulary,
            confusable,
            pairs.near,
            settings,
            start,
            cache.scratch_file("context_models", ".pt"),
            lambda done, total, loss: progress(done, total),
        ),
        settings=settings,
        after=["token_stream", "confusables"],
        inputs=[] if s.start_from is None else [s.start_from / "manifest.json"],
        code=[fit_context_models],
    )


def corpus_models(s: TrainSettings, cache: StepCache, progress: Callable[[int, int], None]) -> CorpusModels:
    """Return all models that are estimated from the corpus, the thesauri and the lexicon."""
    words = _corpus_vocabulary(s, cache)
    ngrams = cache.step(
        "n_grams",
        lambda: estimate(words.ids, words.vocabulary.size, s.bigrams, s.trigrams),
        settings=(s.bigrams, s.trigrams),
        after=["vocabulary", "token_stream"],
        code=[estimate],
    )
    if s.arpa is not None:
        write_arpa(ngrams, words.vocabulary.words, s.arpa)
    language_model = cache.step(
        "language_model", lambda: build_language_model(ngrams), after=["n_grams"], code=[build_language_model]
    )
    pairs = _word_pairs(s, cache, words)
    vectors, readers = _context_models(s, cache, words, pairs, progress)
    channel, resources = _channel(s, cache, words, pairs)
    queries = cache.step(
        "phrase_queries",
        lambda: tortured.phrase_queries(s.lexicon / SCREENER, words.vocabulary, words.ids),
        after=["vocabulary", "token_stream"],
        inputs=[s.lexicon / SCREENER],
        code=[tortured],
    )
    return CorpusModels(words, language_model, vectors, readers, channel, resources, queries)


def spinner_resources(s: TrainSettings, work: Path, announce: Callable[[str], None]) -> SpinnerResources:
    """Return the sources that spinners draw on, by the steps of `train` that lead to them, kept in `work`."""
    cache = StepCache(work, announce)
    words = _corpus_vocabulary(s, cache)
    return _channel(s, cache, words, _word_pairs(s, cache, words))[1]


def corpus_documents(s: TrainSettings, cache: StepCache) -> tuple[dict[Split, list[CorpusDocument]], dict[str, Any]]:
    """Return the documents to fit on, by split, and the parameters of Punkt."""

    def read() -> tuple[dict[Split, list[CorpusDocument]], dict[str, Any]]:
        documents: dict[Split, list[CorpusDocument]] = defaultdict(list)
        sample = []
        for number, document in enumerate(corpus.read_corpus(s.corpus)):
            split = corpus.split_of(document)
            if split in ("fit", "calibrate", "dev"):
                documents[split].append(document)
            elif split == "language_model" and number % _PUNKT_SHARE == 0:
                sample.append(document.text)
        return dict(documents), vocabularies.punkt_parameters(sample)

    return cache.step(
        "documents",
        read,
        settings=_PUNKT_SHARE,
        inputs=corpus.corpus_files(s.corpus),
        code=[corpus, vocabularies],
    )
