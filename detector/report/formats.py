"""The report formats, besides the terminal's. To add one, write a module with a `FORMAT` and name it here."""

from __future__ import annotations

from detector.report import github, html, json, markdown, sarif
from detector.report.format import ReportFormat

__all__ = ["REPORT_FORMATS", "REPORT_FORMAT_BY_NAME"]

REPORT_FORMATS: tuple[ReportFormat, ...] = (json.FORMAT, html.FORMAT, sarif.FORMAT, github.FORMAT, markdown.FORMAT)
REPORT_FORMAT_BY_NAME = {made.name: made for made in REPORT_FORMATS}
