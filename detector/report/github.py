"""GitHub annotations: a workflow command for each finding, which shows beside the line in a pull request."""

from __future__ import annotations

from detector.report.format import ReportFormat
from detector.report.lines import LineIndex
from detector.report.model import Finding, JudgedDocument, ReportRun, findings
from detector.report.text import printable
from detector.report.wording import sentence

__all__ = ["FORMAT", "render"]


def _data(text: str) -> str:
    # A log shows it, which obeys the terminal's control characters.
    return printable(text).replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _command(judged: JudgedDocument, finding: Finding, lines: LineIndex) -> str:
    where = f"file={_property(judged.document.path)}"
    # No line of the file is known for extracted text.
    if not judged.document.extracted:
        line, column = lines.place(finding.start)
        last, end = lines.place(finding.end)
        where += f",line={line},endLine={last}"
        # GitHub takes columns only for spans within one line.
        where += f",col={column},endColumn={end}" if line == last else ""
    # Damage says nothing about whether a text was rewritten, so it never warns.
    level = "warning" if judged.report.verdict == "spun" and not finding.is_damage else "notice"
    title = f"damage: {finding.label}" if finding.is_damage else finding.label
    page = "" if finding.page is None else f"Page {finding.page}: "
    return f"::{level} {where},title={_property(title)}::{_data(page + sentence(finding))}"


def render(run: ReportRun) -> str:
    """Return one `::warning` or `::notice` a finding and one `::error` an unreadable input."""
    out = []
    for judged in run.judged:
        lines = LineIndex(judged.document.text)
        out += [_command(judged, f, lines) for f in findings(judged.report, judged.document)]
    out += [f"::error file={_property(f.path)}::{_data(f.message)}" for f in run.failures]
    return "".join(line + "\n" for line in out)


FORMAT = ReportFormat(
    "github", (".github.txt",), render
)  # workflow commands are read from standard output; no suffix asks for them
