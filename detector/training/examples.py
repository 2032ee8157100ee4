"""Examples to fit and measure on: stretches of human text, as they are and spun, with the changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detector.text.tokens import TokenBatch
from detector.training.corpus import CorpusDocument
from detector.training.families import SpinnerResources, make_spinner
from detector.training.spinners import AlignedSpan, SlipSpinner, spin_part, undo_some

__all__ = [
    "HUMAN",
    "Example",
    "excerpt",
    "human_examples",
    "make_examples",
    "make_slips",
    "restored_in_part",
    "spun_tokens",
]

HUMAN = "human"
_UNDONE = 0.5  # of the substitutions of an example that is restored in part


@dataclass(frozen=True, slots=True)
class Example:
    """One text to judge: the family that spun it (`human` for none), the rate, and the spans that were changed."""

    text: str
    family: str
    rate: float
    spans: tuple[AlignedSpan, ...]
    document: CorpusDocument


def excerpt(text: str, words: int, rng: np.random.Generator) -> str:
    """Return about `words` words of the text from a random place, cut at line ends or spaces.

    Starts at a line's or sentence's beginning if there is one near by, as a reader's excerpt would.
    """
    spaces = [i for i, c in enumerate(text) if c == " " or c == "\n"]
    if len(spaces) <= words:
        return text
    first = int(rng.integers(0, len(spaces) - words))
    start = 0
    if first:
        start = spaces[first] + 1
        for i in range(first, min(first + 40, len(spaces) - words)):
            if text[spaces[i]] == "\n" or text[spaces[i] - 1] in ".!?":
                first, start = i, spaces[i] + 1
                break
    return text[start : spaces[min(first + words, len(spaces) - 1)]]


def _human_example(document: CorpusDocument, words: tuple[int, int], rng: np.random.Generator) -> Example | None:
    """Return a stretch of the document whose length is drawn log-uniformly, None if the document is too short."""
    length = int(np.exp(rng.uniform(*np.log(words))))
    text = excerpt(document.text, length, rng)
    return None if len(text.split()) < 0.6 * words[0] else Example(text, HUMAN, 0.0, (), document)


def human_examples(documents: Iterable[CorpusDocument], words: tuple[int, int], seed: int) -> Iterator[Example]:
    """Yield a stretch of each document as `make_examples` does, without the spun ones."""
    for number, document in enumerate(documents):
        example = _human_example(document, words, np.random.default_rng((seed, number)))
        if example is not None:
            yield example


def make_examples(
    documents: Iterable[CorpusDocument],
    resources: SpinnerResources,
    families: Sequence[str],
    words: tuple[int, int],
    rates: tuple[float, float],
    seed: int,
    part_share: float = 0.0,
) -> Iterator[Example]:
    """Yield each document's stretch as it is, then spun by a family drawn at random.

    The stretch's length and the rate are drawn log-uniformly.
    `part_share` of the longer ones are spun in one passage of 80 to 250 words only, at no less than 0.15.
    """
    for number, document in enumerate(documents):
        rng = np.random.default_rng((seed, number))
        human = _human_example(document, words, rng)
        if human is None:
            continue
        yield human
        text = human.text
        rate = float(np.exp(rng.uniform(*np.log(rates))))
        family = families[int(rng.integers(len(families)))]
        in_part = rng.random() < part_share and text.count(" ") > 300
        rate = max(rate, 0.15) if in_part else rate
        spinner = make_spinner(family, resources, int(rng.integers(1 << 30)), rate)
        if in_part:
            spaces = [i for i, c in enumerate(text) if c == " "]
            first = int(rng.integers(0, len(spaces) - 260))
            start, end = spaces[first] + 1, spaces[first + int(rng.integers(80, 250))]
            spun = spin_part(text, spinner, start, end)
        else:
            spun = spinner.spin(text)
        if spun.alignment:
            yield Example(spun.text, family, rate, spun.alignment, document)


def restored_in_part(example: Example, rng: np.random.Generator) -> Example:
    """Return the example with each of its substitutions undone with probability `_UNDONE`."""
    text, spans = undo_some(example.text, example.spans, [rng.random() < _UNDONE for _ in example.spans])
    return replace(example, text=text, spans=spans)


def make_slips(documents: Iterable[CorpusDocument], words: int, seed: int) -> Iterator[Example]:
    """Yield a stretch of each document, of so many words, as it is, then with names misspelt."""
    for number, document in enumerate(documents):
        rng = np.random.default_rng((seed, number))
        text = excerpt(document.text, words, rng)
        spinner = SlipSpinner(seed=int(rng.integers(1 << 30)))
        spun = spinner.spin(text)
        if spun.alignment:
            yield Example(text, HUMAN, 0.0, (), document)
            yield Example(spun.text, spinner.name, spinner.rate, spun.alignment, document)


def spun_tokens(batch: TokenBatch, spans: Sequence[Sequence[AlignedSpan]]) -> NDArray[np.int32]:
    """Return for each token the index of its document's span that covers it, -1 if none does; int32 (n,)."""
    out = batch.span_of([[(span.start, span.end) for span in aligned] for aligned in spans])
    out[~batch.is_word] = -1
    return out
