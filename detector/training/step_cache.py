"""A cache of long steps on disk, in which a stale result is never found.

A result is found again only if nothing that it depends on has changed: the step's settings, the files that it reads,
the steps before it, and the source of the modules that compute it, with all modules of this package that those import
and their data files. The versions of other packages are not part of the key.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

import joblib

__all__ = ["StepCache", "source_digest"]

T = TypeVar("T")
_PACKAGE = __name__.partition(".")[0]
_ROOT = Path(__file__).resolve().parents[__name__.count(".")]
_DIGITS = 16  # hexadecimal digits of a key


@dataclass
class StepCache:
    """Keeps the results of named steps in a folder.

    Attributes
    ----------
    folder : of the results, one file a step, which replaces an older one of that step
    announce : called with the name of each step as it begins
    """

    folder: Path
    announce: Callable[[str], None] = lambda step: None
    _keys: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    def key(
        self,
        name: str,
        settings: Any = None,
        after: Sequence[str] = (),
        inputs: Iterable[Traversable] = (),
        code: Sequence[object] = (),
    ) -> str:
        """Return the key of a step, and register it for the steps after it.

        Parameters
        ----------
        settings : all else that the result depends on; two settings are equal if they have the same `repr`
        after : names of the steps whose results it uses; they have a key already
        inputs : files that it reads, and folders of such files
        code : modules, or functions and classes of the modules, that compute it
        """
        modules = sorted({_module_of(part) for part in code})
        parts = [
            name,
            repr(settings),
            [self._keys[step] for step in after],
            [[path.name, _content_digest(path)] for path in _files(inputs)],
            [[module, source_digest(module)] for module in modules],
        ]
        key = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:_DIGITS]
        self._keys[name] = key
        return key

    def scratch_file(self, name: str, suffix: str) -> Path:
        """Return a file for the state of a step that has a key: an interrupted step goes on from it."""
        return self.folder / f"{name}-{self._keys[name]}{suffix}"

    def step(
        self,
        name: str,
        work: Callable[[], T],
        *,
        settings: Any = None,
        after: Sequence[str] = (),
        inputs: Iterable[Traversable] = (),
        code: Sequence[object] = (),
    ) -> T:
        """Return the result of `work`, from the folder if it is there under the step's key (`StepCache.key`).

        Without `code` the step depends on the module that defines `work`.
        """
        self.announce(name.replace("_", " "))
        path = self.folder / f"{name}-{self.key(name, settings, after, inputs, code or (work,))}.joblib"
        if path.exists():
            known: T = joblib.load(path)
            return known
        result = work()
        partial = path.with_name(f"{path.name}.partial")
        joblib.dump(result, partial)
        for older in self.folder.glob(f"{name}-{'[0-9a-f]' * _DIGITS}.joblib"):
            older.unlink()
        partial.replace(path)
        return result


def _files(inputs: Iterable[Traversable]) -> Iterator[Traversable]:
    for path in inputs:
        if path.is_dir():
            yield from sorted((file for file in path.iterdir() if file.is_file()), key=lambda file: file.name)
        else:
            yield path


def _content_digest(path: Traversable) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]


def _module_of(part: object) -> str:
    module = inspect.getmodule(part)
    if module is None or _source_of(module.__name__) is None:
        raise ValueError(f"{part!r} is not of {_PACKAGE}: name a module of it, or a function or class of one")
    return module.__name__


@cache
def source_digest(module: str) -> str:
    """Return SHA-256 of a module's source and data files, and of all modules of this package that it imports."""
    digest = hashlib.sha256()
    for path in sorted(_sources(module)):
        digest.update(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _sources(module: str) -> set[Path]:
    """Return the files of a module and of its imports from this package, at any place in its source."""
    paths: set[Path] = set()
    names, seen = [module], set()
    while names:
        name = names.pop()
        path = None if name in seen else _source_of(name)
        seen.add(name)
        if path is not None:
            paths |= {path, *(file for file in path.with_name("data").glob("*") if file.is_file())}
            names += [n for n in _imports(path) if n.partition(".")[0] == _PACKAGE and n != _PACKAGE]
    return paths


def _source_of(name: str) -> Path | None:
    """Return the source of a module of this package; None if the name is of something in a module."""
    path = _ROOT.joinpath(*name.split("."))
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
