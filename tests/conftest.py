import pytest

from detector.resources import load_models


@pytest.fixture(scope="session")
def models():
    """Return the shipped models."""
    return load_models()
