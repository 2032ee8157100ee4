"""Make spun.jsonl from human.jsonl, once: the sample of the gate stays as it is while spinners change.

    python tests/gate/make.py WORK FAMILY EVERY

WORK is the folder of `detector train --work`. Rows of one family are made anew, of each paragraph whose number EVERY
divides; `stranger` is the dictionary in stranger.tsv. All others stay as they are: those of the families, two to a
paragraph, were made at once.
"""

import json
import sys
from pathlib import Path

import joblib

from detector.training.families import make_spinner
from detector.training.lexicon import read_dictionary
from detector.training.spinners import TableSpinner

HERE = Path(__file__).parent
RATE = 0.3
STRANGER = "stranger"


def rows(name: str) -> list[dict]:
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


def stranger() -> TableSpinner:
    return TableSpinner(STRANGER, read_dictionary(HERE / "stranger.tsv"), rate=1.0, consistent=True)


def main(work: Path, family: str, every: int) -> None:
    (path,) = work.glob("channel-*.joblib")
    resources = joblib.load(path)[1]
    out = [row for row in rows("spun.jsonl") if row["family"] != family]
    for i, row in enumerate(rows("human.jsonl")[::every]):
        spinner = stranger() if family == STRANGER else make_spinner(family, resources, 100 * i, RATE)
        spun = spinner.spin(row["text"])
        if spun.alignment:
            spans = [[s.start, s.end, s.original] for s in spun.alignment]
            out.append({"id": row["id"], "family": family, "rate": spinner.rate, "text": spun.text, "spans": spans})
    text = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in out)
    (HERE / "spun.jsonl").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
