"""Notebooks: the first one runs here, all of them by `nox -s notebooks`; their committed outputs hold no error."""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).resolve().parent.parent / "notebooks").glob("*.ipynb"))


def outputs(notebook):
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def test_there_are_five_notebooks():
    assert len(NOTEBOOKS) == 5


@pytest.mark.slow
def test_the_first_notebook_runs():
    notebook = nbformat.read(NOTEBOOKS[0], as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(NOTEBOOKS[0].parent)}}).execute()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_outputs_are_committed_whole_and_without_errors(path):
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert not [o for o in outputs(notebook) if o.output_type == "error" or o.get("name") == "stderr"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_every_picture_is_told_in_words(path):
    notebook = nbformat.read(path, as_version=4)
    shown = [o.data for o in outputs(notebook) if "data" in o]
    pictures = [tag for data in shown for tag in re.findall(r"<img[^>]*>", "".join(data.get("text/html", "")))]
    assert pictures
    assert all(len(re.search(r'alt="([^"]*)"', tag).group(1)) > 30 for tag in pictures)
    assert not any(kind.startswith("image/") for data in shown for kind in data)
