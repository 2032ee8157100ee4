"""Dataclasses of arrays on disk: one .npy file an array, read memory-mapped; nothing in them executes."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import numpy as np

from detector.errors import ModelError

__all__ = ["read_arrays", "write_arrays"]

T = TypeVar("T")


def write_arrays(value: Any, folder: Path) -> None:
    """Write a dataclass of arrays: one .npy an array, the small values in settings.json.

    A field that is itself a dataclass of arrays gets a folder of its own.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = {}
    for field in fields(value):
        item = getattr(value, field.name)
        if isinstance(item, np.ndarray):
            np.save(folder / f"{field.name}.npy", item, allow_pickle=False)
        elif is_dataclass(item):
            write_arrays(item, folder / field.name)
        else:
            settings[field.name] = item
    if settings:
        (folder / "settings.json").write_text(json.dumps(settings, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def read_arrays(kind: type[T], folder: Path) -> T:
    """Return the dataclass that `write_arrays` wrote, large arrays memory-mapped.

    Raises ModelError if a file is missing or does not hold these arrays.
    """
    hints = get_type_hints(kind)
    settings: dict[str, Any] = {}
    try:
        if (folder / "settings.json").is_file():
            settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        values: dict[str, Any] = {}
        for field in fields(kind):  # type: ignore[arg-type]
            path = folder / f"{field.name}.npy"
            if field.name in settings:
                item = settings[field.name]
                values[field.name] = tuple(item) if isinstance(item, list) else item
            elif path.is_file():
                large = path.stat().st_size > 100_000
                # A plain view: indexing the memmap class itself costs a Python call each time.
                array = np.load(path, mmap_mode="r" if large else None, allow_pickle=False)
                values[field.name] = array.view(np.ndarray)
            elif (folder / field.name).is_dir():
                values[field.name] = read_arrays(hints[field.name], folder / field.name)
            else:
                raise ModelError(f"the model file {path} is missing: reinstall the package, or run `detector train`")
        return kind(**values)
    # NumPy parses headers as Python literals, and settings may be anything that JSON can say.
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelError(f"the model in {folder} cannot be read ({error}): reinstall the package") from error
