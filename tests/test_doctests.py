"""The examples in docstrings are run."""

import ast
import doctest
import importlib
from pathlib import Path

import pytest

import detector

PACKAGE = Path(detector.__file__).resolve().parent


def with_examples():
    """Names of the modules whose source shows an example; the rest, PyTorch's among them, need no import."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if ">>> " in path.read_text(encoding="utf-8"):
            name = ".".join(("detector", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
            yield name


NAMES = list(with_examples())


def test_the_entry_points_have_examples():
    tree = ast.parse((PACKAGE / "api.py").read_text(encoding="utf-8"))
    shown = {n.name for n in tree.body if isinstance(n, ast.FunctionDef) and ">>>" in (ast.get_docstring(n) or "")}
    assert {"detect", "reverse"} <= shown


@pytest.mark.parametrize("name", NAMES)
def test_examples_of(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted
    assert not result.failed
