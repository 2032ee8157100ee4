"""The packages and data that this program is made from: locked versions, oldest versions, licences."""

import re
from importlib.metadata import distribution
from pathlib import Path

import pytest
from lock import EXTRAS, own_requirements
from packaging.utils import canonicalize_name

from detector.api import model_info
from detector.model_store import find_models

ROOT = Path(__file__).resolve().parents[1]
LOCKED = dict(line.split("==") for line in (ROOT / "tests" / "locked.txt").read_text(encoding="utf-8").splitlines())
# What users may install: the core, and the extras that read, write and serve.
RUNTIME = ("html", "pdf", "docx", "parquet", "zstd", "fsspec", "frames", "plots", "serve")
# Words of licences that let anyone use, change and pass on a package, MPL 2.0 the strictest of them.
FREE = re.compile(r"\b(MIT|BSD|Apache|Mozilla Public License 2\.0|MPL|Python Software Foundation|PSF|matplotlib)\b")


@pytest.mark.parametrize("requirement", own_requirements(EXTRAS), ids=lambda r: r.name)
def test_the_locked_environment_holds_what_is_asked_for(requirement):
    name = canonicalize_name(requirement.name)
    assert name in LOCKED, "run: python tests/lock.py > tests/locked.txt"
    assert requirement.specifier.contains(LOCKED[name])


@pytest.mark.parametrize("requirement", own_requirements((*EXTRAS, *RUNTIME)), ids=lambda r: r.name)
def test_every_requirement_says_the_oldest_version(requirement):
    """`nox -s oldest` installs exactly these."""
    (specifier,) = requirement.specifier
    assert specifier.operator == ">="


@pytest.mark.parametrize("name", sorted({r.name for r in own_requirements(RUNTIME)}))
def test_dependencies_have_free_licences_which_the_page_names(name):
    metadata = distribution(name).metadata
    told = [metadata.get("License-Expression"), metadata.get("License"), *(metadata.get_all("Classifier") or [])]
    found = FREE.search(" ".join(line for line in told if line and ("License" in line or "::" not in line)))
    assert found
    page = (ROOT / "docs" / "reference" / "licences.md").read_text(encoding="utf-8")
    (row,) = re.findall(rf"^\| {re.escape(name)} \| (.+?) \|$", page, re.MULTILINE)
    assert FREE.search(row)


def test_every_source_of_data_has_a_licence_or_says_that_none_is_stated():
    notice = (find_models() / "NOTICE").read_text(encoding="utf-8")
    for source in model_info()["sources"]:
        assert source["licence"].strip()
        assert source["use"].strip()
        assert source["name"] in notice
