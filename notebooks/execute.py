"""Execute the notebooks and keep their outputs, or only see that they run.

    python notebooks/execute.py                     execute all, and write what they show
    python notebooks/execute.py --check 1-*.ipynb   execute some, write nothing

They need `pip install ".[test,train]"`. The same models give the same outputs.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).resolve().parent
_MOST = 120.0  # seconds that a notebook may take on two idle cores


def executed(path: Path, timeout: int = 3600) -> nbformat.NotebookNode:
    """Return the notebook with the outputs of a fresh run; raise CellExecutionError if a cell fails."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=timeout, record_timing=False, resources={"metadata": {"path": str(HERE)}})
    client.execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    return notebook


def main() -> None:
    """Execute the notebooks that are named, all if none is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=["*.ipynb"], help="patterns of names in this folder")
    parser.add_argument("--check", action="store_true", help="write nothing")
    arguments = parser.parse_args()
    paths = sorted({path for name in arguments.names for path in HERE.glob(name)})
    if not paths:
        parser.error(f"no notebook in {HERE} is called {' or '.join(arguments.names)}")
    for path in paths:
        begun = time.perf_counter()
        notebook = executed(path)
        taken = time.perf_counter() - begun
        if not arguments.check:
            nbformat.write(notebook, path)
        print(f"{path.name}: {taken:.0f} s{', more than it may take' if taken > _MOST else ''}", flush=True)


if __name__ == "__main__":
    main()
