"""Examples that networks are fitted on: restored words and the rest, each in its place."""

import numpy as np

from detector.training.examples import Example, restored_in_part
from detector.training.spinners import TableSpinner, undo

TEXT = "In May the first house may stand, and the other house is old."
TABLE = {"first": ["very first"], "house": ["home"], "old": ["outdated"], "may": ["could"]}


def test_about_half_is_restored_and_the_rest_still_leads_to_the_original():
    spun = TableSpinner("test", TABLE, rate=1.0, names=True).spin(TEXT)
    example = Example(spun.text, "test", 1.0, spun.alignment, None)
    rng = np.random.default_rng(1)
    left = 0
    for _ in range(200):
        half = restored_in_part(example, rng)
        assert all(half.text[s.start : s.end] == s.spun for s in half.spans)
        assert undo(half.text, half.spans) == TEXT
        left += len(half.spans)
    assert 0.4 < left / (200 * len(spun.alignment)) < 0.6
