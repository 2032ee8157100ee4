"""The model card: `models/README.md`, written from the results of an evaluation."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined

from detector.evaluation.detection import BASELINES, DETECTOR, UNSEEN_SCORERS
from detector.evaluation.left_out import TABLES_HIDDEN, TABLES_KNOWN
from detector.evaluation.results import AucRow, Evaluation, Interval, MarkedRow, RateRow
from detector.evaluation.samples import ALL, FULL_RATE, LENGTHS, QUARTER_RATE, REWRITES
from detector.scoring.cascade import MIN_WORDS
from detector.training.families import REWRITING

__all__ = ["render_card"]


def _interval(x: Interval | None, digits: int = 3) -> str:
    """Write a number with its interval: `0.987 (0.981 to 0.992)`."""
    if x is None or math.isnan(x.value):
        return "–"
    return f"{x.value:.{digits}f} ({x.low:.{digits}f} to {x.high:.{digits}f})"


def _percent(x: Interval | None, digits: int = 1) -> str:
    """Write a share as a percentage with its interval."""
    if x is None or math.isnan(x.value):
        return "–"
    return f"{100 * x.value:.{digits}f}% ({100 * x.low:.{digits}f} to {100 * x.high:.{digits}f})"


def _auc(rows: Sequence[AucRow], scorer: str, family: str, rate: float, words: int) -> Interval | None:
    found = [r.auc for r in rows if (r.scorer, r.family, r.rate, r.words) == (scorer, family, rate, words)]
    return found[0] if found else None


def _changed(rows: Sequence[AucRow], family: str, rate: float) -> str:
    found = [r.changed for r in rows if r.family == family and r.rate == rate and r.words == max(LENGTHS)]
    return f"{found[0]:.0%}" if found else "–"


def _share(rows: Sequence[RateRow], kind: str, group: str, threshold: str) -> Interval | None:
    found = [r.share for r in rows if (r.kind, r.group, r.threshold) == (kind, group, threshold)]
    return found[0] if found else None


def _groups(rows: Sequence[RateRow], kind: str) -> list[tuple[str, int]]:
    """Return the groups of a kind in order, with how many texts each has."""
    return list(dict.fromkeys((r.group, r.texts) for r in rows if r.kind == kind))


def _cue_count(row: MarkedRow, cue: str) -> str:
    """Write a cue's findings per 1,000 words, and in brackets the flagged texts that have one: `0.013 (1)`."""
    count = next((c for c in row.cues if c.cue == cue), None)
    if count is None:
        return "0"
    rate = f"{1000 * count.findings / row.words:.3f}"
    return f"{rate} ({count.flagged})" if count.flagged else rate


def _plain(share: float) -> str:
    """Write a share as a decimal fraction; a dash if there is none."""
    return "–" if math.isnan(share) else f"{share:.3f}"


def _rate_name(rate: float) -> str:
    return "a quarter" if rate == QUARTER_RATE else "full"


def _megabytes(manifest: dict[str, Any]) -> str:
    return f"{sum(f['bytes'] for f in manifest['files'].values()) / 1e6:.1f}"


def render_card(found: Evaluation, manifest: dict[str, Any]) -> str:
    """Return the model card as Markdown."""
    template = files("detector.evaluation").joinpath("card.md.jinja").read_text(encoding="utf-8")
    environment = Environment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, autoescape=False
    )
    environment.filters.update(interval=_interval, percent=_percent, plain=_plain)
    earlier = found.earlier_recall.rows if found.earlier_recall else ()
    earlier_thresholds = list(dict.fromkeys(row.threshold for row in earlier))
    left_out_registers = manifest["metrics"].get("registers_left_out", {})
    text = environment.from_string(template).render(
        e=found,
        manifest=manifest,
        megabytes=_megabytes(manifest),
        min_words=MIN_WORDS,
        lengths=LENGTHS,
        length_names=[f"{words} words" for words in LENGTHS],
        quarter_names=[f"{words} words, a quarter" for words in LENGTHS],
        threshold_names=[f"`{name}`" for name in found.thresholds],
        earlier_thresholds=earlier_thresholds,
        earlier_names=[f"before: `{name}`" for name in earlier_thresholds],
        left_out_registers=left_out_registers,
        register_names=sorted({register for rates in left_out_registers.values() for register in rates}),
        full=FULL_RATE,
        quarter=QUARTER_RATE,
        families=REWRITING,
        all=ALL,
        rewrites=REWRITES,
        detector=DETECTOR,
        scorers=(DETECTOR, *BASELINES),
        unseen_scorers=UNSEEN_SCORERS,
        known=TABLES_KNOWN,
        hidden=TABLES_HIDDEN,
        auc=_auc,
        changed=_changed,
        cue_count=_cue_count,
        share=_share,
        groups=_groups,
        rate_name=_rate_name,
    )
    return re.sub(r"\n{3,}", "\n\n", text).lstrip()
