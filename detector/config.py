"""Settings of a project: `[tool.detector]` in pyproject.toml, or detector.toml, nearest upward."""

from __future__ import annotations

import math
import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from glob import escape
from pathlib import Path
from types import UnionType
from typing import Any

from detector.errors import InputError
from detector.readers import is_named, read_bytes

__all__ = ["KEYS", "Config", "find_config", "load_config", "read_config", "threshold_of"]

_COLORS = ("auto", "always", "never")
# The meaning of each key, as `detector --help` prints it.
KEYS = {
    "threshold": 'probability from which a document is flagged, "95%", or a name such as "fpr=0.001"',
    "prior": "share of your texts that are spun, 0 to 1; reports then add the probability for that share",
    "min-gain": "log10 gain from which an edit is made",
    "format": "format of the results, for commands that have it",
    "color": "auto, always or never",
    "exclude": 'patterns of files to skip in folders, such as ["drafts/*"]',
    "cache": "folder for reports that are kept, relative to this file",
    "regions": "true to leave out what authors mark: <!-- detector: off -->, front matter, code fences",
    "max-bytes": "size in bytes above which an input is refused",
    "timeout": "seconds before giving up on a document",
    "ignore": 'cues that are neither shown nor restored, by the ids of `detector explain`, such as ["name_mangling"]',
    "accept": 'wordings that are neither shown nor restored, such as ["scale back"]',
    "phrases": "file of phrases to look for, relative to this file: one a line, then a tab and the expected wording",
    "per-path": 'tables of ignore and accept for some files: [tool.detector.per-path."letters/*"]',
}
_OF_PATH = ("ignore", "accept")


@dataclass(frozen=True)
class Config:
    """The settings of a project; None stands for the default.

    Attributes
    ----------
    threshold : probability, 0 to 1, or the name of a threshold
    min_gain : least log10 gain of an edit
    color : "auto", "always" or "never"
    exclude : patterns of files to skip in folders
    format : used by the commands that have it
    cache : folder in which reports are kept; None for no cache
    prior : share of the project's texts that are spun, 0 to 1
    regions : whether parts that their author marks are left out
    max_bytes : a larger input is refused
    timeout : seconds that a document may take
    ignore : ids of cues that are switched off
    accept : wordings that are accepted as they stand
    phrases : file of the project's own phrases
    per_path : patterns of paths, each with the cues and wordings to ignore and accept there too
    source : the file that the settings are from; empty if there is none
    """

    threshold: float | str | None = None
    min_gain: float | None = None
    color: str | None = None
    exclude: tuple[str, ...] = ()
    format: str | None = None
    cache: Path | None = None
    prior: float | None = None
    regions: bool | None = None
    max_bytes: int | None = None
    timeout: float | None = None
    ignore: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()
    phrases: Path | None = None
    per_path: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = ()
    source: str = ""

    def rules_for(self, path: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the cues that are switched off and the wordings that are accepted in a file.

        >>> Config(accept=("fulfil",), per_path=(("letters/*", ("collocation",), ("yr",)),)).rules_for("letters/a.txt")
        (('collocation',), ('fulfil', 'yr'))
        """
        ignore, accept = self.ignore, self.accept
        for pattern, ignored, accepted in self.per_path:
            if is_named(Path(path), self._anchored(pattern)):
                ignore, accept = (*ignore, *ignored), (*accept, *accepted)
        return ignore, accept

    @property
    def excluded(self) -> tuple[str, ...]:
        """The patterns of files to skip, each also from the folder of the settings on."""
        return tuple(anchored for pattern in self.exclude for anchored in self._anchored(pattern))

    def _anchored(self, pattern: str) -> tuple[str, ...]:
        if not self.source:
            return (pattern,)
        return pattern, str(Path(escape(os.path.abspath(Path(self.source).parent)), pattern))


def _is_number(value: object) -> bool:
    try:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:  # a whole number beyond all floats
        return False


def _is_path(value: object) -> bool:
    return isinstance(value, str) and value != "" and "\0" not in value


def _is_positive(value: object, kinds: type | UnionType) -> bool:
    return isinstance(value, kinds) and _is_number(value) and value > 0  # type: ignore[operator]


def _check_keys(table: Mapping[str, object], known: Sequence[str], where: str) -> None:
    for key in table:
        if key not in known:
            near = get_close_matches(key.replace("_", "-"), known, n=1, cutoff=0.0)
            raise InputError(f"{where}: unknown key {key!r}; did you mean {near[0] if near else known[0]!r}?")


def _strings(table: Mapping[str, Any], key: str, where: str, expected: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(p, str) and p.strip() for p in value):
        raise InputError(f"{where}: {key} is {value!r}, expected a list of {expected}")
    return tuple(value)


def _cue_ids(table: Mapping[str, Any], where: str, cues: Sequence[str]) -> tuple[str, ...]:
    ids = _strings(table, "ignore", where, "cue ids")
    for cue in ids:
        if cue not in cues:
            near = get_close_matches(cue, cues, n=1, cutoff=0.0)
            raise InputError(f"{where}: ignore: {cue!r} is not the id of a cue; did you mean {near[0]!r}?")
    return ids


def threshold_of(value: object) -> float | str | None:
    """Return a threshold as a number if it is one, or a percentage; a name as it stands; None if it cannot be one.

    >>> threshold_of("95%"), threshold_of("fpr=0.001"), threshold_of(7)
    (0.95, 'fpr=0.001', None)
    """
    if isinstance(value, str):
        try:
            number = float(value.removesuffix("%"))
        except ValueError:
            return value or None
        value = number / 100 if value.endswith("%") else number
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= 1 else None


def read_config(table: dict[str, Any], where: str, formats: Sequence[str], cues: Sequence[str]) -> Config:
    """Return the settings that a table holds.

    Raises InputError for an unknown key, naming the nearest, and for a value of the wrong kind.

    >>> read_config({"threshold": 0.9}, "detector.toml", ("text", "json"), ("substitution",)).threshold
    0.9
    """
    _check_keys(table, list(KEYS), where)

    def check(key: str, good: bool, expected: str) -> None:
        if key in table and not good:
            raise InputError(f"{where}: {key} is {table[key]!r}, expected {expected}")

    threshold = threshold_of(table.get("threshold"))
    check("threshold", threshold is not None, 'a number from 0 to 1, "95%", or a name such as "fpr=0.001"')
    check("min-gain", _is_number(table.get("min-gain")), "a finite number, log10 odds")
    prior = threshold_of(table.get("prior"))
    check("prior", isinstance(prior, float), 'a number from 0 to 1, such as 0.01, or "1%"')
    check("color", table.get("color") in _COLORS, f"one of {', '.join(_COLORS)}")
    check("format", table.get("format") in formats, f"one of {', '.join(formats)}")
    check("regions", isinstance(table.get("regions"), bool), "true or false")
    check("max-bytes", _is_positive(table.get("max-bytes"), int), "a number of bytes, 1 or more")
    check("timeout", _is_positive(table.get("timeout"), int | float), "a number of seconds above 0")
    cache, phrases, per_path = table.get("cache"), table.get("phrases"), table.get("per-path", {})
    check("cache", _is_path(cache), 'a folder, such as ".detector_cache"')
    check("phrases", _is_path(phrases), 'a file, such as "phrases.tsv"')
    check("per-path", isinstance(per_path, dict) and all(isinstance(t, dict) for t in per_path.values()), "tables")
    of_paths = []
    for pattern, rules in per_path.items():
        here = f"{where}: per-path.{pattern!r}"
        _check_keys(rules, _OF_PATH, here)
        of_paths.append((pattern, _cue_ids(rules, here, cues), _strings(rules, "accept", here, "wordings")))
    folder = Path(where).parent
    return Config(
        threshold,
        table.get("min-gain"),
        table.get("color"),
        _strings(table, "exclude", where, 'patterns, such as ["drafts/*"]'),
        table.get("format"),
        folder / cache if cache else None,
        prior if isinstance(prior, float) else None,
        table.get("regions"),
        table.get("max-bytes"),
        table.get("timeout"),
        _cue_ids(table, where, cues),
        _strings(table, "accept", where, "wordings"),
        folder / phrases if phrases else None,
        tuple(of_paths),
        where,
    )


def load_config(path: Path, formats: Sequence[str], cues: Sequence[str]) -> Config:
    """Return the settings in a file that was named.

    Raises InputError if it cannot be read, is not TOML (naming the line), or holds a setting that is not understood.
    """
    try:
        table = tomllib.loads(read_bytes(path).decode("utf-8"))
    except InputError as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not valid TOML: {error}") from None
    if path.name == "pyproject.toml":
        own = _of_tool(table)
        if not isinstance(own, dict):
            raise InputError(f"{path}: tool.detector is not a table")
        table = own
    return read_config(table, str(path), formats, cues)


def _of_tool(table: dict[str, Any]) -> object:
    """Return the settings of this program in a pyproject.toml, an empty table if there are none."""
    tool = table.get("tool")
    return tool.get("detector", {}) if isinstance(tool, dict) else {}


def find_config(start: Path, formats: Sequence[str], cues: Sequence[str]) -> Config:
    """Return the settings nearest to `start`, upward; detector.toml takes precedence over pyproject.toml.

    A pyproject.toml without `[tool.detector]` is skipped. Raises InputError for a file that is not TOML
    and for settings that are not understood.
    """
    for folder in (start, *start.parents):
        if (folder / "detector.toml").is_file():
            return load_config(folder / "detector.toml", formats, cues)
        pyproject = folder / "pyproject.toml"
        if pyproject.is_file() and _has_settings(pyproject):
            return load_config(pyproject, formats, cues)
    return Config()


def _has_settings(pyproject: Path) -> bool:
    """Return whether a pyproject.toml has settings of this program; a broken file without any is not an error."""
    try:
        text = read_bytes(pyproject).decode("utf-8", "replace")
    except InputError:
        return False
    try:
        return _of_tool(tomllib.loads(text)) != {}
    except (ValueError, RecursionError):
        return "tool.detector" in text
