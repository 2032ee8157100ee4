"""How well each model of context ranks the words that could stand in a place, by the judgements of people.

    python benchmarks/ranking.py swords_dev.json.gz

The file is the development part of SWORDS (Lee et al. 2021): contexts, a target word in each, and substitutes that ten
people judged. Of substitutes of one word, those that at least half of the people accept are told from those that nobody
does. SWORDS lists lemmas, so targets in another form are left out. No model was fitted on these judgements.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from detector.estimators.context_model import ContextModel
from detector.model_store import Models, load_models
from detector.scoring.tokens import candidate_log10_prob
from detector.text.tokens import fold, tokenize
from detector.text.vocabulary import NAME, UNKNOWN

ACCEPTED = 0.5  # of the judges
Floats = NDArray[np.float64]


def read_swords(path: Path) -> list[tuple[str, int, str, dict[str, float]]]:
    """Return context, offset of the target, target, and the share of judges who accept each one-word substitute."""
    data = json.loads(gzip.decompress(path.read_bytes()))
    shares: dict[str, dict[str, float]] = defaultdict(dict)
    for key, entry in data["substitutes"].items():
        labels = data["substitute_labels"][key]
        if " " not in entry["substitute"] and labels:
            shares[entry["target_id"]][entry["substitute"].lower()] = np.mean([x.startswith("TRUE") for x in labels])
    out = []
    for key, target in data["targets"].items():
        text = data["contexts"][target["context_id"]]["context"]
        if target["target"].lower() == target["extra"]["coinco_lemma"].lower():
            out.append((text, int(target["offset"]), target["target"], shares[key]))
    return out


def scores_of(models: Models, text: str, offset: int, substitutes: list[str]) -> dict[str, Floats] | None:
    """Return the scores of substitutes of the word at an offset by each model; None if the word is no token."""
    batch = tokenize([text], models.vocabulary)
    place = int(np.searchsorted(batch.ends, offset, side="right"))
    if int(batch.starts[place]) != offset or not batch.is_word[place]:
        return None
    ids = models.vocabulary.ids_of([fold(s) for s in substitutes])
    at = np.full(len(ids), place)
    lm = models.full.extractor.language_model
    tokens = models.full.extractor.score_tokens(batch)
    ones = np.ones(len(ids), dtype=np.int64)
    trigram = candidate_log10_prob(lm, batch, tokens.pairs, ids, ones, at, at + 1).astype(np.float64)

    def odds(model: ContextModel) -> Floats:
        return model.log10_odds(model.place_vectors(batch, np.array([place])), at, ids).astype(np.float64)

    full = odds(models.full.extractor.context_model)
    return {
        "frequency": models.vocabulary.zipf[ids].astype(np.float64),
        "trigram": trigram,
        "context model of the screen": odds(models.screen.extractor.context_model),
        "context model of the full reading": full,
        "trigram and half the full reading": trigram + 0.5 * full,
    }


def main() -> None:
    """Print one table: the mean ROC AUC within a word's substitutes, by model."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("swords", type=Path)
    models = load_models()
    auc: dict[str, list[float]] = defaultdict(list)
    for text, offset, _, shares in read_swords(arguments.parse_args().swords):
        known = {s: x for s, x in shares.items() if models.vocabulary[fold(s)] not in (UNKNOWN, NAME)}
        judged = {s: x >= ACCEPTED for s, x in known.items() if x >= ACCEPTED or x == 0}
        if len(set(judged.values())) < 2:
            continue
        scores = scores_of(models, text, offset, list(judged))
        for name, of_model in (scores or {}).items():
            auc[name].append(float(roc_auc_score(list(judged.values()), of_model)))
    rng = np.random.default_rng(0)
    print(f"| {len(auc['frequency'])} words in context | mean ROC AUC | 95% interval |\n|---|---|---|")
    for name, values in auc.items():
        means = rng.choice(values, (2_000, len(values))).mean(axis=1)
        low, high = np.quantile(means, (0.025, 0.975))
        print(f"| {name} | {np.mean(values):.3f} | {low:.3f} to {high:.3f} |")


if __name__ == "__main__":
    main()
