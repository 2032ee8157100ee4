"""Hide spun text in all ways that are known, and measure how much of it is still flagged.

    python tests/fuzz/evasions.py SPUN.jsonl HUMAN.jsonl

Both hold objects with `text`; where `label` stands there too, the first file's are those of "spun", the second's all
others. Prints for each evasion the share of spun texts that are flagged at the default threshold: by the models alone,
which read the text as it stands ("before"), and by `detect` ("after"); and the share of human texts that are flagged in
the same disguise, which says whether the rate of false positives holds.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Callable
from pathlib import Path

from detector import scores
from detector.model_store import load_models
from detector.scoring.cascade import score_documents

LOOK_ALIKES = str.maketrans({"a": "а", "e": "е", "o": "о", "p": "р", "c": "с"})
MAX_WORDS = 120  # words of a text


def _some_words(text: str, share: float, change: Callable[[str], str]) -> str:
    """Return the text with a share of its words changed, the same ones each time."""
    choose = random.Random(len(text))
    return re.sub(r"\w+", lambda word: change(word[0]) if choose.random() < share else word[0], text)


def _padded(text: str, human: str, times: int) -> str:
    return f"{' '.join(human.split()[: times * len(text.split())])}\n\n{text}"


EVASIONS: dict[str, Callable[[str, str], str]] = {
    "none": lambda text, human: text,
    "look-alike letters in each word": lambda text, human: text.translate(LOOK_ALIKES),
    "look-alike letters in a word of thirty": lambda text, human: _some_words(
        text, 1 / 30, lambda word: word.translate(LOOK_ALIKES)
    ),
    "zero-width spaces in each word": lambda text, human: re.sub(r"(?<=\w)(?=\w)", "\u200b", text),
    "soft hyphens in each word": lambda text, human: re.sub(r"(?<=\w)(?=\w)", "\u00ad", text),
    "full-width letters": lambda text, human: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    "mathematical letters": lambda text, human: "".join(
        chr(0x1D5BA + ord(c) - 97) if "a" <= c <= "z" else c for c in text
    ),
    "marks over each word": lambda text, human: re.sub(r"(\w)(?=\w)", "\\1\u0335", text),
    "capitals": lambda text, human: text.upper(),
    "lower case": lambda text, human: text.lower(),
    "no marks": lambda text, human: re.sub(r"[^\w\s]", "", text).lower(),
    "a line a word": lambda text, human: text.replace(" ", "\n"),
    "lines of forty characters": lambda text, human: re.sub(r"(.{30,40}?) ", "\\1\n", text),
    "no-break spaces": lambda text, human: text.replace(" ", "\u00a0"),
    "comment signs": lambda text, human: "\n".join(f"# {line}" for line in re.findall(r".{1,60}(?: |$)", text)),
    "a code fence": lambda text, human: f"```\n{text}\n```",
    "detector: off": lambda text, human: f"<!-- detector: off -->\n{text}",
    "misspelt words, one in ten": lambda text, human: _some_words(
        text, 1 / 10, lambda word: word[:1] + word[2:3] + word[1:2] + word[3:] if len(word) > 4 else word
    ),
    "human text before it, as much": lambda text, human: _padded(text, human, 1),
    "human text before it, three times as much": lambda text, human: _padded(text, human, 3),
}


def _texts(path: Path, is_spun: bool) -> list[str]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    found = [row["text"] for row in rows if (row.get("label", "human") == "spun") == is_spun]
    return [" ".join(text.split()[:MAX_WORDS]) for text in found if len(text.split()) >= 60]


def main() -> int:
    """Print a row for each evasion."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("spun", type=Path)
    arguments.add_argument("human", type=Path)
    arguments.add_argument("--limit", type=int, default=200, help="texts of each kind")
    given = arguments.parse_args()
    spun, human = _texts(given.spun, True)[: given.limit], _texts(given.human, False)
    pads = human[given.limit :] or human
    human = human[: given.limit]
    cascade, threshold = load_models().cascade, load_models().thresholds["default"]
    print(f"{len(spun)} spun texts, {len(human)} human texts, {MAX_WORDS} words at most, threshold {threshold}")
    for name, evade in EVASIONS.items():
        pad = (" ".join(pads[(4 * i + k) % len(pads)] for k in range(4)) for i in range(len(spun) + len(human)))
        hidden, disguised = ([evade(text, next(pad)) for text in texts] for texts in (spun, human))
        before = score_documents(hidden, cascade, threshold).probability
        flagged = [verdict == "spun" for verdict in scores(hidden).verdict]
        wrong = [verdict == "spun" for verdict in scores(disguised).verdict]
        shares = (float((before >= threshold).mean()), sum(flagged) / len(spun), sum(wrong) / len(human))
        print(f"| {name} | " + " | ".join(f"{100 * share:.0f}%" for share in shares) + " |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
