"""The words that all formats share: how numbers, verdicts and findings read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from detector.cues import CUE_IDS, CUES
from detector.cues.substitution import times_likelier
from detector.prior import probability_at_prior
from detector.report.model import Finding, JudgedDocument, label_of
from detector.scoring.cascade import MIN_WORDS
from detector.types import Report

__all__ = [
    "abstention",
    "base_rate",
    "count",
    "counted_cues",
    "damage_line",
    "disagreement",
    "grounds",
    "likelier",
    "listed",
    "one_in",
    "percent",
    "sentence",
    "threshold_percent",
    "verdict",
    "words",
]


def percent(probability: float | None) -> str:
    """Return a probability in words that promise nothing: never 0.0% or 100.0% of a model's opinion.

    >>> percent(0.9982), percent(1.0), percent(0.0), percent(None)
    ('99.8%', '>99.9%', '<0.1%', '-')
    """
    if probability is None:
        return "-"
    if probability >= 0.9995:
        return ">99.9%"
    return "<0.1%" if probability < 0.0005 else f"{probability:.1%}"


def threshold_percent(threshold: float) -> str:
    """Return a threshold or a share as a percentage, as exactly as it was given.

    >>> threshold_percent(0.9747), threshold_percent(0.5)
    ('97.47%', '50%')
    """
    return f"{100 * threshold:.4g}%"


def count(n: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun.

    >>> count(1, "word"), count(1200, "word")
    ('1 word', '1,200 words')
    """
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {plural or noun + 's'}"


def listed(items: Sequence[str]) -> str:
    """Return items as a sentence lists them.

    >>> listed(["one", "two", "three"])
    'one, two and three'
    """
    return " and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)


def likelier(log10_odds: float | None) -> str:
    """Return how much likelier an alternative is than the text as it stands; nothing if it is no likelier.

    >>> likelier(2.0), likelier(-0.5)
    ('about 100 times likelier than what is there', '')
    """
    if log10_odds is None or log10_odds < 0.05:
        return ""
    return f"{times_likelier(log10_odds)} than what is there"


def sentence(finding: Finding) -> str:
    """Return a finding in one or two sentences."""
    said = finding.message
    if not said.startswith(f"“{finding.surface}”"):
        said = f"“{finding.surface}”: {said}"
    if finding.alternatives and f"“{finding.alternatives[0].text}”" not in said:
        said += f" Probably: “{finding.alternatives[0].text}”."
    return said


def words(report: Report) -> str:
    """Return how many words were judged, and how many were not and why, so that nobody takes a part for the whole."""
    judged = count(report.n_words, "word")
    if not report.omitted_words:
        return judged
    # Parts that were cut from a page before its text was extracted have no place in it.
    reasons = sorted({omission.reason for omission in report.omitted}) or ["cut from the page"]
    return f"{judged}, {report.omitted_words:,} more not judged ({', '.join(reasons)})"


def abstention(report: Report) -> str | None:
    """Return why there is no verdict; None if there is one."""
    if report.verdict == "insufficient_text":
        return f"{words(report)}: too little text to judge, {MIN_WORDS} words are needed"
    if report.verdict == "unsupported_language":
        return f"{words(report)}: not English, the only language that can be judged"
    return None


def verdict(judged: JudgedDocument) -> str:
    """Return the verdict in plain words, with its threshold."""
    report = judged.report
    if (reason := abstention(report)) is not None:
        return reason
    limit = threshold_percent(report.threshold)
    if report.verdict == "spun":
        side = f"at or above the threshold of {limit}"
    elif judged.reading == "doubtful" and judged.doubtful_from is not None:
        low = threshold_percent(judged.doubtful_from)
        side = f"between {low}, which 1 in 100 human texts reach, and the threshold of {limit}"
    else:
        side = f"below the threshold of {limit}"
    return f"{percent(report.probability)} likely to be spun, {side}; {words(report)}"


def one_in(share: float) -> str:
    """Return a share as people say it, to two digits.

    >>> one_in(0.00029), one_in(0.04), one_in(0.3), one_in(1.0)
    ('1 in 3,400', '1 in 25', '30 in 100', '100 in 100')
    """
    if share > 0.1:
        return f"{100 * share:.0f} in 100"
    n = 1 / share
    return f"1 in {round(n, 2 - len(str(int(n)))):,.0f}"


def base_rate(judged: JudgedDocument) -> str:
    """Return the assumption of the probability, the probability if spun text is rarer, and the rate in human text."""
    p = judged.report.probability
    if p is None or judged.reading == "no verdict":
        return ""
    prior = 0.01 if judged.prior is None else judged.prior
    assumed = "This assumes that half of all texts are spun"
    there = percent(probability_at_prior(p, prior))
    rate = judged.report.human_rate
    human = "" if rate is None else f" Of human texts of similar length, {one_in(rate)} score as high."
    if judged.prior is None:
        return f"{assumed}; if {threshold_percent(prior)} are, it is {there}.{human}"
    return f"{assumed}; if {threshold_percent(prior)} of yours are, it is {there}.{human}"


def disagreement(report: Report) -> str:
    """Return why the verdict on the whole is not that on its passages; nothing if they agree."""
    n_flagged = sum(p.verdict == "spun" for p in report.passages)
    if report.verdict == "clean" and n_flagged:
        n = count(len(report.passages), "passage")
        alone = f"{n_flagged:,} of {n} would be flagged if judged alone"
        return f"{alone}, but the whole text is not; in a longer text that may be chance."
    if report.verdict == "spun" and len(report.passages) > 1 and not n_flagged:
        return "No passage would be flagged if judged alone, but small signs throughout the text add up."
    return ""


def counted_cues(found: Iterable[Finding]) -> str:
    """Return how many findings there are of each cue, in the order of `CUES`."""
    counts = Counter(f.cue for f in found)
    plurals = {cue.id: cue.plural for cue in CUES}
    known = [count(counts[c], label_of(c), plurals.get(c, "")) for c in CUE_IDS if counts[c]]
    return listed(known)


def grounds(judged: JudgedDocument, evidence: Sequence[Finding]) -> str:
    """Return the evidence that a flag rests on; if some was left out, only how much of it is shown."""
    if judged.left_out:
        shown = f"{counted_cues(evidence)} shown, " if evidence else ""
        return f"{shown}{count(judged.left_out, 'finding')} left out, as requested."
    return f"The flag rests on {counted_cues(evidence)}." if evidence else ""


def damage_line(report: Report, found: Iterable[Finding]) -> str:
    """Return the answer to "Is it damaged?", apart from whether it was rewritten; nothing if it is not."""
    damaged = [f for f in found if f.is_damage]
    if not damaged:
        return ""
    return f"{counted_cues(damaged)}. This does not say whether the text was rewritten."
