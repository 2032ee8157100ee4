import pytest
from hypothesis import settings

from detector.cues import CueContext
from detector.model_store import load_models
from detector.text.tokens import tokenize

# The first example loads the models, and machines may be busy.
settings.register_profile("without_deadline", deadline=None)
settings.load_profile("without_deadline")


@pytest.fixture(scope="session")
def models():
    """Return the shipped models."""
    return load_models()


@pytest.fixture(scope="session")
def cue_context(models):
    """Return what a cue may look at in texts, with anything else that it is told."""

    def of(*texts, **further):
        extractor = models.full.extractor
        scores = extractor.extract(tokenize(texts, models.vocabulary))
        return CueContext(scores, extractor, models.name_model, models.tortured_phrases, **further)

    return of
