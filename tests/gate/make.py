"""Make spun.jsonl from human.jsonl, once: what the gate is measured on stays as it is while spinners change.

    python tests/gate/make.py WORK

WORK is the folder of `detector train --work`.
"""

import json
import sys
from pathlib import Path

import joblib

from detector.training.families import FAMILIES, make_spinner

HERE = Path(__file__).parent
RATE = 0.3
EACH = 2  # families a paragraph is spun by


def main(work: Path) -> None:
    resources = joblib.load(work / "channel.joblib")[1]
    rows = [json.loads(line) for line in (HERE / "human.jsonl").read_text(encoding="utf-8").splitlines()]
    out = []
    for i, row in enumerate(rows):
        for k in range(EACH):
            family = FAMILIES[(EACH * i + k) % len(FAMILIES)]
            spun = make_spinner(family, resources, 100 * i + k, RATE).spin(row["text"])
            if spun.alignment:
                spans = [[s.start, s.end, s.original] for s in spun.alignment]
                out.append({"id": row["id"], "family": family, "rate": RATE, "text": spun.text, "spans": spans})
    text = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in out)
    (HERE / "spun.jsonl").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
