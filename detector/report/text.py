"""The terminal's view: the article re-flowed, each finding beside its likely original, then the verdict."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from detector.report.model import (
    Finding,
    InputFailure,
    JudgedDocument,
    Reading,
    ReportRun,
    RestoredDocument,
    disjoint,
    findings,
)
from detector.report.wording import (
    abstention,
    base_rate,
    count,
    damage_line,
    disagreement,
    grounds,
    percent,
    threshold_percent,
    words,
)
from detector.types import Passage

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

__all__ = [
    "Terminal",
    "blocks",
    "printable",
    "render",
    "verdict_line",
]

WIDTH = 80  # columns if there is no terminal
_WIDEST = 100  # columns; longer lines are hard to read
_BAR = 5  # columns of the bar that stands for a probability
_NUMBER = 6  # columns of the probability itself: ">99.9%"
_GLUE = "\ue000"  # stands for a space that no line breaks at, until the lines are cut
_FEW = 5  # findings that are listed of a document that is not flagged
_DOUBT = 0.1  # P(spun) from which a reader asks why a text is not flagged
_STYLES: dict[Reading, str] = {"flagged": "bold red", "doubtful": "yellow", "not flagged": "", "no verdict": "dim"}
_SHORT_LINE = 50  # characters; a line break after a shorter line is meant, one after a longer line is wrapping
_NEXT_ITEM = re.compile(r"\s*(?:[-*•–>#|]|\d+[.)])\s|\s{2,}\S")

_CONTROLS = {
    **{c: 0x2400 + c for c in range(32) if c not in (9, 10, 13)},
    127: 0x2421,
    9: " ",
    13: None,
    **dict.fromkeys(range(128, 160), "\ufffd"),
    # Marks that reorder or hide text on the screen.
    **dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\ufffd"),
    0x2028: "\n",
    0x2029: "\n",
    0x85: "\n",
    0x0B: "\n",
    0x0C: "\n",
    0xE000: "\ufffd",  # the glue of `_finding`
    0xAD: None,  # a soft hyphen would show where it should not
    **dict.fromkeys((0x200B, 0x2060, 0xFEFF), None),
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
}
_PLAIN = str.maketrans(
    {"→": "->", "—": "--", "–": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "\u00a0": " "}
)


def printable(text: str) -> str:
    """Return the text as it may be shown: characters that act on a terminal become visible signs.

    Line breaks stay; every odd kind of them becomes a line feed.

    >>> printable("\\x1b[31mred")
    '␛[31mred'
    """
    return text.translate(_CONTROLS)


@dataclass(frozen=True)
class Block:
    """Part of a document that starts on a line of its own.

    Attributes
    ----------
    passage : number of the passage that it belongs to, or None
    opens : whether that passage starts here
    spaced : whether an empty line precedes it
    """

    start: int
    end: int
    passage: int | None
    opens: bool
    spaced: bool


def blocks(text: str, passages: tuple[Passage, ...]) -> Iterator[Block]:
    """Yield the paragraphs and meant lines of a text, cut at the beginnings of passages."""
    if not text:
        return
    cuts: list[tuple[int, bool]] = [(0, False)]
    position = 0
    lines = text.split("\n")
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        position += len(line) + 1
        if not line.strip() or not following.strip():
            cuts.append((position, True))
        elif len(line.strip()) < _SHORT_LINE or _NEXT_ITEM.match(following):
            cuts.append((position, False))
    starts = {p.start: number for number, p in enumerate(passages)}
    merged: dict[int, bool] = {}
    for at, spaced in [*cuts, *((start, False) for start in starts)]:
        if at < len(text):
            merged[at] = merged.get(at, False) or spaced
    order = sorted(merged)
    number = -1
    opened = -1
    spaced = False
    for start, end in zip(order, [*order[1:], len(text)], strict=True):
        spaced = spaced or merged[start]
        if not text[start:end].strip():
            continue
        # A paragraph may begin before its passage does, by a quotation mark or a bullet.
        while number + 1 < len(passages) and passages[number + 1].start < end:
            number += 1
        inside = number >= 0 and start < passages[number].end
        yield Block(start, end, number if inside else None, inside and number != opened, spaced)
        if inside:
            opened = number
        spaced = False


def _around(marked: set[int], context: int, n: int) -> set[int]:
    """Return the numbers below `n`, and -1, that are so near to marked ones, each looked at once."""
    shown: set[int] = set()
    reach = -1
    for number in sorted(marked):
        end = min(number + context + 1, n)
        shown.update(range(max(number - context, reach), end))
        reach = max(reach, end)
    return shown


def verdict_line(judged: JudgedDocument) -> str:
    """Return the verdict on one line."""
    report = judged.report
    if (reason := abstention(report)) is not None:
        return f"no verdict  {reason}"
    n = len(report.evidence)
    found = count(n, "finding") if n else "no findings shown" if judged.left_out else "no findings"
    limit = f"threshold {threshold_percent(report.threshold)}"
    if judged.reading == "doubtful" and judged.doubtful_from is not None:
        limit += f", doubtful from {threshold_percent(judged.doubtful_from)}"
    return f"{judged.reading}  {percent(report.probability)}  {words(report)}, {found}; {limit}"


@dataclass
class Terminal:
    """Prints reports: in colour if the console has it, in ASCII if it has no more."""

    console: Console
    ascii: bool = False

    @classmethod
    def on(cls, file: IO[str], color: bool, width: int | None = None) -> Terminal:
        """Return a terminal that writes to `file`; without `width`, as wide as it is, or 80 columns."""
        from rich.console import Console

        class Quiet(Console):
            """Leaves a broken pipe to the caller: rich would exit with 1, which means something here."""

            def on_broken_pipe(self) -> None:
                raise BrokenPipeError

        is_terminal = file.isatty()
        if width is None:
            width = Console(file=file).width if is_terminal else WIDTH
        console = Quiet(
            file=file,
            width=max(30, min(width, _WIDEST)),
            force_terminal=color,
            no_color=not color,
            color_system="standard" if color else None,
            highlight=False,
            markup=False,
            emoji=False,
            soft_wrap=False,
            legacy_windows=False,
        )
        try:
            "→█▌│─—…".encode(getattr(file, "encoding", None) or "utf-8")
        except UnicodeEncodeError:
            return cls(console, ascii=True)
        return cls(console)

    def show(self, text: str) -> str:
        """Return the text with nothing in it that this terminal cannot take."""
        text = printable(text)
        return text.translate(_PLAIN) if self.ascii else text

    def _text(self, text: str = "", style: str = "") -> Text:
        from rich.text import Text

        return Text(self.show(text), style)

    def heading(self, path: str) -> None:
        """Print the name of a document, over the width."""
        sign = "-" if self.ascii else "─"
        name = self.show(path)
        line = self._text()
        line.append(f"{sign}{sign} ", "dim")
        line.append(name, "bold")
        line.append(" " + sign * max(0, self.console.width - line.cell_len - 1), "dim")
        self.console.print(line, overflow="fold")

    def document(self, judged: JudgedDocument, context: int | None = None) -> None:
        """Print one document: its passages, then the verdict.

        With `context`, only passages with findings and so many around each. Without it, all of a document
        that is flagged; of another, only passages that would be flagged if judged alone, and the strongest findings.
        """
        report = judged.report
        found = findings(report)
        marked = {
            number
            for number, p in enumerate(report.passages)
            if any(f.start < p.end and p.start < f.end for f in found)
        }
        if context is not None:
            shown = _around(marked, context, len(report.passages))
        elif report.verdict == "spun":
            shown = set(range(-1, len(report.passages)))
        else:
            shown = {n for n, p in enumerate(report.passages) if p.verdict == "spun"}
        printed = self._passages(judged, shown)
        if report.verdict != "spun" and context is None:
            printed = self._strongest(judged, shown) or printed
        if printed:
            self.console.print()
        self.verdict(judged)

    def _passages(self, judged: JudgedDocument, shown: set[int]) -> bool:
        text, report = judged.document.text, judged.report
        found = disjoint(findings(report))
        at = 0
        done = 0  # everything before it has been printed, a finding that runs into the next block included
        left_out = False
        printed = False
        page: int | None = None
        for block in blocks(text, report.passages):
            if (-1 if block.passage is None else block.passage) not in shown:
                left_out = printed
                continue
            while at < len(found) and found[at].end <= max(block.start, done):
                at += 1
            flow = self._text()
            position = max(block.start, done)
            while at < len(found) and found[at].start < block.end:
                item = found[at]
                self._append(flow, text[position : item.start])
                self._finding(flow, item)
                position = item.end
                at += 1
            self._append(flow, text[position : block.end])
            done = max(position, block.end)
            flow.rstrip()
            if not flow.plain.strip():
                continue
            if left_out:
                self.console.print(self._text("…", "dim"))
            passage = None if block.passage is None else report.passages[block.passage]
            if printed and (block.spaced or left_out):
                # The rule runs through the empty lines of a passage, not from one passage to the next.
                self._gap(None if left_out or block.opens else passage)
            left_out = False
            if page != (page := judged.document.page_at(block.start)):
                self.console.print(self._text(f"page {page}", "dim"))
            self._block(flow, passage, block.opens)
            printed = True
        return printed

    def _append(self, flow: Text, text: str) -> None:
        text = re.sub(r"\s+", " ", self.show(text))
        if not flow.plain or flow.plain.endswith(" "):
            text = text.lstrip(" ")
        flow.append(text)

    def _finding(self, flow: Text, item: Finding) -> None:
        surface = re.sub(r"\s+", " ", self.show(item.surface)).strip()
        original = re.sub(r"\s+", " ", self.show(item.alternatives[0].text)) if item.alternatives else ""
        color = self.console.color_system is not None
        arrow = self.show("→")
        if not color:
            flow.append(f"[{surface} {arrow}{_GLUE}{original}]" if original else f"[{surface}]")
        elif original:
            flow.append(surface, "yellow" if item.is_damage else "red")
            flow.append(f" {arrow}{_GLUE}", "dim")
            flow.append(original, "bold green")
        else:
            flow.append(surface, "yellow" if item.is_damage else "underline magenta")

    def _block(self, flow: Text, passage: Passage | None, opens: bool) -> None:
        from rich.text import Text

        rule = "|" if self.ascii else "│"
        narrow = self._narrow
        style = _style(passage)
        first = Text()
        if passage is None or not opens:
            first.append(" " * self._margin)
        elif passage.probability is None:
            first.append(f"{'-':>{self._margin - 1}} ", "dim")
        else:
            if not narrow:
                first.append(self._bar(passage.probability), style)
                first.append(" ")
            first.append(f"{percent(passage.probability):>{_NUMBER}} ", style)
        margin = first.cell_len
        width = self.console.width - margin - 2
        for number, line in enumerate(flow.wrap(self.console, width)):
            line.rstrip()
            line.plain = line.plain.replace(_GLUE, " ")
            row = first if number == 0 else Text(" " * margin)
            row.append(f"{rule} ", style)
            row.append_text(line)
            self.console.print(row, no_wrap=True, overflow="ignore", crop=False)

    @property
    def _margin(self) -> int:
        """Columns before the rule: a bar if there is room, and a probability."""
        return _NUMBER + 1 if self._narrow else _BAR + 1 + _NUMBER + 1

    @property
    def _narrow(self) -> bool:
        return self.console.width < 60

    def _gap(self, passage: Passage | None) -> None:
        row = self._text()
        if passage is not None:
            row.append(" " * self._margin)
            row.append(self.show("|" if self.ascii else "│"), _style(passage))
        self.console.print(row)

    def legend(self) -> None:
        """Print the meaning of the colours."""
        line = self._text()
        line.append("found", "red")
        line.append(self.show(" → "), "dim")
        line.append("probable original", "bold green")
        line.append("; ", "dim")
        line.append("odd", "underline magenta")
        line.append("; ", "dim")
        line.append("damaged", "yellow")
        line.append("; margin: how likely the passage is to be spun", "dim")
        self.console.print(line)

    def _bar(self, probability: float) -> str:
        if self.ascii:
            full = round(probability * _BAR)
            return "#" * full + "." * (_BAR - full)
        eighths = round(probability * _BAR * 8)
        bar = "█" * (eighths // 8) + (" ▏▎▍▌▋▊▉"[eighths % 8] if eighths % 8 else "")
        return bar.ljust(_BAR)

    def _strongest(self, judged: JudgedDocument, shown: set[int]) -> bool:
        """List the strongest findings of a document that is not flagged as a whole."""
        report = judged.report
        spans = [(p.start, p.end) for n, p in enumerate(report.passages) if n in shown]
        rest = [f for f in findings(report) if not any(a <= f.start < b for a, b in spans)]
        best = sorted(sorted(rest, key=lambda f: -f.strength)[:_FEW], key=lambda f: f.start)
        if not best:
            return False
        if shown:
            self.console.print()
        text = judged.document.text
        for item in best:
            line = self._text()
            line.append(f"  line {text.count(chr(10), 0, item.start) + 1:<5}", "dim")
            self._finding(line, item)
            line.plain = line.plain.replace(_GLUE, " ")
            line.append(f"  {item.label}", "dim")
            self.console.print(line, overflow="fold")
        if len(rest) > len(best):
            more = f"  and {len(rest) - len(best):,} weaker; --context 0 shows them in place"
            self.console.print(self._text(more, "dim"))
        return True

    def verdict(self, judged: JudgedDocument) -> None:
        """Print whether the text was rewritten, the assumption of the probability, and whether the text is damaged."""
        head, rest = verdict_line(judged).split("  ", 1)
        line = self._text()
        line.append(head, _STYLES[judged.reading] or "bold")
        line.append(self.show("  " + rest))
        self.console.print(line)
        if judged.prior is not None or (judged.report.probability or 0.0) >= _DOUBT:
            self.console.print(self._text(base_rate(judged), "dim"))
        if reason := disagreement(judged.report):
            self.console.print(self._text(reason, "dim"))
        found = findings(judged.report)
        rewriting = [f for f in found if not f.is_damage]
        said = grounds(judged, rewriting)
        if judged.reading == "flagged" and said:
            for most_frequent, _ in Counter(f.cue for f in rewriting).most_common(1):
                said += f" What to do now: detector explain {most_frequent}"
            self.console.print(self._text(said, "dim"))
        damaged = damage_line(judged.report, found)
        if damaged:
            line = self._text()
            line.append("damaged", "yellow")
            line.append(self.show(f"  {damaged}"))
            self.console.print(line)

    def summary(self, rows: list[JudgedDocument], failures: list[InputFailure]) -> None:
        """Print a table of all documents; the rows need no text any more, only their reports."""
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        table.add_column("document", overflow="fold", ratio=1)
        wide = self.console.width >= 90
        for name in ("probability", "verdict", "words", "findings", *(["passages"] if wide else [])):
            table.add_column(name, justify="left" if name == "verdict" else "right", no_wrap=True)
        for judged in rows:
            report = judged.report
            flagged = sum(p.verdict == "spun" for p in report.passages)
            table.add_row(
                Text(self.show(judged.document.path)),
                percent(report.probability),
                Text(judged.reading, _STYLES[judged.reading]).append(", damaged" if report.damage else "", "yellow"),
                f"{report.n_words:,}",
                f"{len(report.evidence):,}",
                *([f"{flagged} of {len(report.passages)}"] if wide else []),
            )
        for failure in failures:
            unread = Text(self.show(failure.path))
            unread.append(self.show(f": {failure.message}"), "dim")
            table.add_row(unread, "-", "not read", "-", "-", *(["-"] if wide else []))
        self.heading("summary")
        self.console.print(table)

    def score(self, judged: JudgedDocument, path_width: int) -> None:
        """Print one line: path, probability, verdict, words."""
        report = judged.report
        line = self._text(judged.document.path.ljust(path_width).replace("\n", "?"))
        line.append(f"  {percent(report.probability):>6}  ")
        line.append(f"{judged.reading:<11}", _STYLES[judged.reading])
        line.append(f"  {words(report)}")
        if judged.reading == "no verdict":
            line.append(f"  {report.verdict.replace('_', ' ')}", "dim")
        self.console.print(line, soft_wrap=True)

    def restored(self, restored: RestoredDocument) -> None:
        """Print a restored text, its edits in colour."""
        text = restored.document.text
        line = self._text()
        position = 0
        for edit in restored.restoration.plan:
            line.append(self.show(text[position : edit.start]))
            line.append(self.show(edit.original), "bold green")
            position = edit.end
        line.append(self.show(text[position:]))
        self.console.print(line, soft_wrap=True, end="" if line.plain.endswith("\n") else "\n")


def _style(passage: Passage | None) -> str:
    return "red" if passage is not None and passage.verdict == "spun" else "dim"


def render(run: ReportRun, width: int = WIDTH, color: bool = False, context: int | None = None) -> str:
    """Return the report on all documents of a run, as it would be printed."""
    out = io.StringIO()
    terminal = Terminal.on(out, color, width)
    several = len(run.judged) + len(run.failures) > 1
    for judged in run.judged:
        if several:
            terminal.heading(judged.document.path)
        terminal.document(judged, context)
        if several:
            terminal.console.print()
    if several:
        terminal.summary(list(run.judged), list(run.failures))
    return out.getvalue()
