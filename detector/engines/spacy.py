"""A spaCy component: `nlp.add_pipe("detector")` after `import detector.engines.spacy`.

`doc.spans["detector"]` holds the words that read as substituted, the cue as label and its weight in `attrs["scores"]`;
`doc._.detector` is the `Report`.
"""

# Without `from __future__ import annotations`: spaCy before 3.8.8 cannot resolve a factory's annotations from strings.

from collections.abc import Iterable, Iterator
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, SpanGroup
from spacy.util import minibatch

from detector.api import Threshold, detect_many
from detector.types import Report

__all__ = ["DetectorComponent"]


class DetectorComponent:
    """Adds a report to documents, and its evidence as spans, widened to whole tokens."""

    def __init__(self, threshold: Threshold, spans_key: str) -> None:
        self.threshold, self.spans_key = threshold, spans_key
        if not Doc.has_extension("detector"):
            Doc.set_extension("detector", default=None)

    def __call__(self, doc: Doc) -> Doc:
        """Return the document with its report and spans."""
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], batch_size: int = 64) -> Iterator[Doc]:
        """Yield the documents with their reports and spans."""
        for docs in minibatch(stream, batch_size):
            for doc, report in zip(docs, detect_many([d.text for d in docs], threshold=self.threshold), strict=True):
                self._set(doc, report)
                yield doc

    def _set(self, doc: Doc, report: Report) -> None:
        doc._.detector = report
        spans: list[Any] = []
        weights: list[float] = []
        for found in report.evidence:
            span = doc.char_span(found.start, found.end, label=found.cue, alignment_mode="expand")
            if span is not None:
                spans.append(span)
                weights.append(found.log10_odds)
        doc.spans[self.spans_key] = SpanGroup(doc, name=self.spans_key, attrs={"scores": weights}, spans=spans)


@Language.factory(  # type: ignore[untyped-decorator]
    "detector", default_config={"threshold": None, "spans_key": "detector"}, assigns=["doc.spans", "doc._.detector"]
)
def _component(nlp: Language, name: str, threshold: float | str | None, spans_key: str) -> DetectorComponent:
    return DetectorComponent(threshold, spans_key)
