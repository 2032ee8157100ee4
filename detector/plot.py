"""Pictures of results: passages as a strip, evidence by word, reliability, scores by group.

Each function returns a `Plot`, which shows itself in a notebook, with a text for those who cannot see it. They need
matplotlib: `pip install matplotlib`.
"""

from __future__ import annotations

import base64
import html
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from detector.arguments import number_between
from detector.calibration import calibration_bins
from detector.cues import CUES
from detector.errors import InputError
from detector.extras import missing_extra
from detector.types import Evidence, Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Plot", "evidence", "passages", "reliability", "reliability_of_bins", "scores_by_group"]

INK, GREY, GRID = "#1f3b5c", "#9aa5b1", "#e3e7eb"
_COLOURS = ("#c2513c", "#d99a2b", "#1f3b5c", "#4f8f7b", "#8a5a9e", "#6b7680")
_PALE, _STRONG = "#eef1f4", "#b3402b"  # of a passage whose probability is 0, and 1
_LABELLED = 16  # passages that have room for a number each
_MIN_MARGIN = 5e-5  # probabilities are rounded to four digits: nothing is nearer to 0 or 1
_TICKS = (0.0001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.9999)
_SPREAD = 0.6180339887  # the golden ratio spreads any number of points evenly


@dataclass(frozen=True)
class Plot:
    """A picture, with its meaning in words.

    Attributes
    ----------
    figure : matplotlib's, to change or to add to
    alt : its meaning in words, for those who do not see it
    """

    figure: Figure = field(repr=False)
    alt: str

    @property
    def axes(self) -> Axes:
        """The first axes of the figure."""
        return self.figure.axes[0]

    def save(self, path: str | Path) -> None:
        """Write the picture to a file, whose suffix says the format; `alt` goes into the file as its description.

        The same numbers give the same file.
        """
        known = {".png": {"Description": self.alt, "Software": None}, ".svg": {"Description": self.alt, "Date": None}}
        self.figure.savefig(path, metadata=known.get(Path(path).suffix.lower()))

    def _repr_html_(self) -> str:
        picture = io.BytesIO()
        self.figure.savefig(picture, format="png", metadata={"Software": None})
        data = base64.b64encode(picture.getvalue()).decode()
        return f'<img alt="{html.escape(self.alt)}" src="data:image/png;base64,{data}">'


def _new(width: float, height: float) -> Figure:
    """Return an empty figure, of so many inches, that belongs to no window."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise missing_extra(error, "plots", "detector.plot") from None
    return Figure(figsize=(width, height), dpi=100, layout="constrained")


def _plain(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)


def passages(report: Report) -> Plot:
    """Return the passages of a text as a strip from its first word to its last, coloured by probability.

    A triangle marks the passages that are flagged, a passage without a verdict is hatched.
    """
    from detector.report.wording import percent, threshold_percent

    figure = _new(7.2, 1.7)
    axes = figure.subplots()
    from matplotlib.colors import LinearSegmentedColormap

    colours = LinearSegmentedColormap.from_list("spun", [_PALE, _STRONG])
    edges = [len(report.source[: p.start].split()) for p in report.passages]
    edges.append(len(report.source.split()))
    for passage, left, right in zip(report.passages, edges, edges[1:], strict=False):
        p = passage.probability
        fill: dict[str, Any] = {"color": _PALE, "hatch": "///"} if p is None else {"color": colours(p)}
        axes.barh(0, right - left, left=left, height=1, **fill, edgecolor="white", linewidth=1.5)
        if passage.verdict == "spun":
            axes.plot((left + right) / 2, 0.72, marker="v", color=_STRONG, markersize=6)
        if p is not None and len(report.passages) <= _LABELLED:
            ink = "white" if p > 0.5 else INK
            axes.text((left + right) / 2, 0, percent(p), ha="center", va="center", color=ink, fontsize=8)
    axes.set_xlim(0, max(1, edges[-1]))
    axes.set_ylim(-0.55, 0.95)
    axes.set_yticks([])
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.set_xlabel("words of the text")
    limit = threshold_percent(report.threshold)
    axes.set_title(f"P(spun) of each passage; ▼ flagged, {limit} or more", fontsize=9, loc="left")
    flagged = sum(p.verdict == "spun" for p in report.passages)
    stated = ", ".join("no verdict" if p.probability is None else percent(p.probability) for p in report.passages)
    alt = (
        f"Strip of {len(report.passages)} passages in {report.n_words} words; {flagged} flagged, at the threshold of "
        f"{limit}. P(spun) in order: {stated or 'none'}."
    )
    return Plot(figure, alt)


def evidence(report: Report, limit: int = 15) -> Plot:
    """Return the strongest evidence of a text as bars: the wording, its likeliest original, its log10 odds.

    Wordings that occur several times share a bar, as long as their strongest. Colours distinguish the cues. `limit` is
    the greatest number of bars.
    """
    from detector.report.model import label_of
    from detector.report.text import printable

    strongest: dict[str, Evidence] = {}
    times: Counter[str] = Counter()
    for e in sorted(report.evidence, key=lambda e: -e.log10_odds):
        label = printable(f"{e.surface} → {e.alternatives[0].text}" if e.alternatives else e.surface)
        strongest.setdefault(label, e)
        times[label] += 1
    found = dict(list(strongest.items())[: max(0, limit)])
    labels = [f"{label} (×{times[label]})" if times[label] > 1 else label for label in found]
    figure = _new(7.2, 1.3 + 0.26 * max(1, len(found)))
    axes = figure.subplots()
    colour = dict(zip((cue.id for cue in CUES), _COLOURS, strict=False))
    for cue in dict.fromkeys(e.cue for e in found.values()):
        rows = {i: e.log10_odds for i, e in enumerate(found.values()) if e.cue == cue}
        axes.barh(list(rows), list(rows.values()), height=0.7, color=colour.get(cue, GREY), label=label_of(cue))
    axes.set_yticks(range(len(labels)), labels, fontsize=8, parse_math=False)
    axes.set_ylim(max(1, len(found)) - 0.4, -0.6)
    axes.set_xlabel("log10 odds: powers of ten by which the original is likelier")
    _plain(axes)
    axes.grid(axis="x", color=GRID)
    axes.set_axisbelow(True)
    if found:
        figure.legend(frameon=False, fontsize=8, loc="outside upper right", ncols=3)
    stated = "; ".join(f"{label} {e.log10_odds:.1f}" for label, e in zip(labels, found.values(), strict=True))
    alt = f"Bars of the strongest of {len(report.evidence)} findings, by log10 odds: {stated or 'none'}."
    return Plot(figure, alt)


def reliability(probability: Sequence[float] | NDArray[np.float64], is_spun: Iterable[bool], bins: int = 10) -> Plot:
    """Return the reliability diagram: of the texts with one stated probability, the share that was spun.

    On the diagonal, probabilities hold. Texts without a verdict (NaN) are left out.

    Parameters
    ----------
    probability : (n,), P(spun), 0 to 1
    is_spun : (n,), which texts were spun
    bins : of equal width
    """
    p, spun = _columns(probability, list(is_spun))
    known = ~np.isnan(p)
    return reliability_of_bins(calibration_bins(p[known], np.asarray(spun, dtype=bool)[known], bins))


def reliability_of_bins(bins: Sequence[tuple[float, float, int]]) -> Plot:
    """Return the reliability diagram of bins: mean probability, share that was spun, number of texts."""
    figure = _new(4.6, 4.6)
    axes, counts = figure.subplots(2, 1, height_ratios=(4, 1), sharex=True)
    stated, shares, texts = zip(*bins, strict=True) if bins else ((), (), ())
    axes.plot((0, 1), (0, 1), color=GREY, linewidth=1)
    axes.plot(stated, shares, "o-", color=INK, markersize=4, clip_on=False, zorder=3)  # whole points on the frame
    axes.set_ylabel("share that was spun")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    counts.bar(stated, texts, width=0.04, color=INK)
    counts.set_yscale("log")
    counts.set_ylim(0.8, 2 * max([1, *texts]))
    counts.minorticks_off()
    counts.set_ylabel("texts")
    counts.set_xlabel("stated probability")
    pairs = ", ".join(f"{p:.2f}: {share:.2f} of {n}" for p, share, n in bins)
    return Plot(figure, f"Reliability diagram: stated probability and the share that was spun. {pairs or 'No texts'}.")


def scores_by_group(
    probability: Sequence[float] | NDArray[np.float64], group: Iterable[object], threshold: float | None = None
) -> Plot:
    """Return the probabilities of texts as points, a row for each group, on a scale of log odds.

    That scale stretches the ends, where most texts lie. A bar marks the median of a group, a line the
    threshold. Texts without a verdict (NaN) are counted, not drawn.

    Parameters
    ----------
    probability : (n,), P(spun), 0 to 1
    group : (n,), of each text: its source, its register, or who wrote it
    threshold : probability from which texts are flagged; None for no line
    """
    from detector.report.text import printable

    if threshold is not None:
        threshold = number_between(threshold, "the threshold", 0.0, 1.0)
    p, named = _columns(probability, [str(g) for g in group])
    names = list(dict.fromkeys(named))
    figure = _new(7.2, 1.0 + 0.5 * max(1, len(names)))
    axes = figure.subplots()
    labels, said = [], []
    for row, name in enumerate(names):
        own = p[np.array([g == name for g in named])]
        drawn = _log10_odds(own[~np.isnan(own)])
        strewn = row + 0.5 * (np.arange(len(drawn)) * _SPREAD % 1 - 0.5)
        axes.scatter(drawn, strewn, s=14, color=INK, alpha=0.55, linewidths=0)
        if len(drawn):
            axes.plot(
                np.repeat(_log10_odds(np.nanmedian(own)), 2), (row - 0.34, row + 0.34), color=_STRONG, linewidth=2
            )
        flagged = "" if threshold is None else f", {int((own >= threshold).sum())} flagged"
        silent = f", {int(np.isnan(own).sum())} without a verdict" if np.isnan(own).any() else ""
        labels.append(f"{printable(name)} ({len(own)}{flagged}{silent})")
        said.append(f"{labels[-1]}, median {np.nanmedian(own):.4g}" if len(drawn) else labels[-1])
    axes.set_yticks(range(len(names)), labels, fontsize=8, parse_math=False)
    axes.set_ylim(max(1, len(names)) - 0.45, -0.55)
    axes.set_xticks(_log10_odds(np.array(_TICKS)), [f"{t:g}" for t in _TICKS], fontsize=8)
    axes.set_xlim(-4.4, 4.4)
    axes.set_xlabel("P(spun), on a scale of log odds; bar: median" + ("" if threshold is None else "; line: threshold"))
    if threshold is not None:
        axes.axvline(float(_log10_odds(np.array([threshold]))[0]), color=GREY, linestyle=":", linewidth=1.5)
    axes.grid(axis="x", color=GRID)
    axes.set_axisbelow(True)
    _plain(axes)
    return Plot(figure, f"P(spun) by group, one point a text. {'; '.join(said) or 'No texts'}.")


def _log10_odds(p: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    inside = np.clip(p, _MIN_MARGIN, 1 - _MIN_MARGIN)
    out: NDArray[np.float64] = np.log10(inside / (1 - inside))
    return out


def _columns(
    probability: Sequence[float] | NDArray[np.float64], other: Sequence[Any]
) -> tuple[NDArray[np.float64], Sequence[Any]]:
    """Return two columns of one length; raise InputError if they are not."""
    p = np.array([np.nan if x is None else x for x in probability], dtype=np.float64)
    if len(p) != len(other):
        raise InputError(f"{len(p)} probabilities and {len(other)} labels: give one of each for every text")
    return p, other
