"""Print the versions of all packages that a developer's environment needs, as they are installed: tests/locked.txt.

    python -m pip install -e ".[test,dev,docs]" && python tests/lock.py > tests/locked.txt

`pip install -e ".[test,dev,docs]" -c tests/locked.txt` gives the same environment again.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

__all__ = ["EXTRAS", "closure", "own_requirements"]

EXTRAS = ("test", "dev", "docs")
_PYPROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"


def own_requirements(extras: Iterable[str]) -> list[Requirement]:
    """Return what pyproject.toml asks for, for the core and some extras."""
    project = tomllib.loads(_PYPROJECT.read_text(encoding="utf-8"))["project"]
    of_extras = [line for extra in extras for line in project["optional-dependencies"][extra]]
    return [Requirement(line) for line in [*project["dependencies"], *of_extras]]


def closure(requirements: Iterable[Requirement]) -> Iterator[tuple[str, str]]:
    """Yield name and installed version of the packages, and of all that they need here.

    Raises PackageNotFoundError if one is not installed.
    """
    waiting = [(r, frozenset(r.extras)) for r in requirements]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        requirement, extras = waiting.pop()
        key = canonicalize_name(requirement.name), extras
        if key in seen:
            continue
        seen.add(key)
        found = distribution(requirement.name)
        if not any(name == key[0] and other != extras for name, other in seen):
            yield key[0], found.version
        for line in found.requires or ():
            needed = Requirement(line)
            if needed.marker is None or any(needed.marker.evaluate({"extra": e}) for e in extras or {""}):
                waiting.append((needed, frozenset(needed.extras)))


def main() -> None:
    """Print a line for each package, sorted."""
    try:
        found = sorted(closure(own_requirements(EXTRAS)))
    except PackageNotFoundError as error:
        raise SystemExit(f"{error.name} is not installed: pip install -e '.[{','.join(EXTRAS)}]'") from None
    for name, version in found:
        print(f"{name}=={version}")


if __name__ == "__main__":
    main()
