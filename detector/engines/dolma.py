"""A tagger for dolma: `dolma tag --taggers spun_text --tagger_modules detector.engines.dolma`.

Attributes of a document: `probability`, one span over the whole with calibrated P(spun) as its score, none if the
verdict abstains; `spun`, the same span if the document is flagged; `spun_passage`, the passages that read as spun.
"""

from __future__ import annotations

from dolma import add_tagger
from dolma.core.data_types import DocResult, Document, Span
from dolma.core.taggers import BaseTagger

from detector.api import score_many

__all__ = ["SpunTagger"]


@add_tagger("spun_text")
class SpunTagger(BaseTagger):  # type: ignore[misc]
    """Tags documents with their probability, by the default threshold."""

    @property
    def defaults(self) -> list[str]:
        """Return the attributes that every document has, without spans if there is nothing to say."""
        return ["probability", "spun", "spun_passage"]

    def predict(self, doc: Document) -> DocResult:
        """Return the spans of one document."""
        (report,) = score_many([doc.text])
        spans = []
        if report.probability is not None:
            kinds = ["probability", "spun"] if report.verdict == "spun" else ["probability"]
            spans = [Span(start=0, end=len(doc.text), type=kind, score=report.probability) for kind in kinds]
        spans += [
            Span(start=p.start, end=p.end, type="spun_passage", score=p.probability)
            for p in report.passages
            if p.verdict == "spun"
        ]
        return DocResult(doc=doc, spans=spans)
