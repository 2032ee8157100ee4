"""Settings of a project: `[tool.detector]` in pyproject.toml, or detector.toml, nearest upward."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from detector.errors import InputError

__all__ = ["Config", "find_config", "read_config"]

_COLORS = ("auto", "always", "never")
_KEYS = ("threshold", "min-gain", "color", "exclude", "format", "cache")


@dataclass(frozen=True)
class Config:
    """What a project has settled; None where it leaves the default alone.

    Attributes
    ----------
    threshold : probability, 0 to 1, or the name of a threshold
    min_gain : log10 gain below which an edit is not made
    color : "auto", "always" or "never"
    exclude : patterns of files that are passed over in folders
    format : used by the commands that have it
    cache : folder in which reports are kept, beside the file that names it; None for no cache
    """

    threshold: float | str | None = None
    min_gain: float | None = None
    color: str | None = None
    exclude: tuple[str, ...] = ()
    format: str | None = None
    cache: Path | None = None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def read_config(table: dict[str, Any], where: str, formats: tuple[str, ...]) -> Config:
    """Return the settings that a table holds.

    Raises InputError for an unknown key, naming the nearest, and for a value of the wrong kind.

    >>> read_config({"threshold": 0.9}, "detector.toml", ("text", "json")).threshold
    0.9
    """
    for key in table:
        if key not in _KEYS:
            near = get_close_matches(key.replace("_", "-"), _KEYS, n=1, cutoff=0.0)
            raise InputError(f"{where}: unknown key {key!r}; did you mean {near[0] if near else _KEYS[0]!r}?")

    def check(key: str, good: bool, expected: str) -> None:
        if key in table and not good:
            raise InputError(f"{where}: {key} is {table[key]!r}, expected {expected}")

    threshold, min_gain, exclude = table.get("threshold"), table.get("min-gain"), table.get("exclude", [])
    check(
        "threshold",
        isinstance(threshold, str) or (_is_number(threshold) and 0 <= float(threshold or 0) <= 1),
        'a number from 0 to 1, or a name such as "fpr=0.001"',
    )
    check("min-gain", _is_number(min_gain), "a number, log10 odds")
    check("color", table.get("color") in _COLORS, f"one of {', '.join(_COLORS)}")
    check(
        "exclude",
        isinstance(exclude, list) and all(isinstance(p, str) for p in exclude),
        'a list of patterns, such as ["drafts/*"]',
    )
    check("format", table.get("format") in formats, f"one of {', '.join(formats)}")
    cache = table.get("cache")
    check("cache", isinstance(cache, str) and cache != "", 'a folder, such as ".detector_cache"')
    return Config(
        threshold,
        min_gain,
        table.get("color"),
        tuple(exclude),
        table.get("format"),
        Path(where).parent / cache if cache else None,
    )


def find_config(start: Path, formats: tuple[str, ...]) -> Config:
    """Return the settings nearest to `start`, upward; detector.toml goes before pyproject.toml.

    A pyproject.toml without `[tool.detector]` is passed over. Raises InputError for a file that is no TOML
    and for settings that are not understood.
    """
    for folder in (start, *start.parents):
        for name in ("detector.toml", "pyproject.toml"):
            path = folder / name
            try:
                table = tomllib.loads(path.read_text(encoding="utf-8"))
            except (FileNotFoundError, NotADirectoryError):
                continue
            except (OSError, ValueError) as error:
                # Someone else's broken pyproject.toml far up is not ours to complain of.
                if name == "pyproject.toml":
                    continue
                raise InputError(f"{path}: cannot be read: {error}") from None
            if name == "pyproject.toml":
                tools = table.get("tool", {})
                if "detector" not in tools:
                    continue
                table = tools["detector"]
                if not isinstance(table, dict):
                    raise InputError(f"{path}: tool.detector is no table")
            return read_config(table, str(path), formats)
    return Config()
