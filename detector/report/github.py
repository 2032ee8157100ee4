"""GitHub annotations: a workflow command for each finding, which shows beside the line in a pull request."""

from __future__ import annotations

from detector.report.lines import LineIndex
from detector.report.model import ReportRun

__all__ = ["render"]


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def render(run: ReportRun) -> str:
    """Return one `::warning` a finding and one `::error` an unreadable input."""
    out = []
    for judged in run.judged:
        lines = LineIndex(judged.document.text)
        level = "warning" if judged.report.verdict == "spun" else "notice"
        for e in judged.report.evidence:
            where = f"file={_property(judged.document.path)}"
            # Of extracted text, no line of the file is known.
            if not judged.document.extracted:
                line, column = lines.place(e.start)
                last, end = lines.place(e.end)
                where += f",line={line},endLine={last}"
                # GitHub takes columns only for what lies on one line.
                where += f",col={column},endColumn={end}" if line == last else ""
            likely = f" Probably: “{e.alternatives[0].text}”." if e.alternatives else ""
            out.append(f"::{level} {where},title={_property(e.cue)}::{_data(f'“{e.surface}”: {e.message}{likely}')}")
    out += [f"::error file={_property(f.path)}::{_data(f.message)}" for f in run.failures]
    return "".join(line + "\n" for line in out)
