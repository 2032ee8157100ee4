"""From dataclasses to the values that JSON has, and back."""

from __future__ import annotations

import math
import types
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, ClassVar, TypeVar, Union, get_args, get_origin, get_type_hints

__all__ = ["JsonObject", "from_json"]

_T = TypeVar("_T")


class JsonObject:
    """A dataclass that is an object of JSON; `JSON_FIELDS` are its members, or all fields if it is empty."""

    __slots__ = ()
    JSON_FIELDS: ClassVar[tuple[str, ...]] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of the contract; that of a document lacks its `path`."""
        return {name: _to_json(getattr(self, name)) for name in self.JSON_FIELDS or _field_names(type(self))}  # type: ignore[arg-type]


def _to_json(value: Any) -> Any:
    if isinstance(value, JsonObject):
        return value.to_dict()
    return [_to_json(item) for item in value] if isinstance(value, tuple) else value


@cache
def _field_names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    return get_type_hints(kind)


def from_json(kind: type[_T], value: Any) -> _T:
    """Return a dataclass, or a tuple of them, from the JSON of it; null is NaN for a field of type float.

    Members that are not fields are ignored. Raises TypeError, ValueError or AttributeError if the value does not fit.
    """
    built: _T = _from_json(kind, value)
    return built


def _from_json(kind: Any, value: Any) -> Any:
    origin = get_origin(kind)
    if origin in (types.UnionType, Union):
        if value is None:
            return None
        return _from_json(next(k for k in get_args(kind) if k is not type(None)), value)
    if origin is tuple:
        arguments = get_args(kind)
        if arguments[-1] is ...:
            return tuple(_from_json(arguments[0], item) for item in value)
        return tuple(_from_json(k, item) for k, item in zip(arguments, value, strict=True))
    if is_dataclass(kind):
        hints, names = _hints(kind), _field_names(kind)  # type: ignore[arg-type]
        return kind(**{k: _from_json(hints[k], item) for k, item in value.items() if k in names})  # type: ignore[operator]
    if kind is float:
        return math.nan if value is None else float(value)
    return value
