"""The card's pictures: reliability, ROC, and harm against restoration."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from detector.evaluation.results import BinRow, CurveRow, GainRow
from detector.plot import GRID, INK, reliability_of_bins

__all__ = ["draw_harm", "draw_reliability", "draw_roc"]

_COLOURS = ("#c2513c", "#d99a2b", "#1f3b5c")
_METADATA = {"Software": None}  # the same numbers give the same file


def draw_reliability(bins: Sequence[BinRow], path: Path) -> None:
    """Write the reliability diagram: stated probability against the share that was spun, with the count of each bin."""
    reliability_of_bins([(b.probability, b.spun, b.texts) for b in bins]).save(path)


def draw_roc(curves: Sequence[CurveRow], path: Path) -> None:
    """Write the ROC curves by length, false alarms on a logarithmic scale: that end matters most."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.6, 3.8), dpi=100, layout="constrained")
    axes = figure.subplots()
    for curve, colour in zip(curves, _COLOURS, strict=False):
        shown = [(max(f, 1e-4), t) for f, t in curve.points]
        axes.plot(*zip(*shown, strict=True), color=colour, label=f"{curve.words} words")
    axes.set_xscale("log")
    axes.set_xlim(1e-3, 1)
    axes.set_ylim(0, 1.005)
    axes.set_xlabel("human texts flagged")
    axes.set_ylabel("spun texts flagged")
    axes.grid(color=GRID)
    axes.legend(loc="lower right", frameon=False)
    figure.savefig(path, metadata=_METADATA)


def draw_harm(gains: Sequence[GainRow], path: Path) -> None:
    """Write the curve of harm in human text against errors removed from spun text, a point for each `min_gain`."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.6, 3.8), dpi=100, layout="constrained")
    axes = figure.subplots()
    harm = [row.harm.value for row in gains]
    removed = [100 * row.error_reduction.value for row in gains]
    axes.plot(harm, removed, "o-", color=INK, markersize=4)
    for x, y, row in zip(harm, removed, gains, strict=True):
        axes.annotate(f"{row.min_gain:g}", (x, y), xytext=(4, -10), textcoords="offset points", color=INK)
    axes.set_xlabel("edits per 1,000 words of human text")
    axes.set_ylabel("errors removed from spun text, %")
    axes.grid(color=GRID)
    figure.savefig(path, metadata=_METADATA)
