import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import settings

from detector.cli import main
from detector.cues import CueContext
from detector.model_store import load_models
from detector.text.tokens import tokenize

# The first example loads the models, and machines may be busy.
settings.register_profile("without_deadline", deadline=None)
settings.load_profile("without_deadline")


ARTICLES = Path(__file__).resolve().parents[1] / "notebooks" / "articles"


@pytest.fixture(scope="session")
def models():
    """Return the shipped models."""
    return load_models()


@pytest.fixture(scope="session")
def cue_context(models):
    """Return the inputs of a cue for some texts, with the given replacements."""

    def of(*texts, **further):
        extractor = models.full.extractor
        scores = extractor.extract(tokenize(texts, models.vocabulary))
        return CueContext(scores, extractor, models.name_model, models.tortured_phrases, **further)

    return of


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Work in a folder of its own that holds a spun article and a human one, with no setting of colours."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    shutil.copy(ARTICLES / "harbour-talks-spun.txt", "spun.txt")
    shutil.copy(ARTICLES / "harbour-talks.txt", "human.txt")
    return tmp_path


@pytest.fixture
def run(capfd):
    """Run the command line; return exit code, standard output and standard error."""

    def call(*arguments):
        capfd.readouterr()
        code = main([str(a) for a in arguments])
        out, err = capfd.readouterr()
        return code, out, err

    return call


@pytest.fixture
def small_disk(tmp_path):
    """Return a folder on a disk of 48 kB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48k", "tmpfs", str(folder)], capture_output=True).returncode:
        pytest.skip("a disk cannot be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
