"""Spun test documents as files, for other measurements."""

from __future__ import annotations

import json
from pathlib import Path

from detector.evaluation.samples import FULL_RATE, QUARTER_RATE, EvaluationSetup, stretches
from detector.training.families import FAMILIES

__all__ = ["write_spun"]

_WORDS = 300


def write_spun(setup: EvaluationSetup, folder: Path) -> None:
    """Write `SPINNER.jsonl` and `SPINNER_quarter.jsonl` for each family and each unseen spinner.

    A line is `{"spun": ..., "original": ...}`, test documents of 300 words, the same ones for every spinner.
    """
    folder.mkdir(parents=True, exist_ok=True)
    human = stretches(setup.test, setup.limit, _WORDS, setup.seed + 70)
    spinners = (*FAMILIES, *setup.unseen)
    for number, spinner in enumerate(spinners):
        for rate, ending in ((FULL_RATE, ""), (QUARTER_RATE, "_quarter")):
            made = setup.spin(human, spinner, rate, setup.seed + 71 + 1000 * number)
            lines = (
                json.dumps({"spun": spun.text, "original": spun.original}, ensure_ascii=False) + "\n"
                for spun in made
                if spun is not None
            )
            (folder / f"{spinner.replace(' ', '_')}{ending}.jsonl").write_text("".join(lines), encoding="utf-8")
        setup.progress(number + 1, len(spinners))
