"""docs/glossary.md: names that were given up do not come back, and those that it explains are there."""

import ast
import re
from pathlib import Path

import detector

PACKAGE = Path(detector.__file__).resolve().parent
GLOSSARY = (Path(__file__).resolve().parents[1] / "docs" / "glossary.md").read_text(encoding="utf-8")


def rows(title):
    """The rows of the table under a heading, as lists of cells."""
    section = GLOSSARY.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line.strip("| \n").split(" | ") for line in section.splitlines() if line.startswith("|")]
    return lines[2:]


GIVEN_UP = {name for cells in rows("Names given up") for name in cells[0].split(", ")}


def names(tree):
    """Names of the classes, functions and parameters that a module defines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


DEFINED = {
    name.lstrip("_"): path.relative_to(PACKAGE).as_posix()
    for path in sorted(PACKAGE.rglob("*.py"))
    for name in names(ast.parse(path.read_text(encoding="utf-8")))
}


def test_the_list_is_read():
    assert {"Heard", "Glance", "Measurer", "spin_again"} <= GIVEN_UP
    assert all(re.fullmatch(r"\w+", name) for name in GIVEN_UP)
    assert {"Report", "detect", "threshold", "probability"} <= DEFINED.keys()


def test_names_that_were_given_up_do_not_come_back():
    assert not {name: DEFINED[name] for name in GIVEN_UP & DEFINED.keys()}


def constants_and_parameters(tree):
    """Names of the constants of a module, and of all parameters in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id.isupper():
            yield node.id


def test_limits_are_called_min_and_max():
    superlative = re.compile(r"_*(longest|shortest|fewest|most|least|at_least)(_|$)", re.IGNORECASE)
    assert superlative.match("_LONGEST_WORD")
    found = {
        f"{path.relative_to(PACKAGE)}: {name}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for name in constants_and_parameters(ast.parse(path.read_text(encoding="utf-8")))
        if superlative.match(name)
    }
    assert not found


def test_names_that_are_explained_are_there():
    # A field, a function or a class each.
    explained = {
        name
        for title in ("Scores", "Parts of the program")
        for cells in rows(title)
        for name in re.findall(r"`(\w+)`", cells[0])
    }
    assert len(explained) > 20
    assert not explained - DEFINED.keys()


def test_each_idea_has_one_row():
    keys = [name for title in ("Words of the subject", "Scores", "Parts of the program") for name, *_ in rows(title)]
    assert len(keys) == len(set(keys))
    assert len(GIVEN_UP) == sum(len(cells[0].split(", ")) for cells in rows("Names given up"))
