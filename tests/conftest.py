import pytest

from detector.model_store import load_models


@pytest.fixture(scope="session")
def models():
    """Return the shipped models."""
    return load_models()
