"""Checks of arguments, with errors that show what was given."""

from __future__ import annotations

import math

import numpy as np

from detector.errors import InputError

__all__ = ["number_between", "shown"]


def shown(value: object) -> str:
    """Return `repr(value)` for an error message; the type's name if Python cannot print it (a number of 5,000 digits).

    >>> shown(0.5), shown(10**5000)
    ('0.5', 'a value of type int that cannot be shown')
    """
    try:
        return repr(value)
    except Exception:  # it may be of anyone's making
        return f"a value of type {type(value).__name__} that cannot be shown"


def number_between(value: object, what: str, low: float, high: float) -> float:
    """Return a finite number between two bounds, from any kind of number that Python or NumPy has.

    Results carry it, and JSON has no infinity.
    """
    expected = f"give a number from {low:g} to {high:g}" if math.isfinite(high) else "give a finite number"
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.integer | np.floating):
        raise InputError(f"{what} is {shown(value)}: {expected}")
    if not low <= value <= high:
        raise InputError(f"{what} is {shown(value)}: {expected}")
    try:
        number = float(value)
    except OverflowError:  # a whole number beyond all floats
        raise InputError(f"{what} is too large: {expected}") from None
    if not math.isfinite(number):
        raise InputError(f"{what} is {shown(value)}: {expected}")
    return number
