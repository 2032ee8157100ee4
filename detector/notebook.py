"""How notebooks show reports and restorations: their `_repr_html_`, added here since `types` knows no format."""

from __future__ import annotations

from detector.types import Report, Restoration

__all__: list[str] = []


def _report_html(report: Report) -> str:
    """Return the report as HTML, as notebooks ask for it."""
    from detector.api import model_info
    from detector.readers import InputDocument
    from detector.report.html import report_fragment
    from detector.report.model import JudgedDocument

    doubtful_from = model_info()["thresholds"].get("fpr=0.01")
    return report_fragment(JudgedDocument(InputDocument("", report.source), report, doubtful_from))


def _restoration_html(restoration: Restoration) -> str:
    """Return the restoration as HTML, as notebooks ask for it."""
    from detector.report.html import restoration_fragment

    return restoration_fragment(restoration)


Report._repr_html_ = _report_html  # type: ignore[attr-defined]
Restoration._repr_html_ = _restoration_html  # type: ignore[attr-defined]
