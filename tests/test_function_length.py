"""No function has a body of more than 60 lines, its docstring apart."""

import ast
from pathlib import Path

import pytest

import detector

PACKAGE = Path(detector.__file__).resolve().parent
TESTS = Path(__file__).resolve().parent
LIMIT = 60


def long_functions(source):
    """The functions of a module that are too long, with the lines of their bodies."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
            lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0
            if lines > LIMIT:
                yield node.name, lines


@pytest.mark.parametrize("folder", [PACKAGE, TESTS], ids=["detector", "tests"])
def test_no_function_is_long(folder):
    found = {
        f"{path.relative_to(folder)}: {name}": lines
        for path in sorted(folder.rglob("*.py"))
        for name, lines in long_functions(path.read_text(encoding="utf-8"))
    }
    assert not found


def test_lines_are_those_of_the_body():
    docstring = '    """' + "Said.\n" * 80 + '"""\n'
    body = "    x = 1\n" * (LIMIT + 1)
    assert not list(long_functions(f"def f(\n    a,\n    b,\n):\n{docstring}" + "    x = 1\n" * LIMIT))
    assert list(long_functions(f"def f():\n{docstring}{body}")) == [("f", LIMIT + 1)]
