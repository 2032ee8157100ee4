"""A filter for datatrove pipelines: drops documents by verdict, in batches, with the reason."""

from __future__ import annotations

from typing import Any

from datatrove.pipeline.filters.base_filter import BaseFilter

from detector.api import Threshold, scores

__all__ = ["SpunFilter"]


class SpunFilter(BaseFilter):  # type: ignore[misc]
    """Drops documents that read as spun; `metadata` of all gets the probability and the verdict.

    Parameters
    ----------
    threshold : as `detect` takes it
    drop : the verdicts that are dropped; the verdict is the reason that the exclusion writer and the statistics show
    exclusion_writer : writes the documents that are dropped
    batch_size : documents that are scored together
    """

    name = "🔍 Spun text"

    def __init__(
        self,
        threshold: Threshold = None,
        drop: tuple[str, ...] = ("spun",),
        exclusion_writer: Any = None,
        batch_size: int = 128,
    ) -> None:
        super().__init__(exclusion_writer, batch_size)
        self.threshold, self.drop = threshold, drop

    def filter(self, doc: Any) -> bool | tuple[bool, str]:
        """Return whether one document is kept, or why it is not."""
        return self.filter_batch([doc])[0]

    def filter_batch(self, batch: list[Any]) -> list[bool | tuple[bool, str]]:
        """Return whether each document is kept, or why it is not."""
        found = scores([doc.text for doc in batch], threshold=self.threshold)
        out: list[bool | tuple[bool, str]] = []
        for doc, p, verdict in zip(batch, found.probability.tolist(), found.verdict, strict=True):
            doc.metadata["detector_verdict"] = verdict
            doc.metadata["detector_probability"] = None if p != p else p
            out.append((False, verdict) if verdict in self.drop else True)
        return out
