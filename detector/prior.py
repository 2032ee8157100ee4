"""Probabilities for readers whose share of spun text differs from that of the texts for calibration."""

from __future__ import annotations

from detector.arguments import number_between

__all__ = ["probability_at_prior"]


def probability_at_prior(probability: float, prior: float) -> float:
    """Return P(spun) if a share `prior` of all texts is spun, from P(spun) if half of them are.

    Bayes' rule: the odds are multiplied by prior / (1 - prior). Both arguments lie in 0..1; raises InputError if one
    does not.

    >>> round(probability_at_prior(0.99, 0.01), 3), probability_at_prior(0.7, 0.5)
    (0.5, 0.7)
    """
    probability = number_between(probability, "the probability", 0, 1)
    prior = number_between(prior, "the prior", 0, 1)
    spun = probability * prior
    human = (1 - probability) * (1 - prior)
    # 0/0 if the two contradict each other with certainty: the text's own evidence is then kept.
    return spun / (spun + human) if spun + human else probability
