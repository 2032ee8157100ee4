"""The answer that a worker sends back, and the error that it raises if a request cannot be read."""

from __future__ import annotations

from dataclasses import dataclass

from detector.errors import DetectorError

__all__ = ["Answer", "RequestError"]


@dataclass(frozen=True, slots=True)
class Answer:
    """The body of an HTTP response, its media type and its status."""

    content: bytes
    media_type: str
    status: int = 200


class RequestError(DetectorError):
    """The request is not one that this server understands."""
