"""Feature tables whose columns have names, so that no code counts them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Columns"]


@cache
def _places(names: tuple[str, ...]) -> dict[str, int]:
    return {name: place for place, name in enumerate(names)}


@dataclass(frozen=True)
class Columns:
    """Features of some rows, by the name of the column.

    Attributes
    ----------
    names : of the columns, in their order
    values : float32 (rows, len(names)); a column is a view of it

    Examples
    --------
    >>> table = Columns.zeros(("length", "zipf"), 2)
    >>> table["zipf"] = [4.5, 2.0]
    >>> table["length"][1:] = 7
    >>> table.values.tolist()
    [[0.0, 4.5], [7.0, 2.0]]
    """

    names: tuple[str, ...]
    values: NDArray[np.float32]

    @classmethod
    def zeros(cls, names: tuple[str, ...], rows: int) -> Columns:
        """Return a table of so many rows of zeros."""
        return cls(names, np.zeros((rows, len(names)), dtype=np.float32))

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        column: NDArray[np.float32] = self.values[:, _places(self.names)[name]]
        return column

    def __setitem__(self, name: str, column: ArrayLike) -> None:
        self.values[:, _places(self.names)[name]] = column

    def at(self, names: Iterable[str]) -> list[int]:
        """Return the places of several columns, for use as an index of `values`."""
        return [_places(self.names)[name] for name in names]
