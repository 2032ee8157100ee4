"""Detection of spun text, compared with simpler methods: one table, one picture, thresholds from human text alone.

    python benchmarks/quality.py                                        on this project's own sample, a minute
    python benchmarks/quality.py --human news.jsonl.gz                  on your human texts, spun here by a dictionary
    python benchmarks/quality.py --human news.jsonl.gz --pairs DIR      and on spun texts with their originals
    python benchmarks/quality.py ... --kenlm model.binary               with the perplexity of a KenLM model

`--human` is JSON Lines with a `text` a line, none of which is among the originals of `--pairs`: a folder of files
SPINNER.jsonl, with `spun` and `original` a line, as `detector evaluate --write-spun` writes them. "Light" means that
three quarters of the substitutions are undone. Half of the human texts choose the thresholds, the others are judged. No
spun text has a part in a threshold (as in RAID, Dugan et al. 2024): each way may flag one human text in twenty, and
recall is what it finds of spun text at that price.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from detector.evaluation.damage import some_undone
from detector.evaluation.detection import tfidf_classifier
from detector.evaluation.metrics import auc_interval, wilson
from detector.evaluation.samples import scores_of
from detector.model_store import Models, load_models
from detector.plot import Plot
from detector.training.corpus import read_fields
from detector.training.lexicon import read_dictionary
from detector.training.spinners import AlignedSpan, SpunText, TableSpinner, undo

HERE = Path(__file__).resolve().parent
GATE = HERE.parent / "tests" / "gate"
LIGHT = "light"  # ending of the name of a spinner three quarters of whose substitutions are undone
COLOURS = ("#c2513c", "#1f3b5c", "#7f8fa6", "#d99a2b", "#4f8f7b")


@dataclass(frozen=True)
class Sample:
    """Texts to judge.

    Attributes
    ----------
    texts, spinner : each text, and who spun it; "" for human texts
    document : int64 (texts,), the number of the human text that each is, or was spun from
    is_reference : bool (texts,), human texts that the thresholds are chosen on
    """

    texts: list[str]
    spinner: NDArray[np.str_]
    document: NDArray[np.int64]
    is_reference: NDArray[np.bool_]

    @property
    def is_spun(self) -> NDArray[np.bool_]:
        return self.spinner != ""

    @property
    def family(self) -> NDArray[np.str_]:
        return np.array([name.removesuffix(f", {LIGHT}") for name in self.spinner])


def sample_of(rows: Sequence[tuple[str, str, object, bool]]) -> Sample:
    """Return a sample from text, spinner, name of the human text, and whether it chooses thresholds."""
    texts, spinner, names, reference = zip(*rows, strict=True)
    number = {name: i for i, name in enumerate(dict.fromkeys(names))}
    return Sample(list(texts), np.array(spinner), np.array([number[n] for n in names]), np.array(reference))


def lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def lightened(spun: SpunText, seed: int) -> SpunText:
    return some_undone(spun, max(1, len(spun.alignment) // 4), np.random.default_rng(seed))


def own_sample() -> Sample:
    """Return the gate's paragraphs. They are few: all of them choose the thresholds, and all are judged."""
    rows: list[tuple[str, str, object, bool]] = [(r["text"], "", r["id"], True) for r in lines(GATE / "human.jsonl")]
    for seed, record in enumerate(lines(GATE / "spun.jsonl")):
        if record["family"] == "damage":
            continue
        text = record["text"]
        spans = tuple(AlignedSpan(a, b, text[a:b], original) for a, b, original in record["spans"])
        light = lightened(SpunText(text, undo(text, spans), spans), seed)
        rows += [(text, record["family"], record["id"], False)]
        rows += [(light.text, f"{record['family']}, {LIGHT}", record["id"], False)]
    return sample_of(rows)


def given_sample(human: Path, pairs: Path | None, dictionary: Path, limit: int) -> Sample:
    """Return human texts, half of them for the thresholds, the others spun by a dictionary; and the pairs."""
    texts = [text for (text,) in read_fields(human, ["text"])][:limit]
    rows: list[tuple[str, str, object, bool]] = [(text, "", i, i % 2 == 0) for i, text in enumerate(texts)]
    spinner = TableSpinner(dictionary.stem, read_dictionary(dictionary), rate=1.0, consistent=True)
    for i in range(1, len(texts), 2):
        spun = spinner.spin(texts[i])
        if spun.alignment:
            rows += [(spun.text, dictionary.stem, i, False)]
            rows += [(lightened(spun, i).text, f"{dictionary.stem}, {LIGHT}", i, False)]
    originals: set[str] = set()
    for path in sorted(pairs.glob("*.jsonl")) if pairs else []:
        for pair in lines(path)[:limit]:
            if pair["original"] not in originals:
                rows.append((pair["original"], "", pair["original"], False))
                originals.add(pair["original"])
            name = path.stem.replace("_quarter", f", {LIGHT}")
            rows.append((pair["spun"], name, pair["original"], False))
    return sample_of(rows)


def tfidf_scores(sample: Sample) -> NDArray[np.float64]:
    """Return the decision of a classifier that has seen neither the text's document nor its spinner.

    Documents are in two folds. Human texts are judged by the classifier of the first spinner.
    """
    fold, out = sample.document % 2, np.zeros(len(sample.texts))
    family = sample.family
    for k in (0, 1):
        for number, own in enumerate(sorted(set(family[sample.is_spun]))):
            train = np.flatnonzero((fold != k) & (family != own))
            if len(set(sample.is_spun[train])) < 2:
                continue
            model = tfidf_classifier().fit([sample.texts[i] for i in train], sample.is_spun[train])
            test = np.flatnonzero((fold == k) & ((family == own) | ((number == 0) & ~sample.is_spun)))
            if len(test):
                out[test] = model.decision_function([sample.texts[i] for i in test])
    return out


def kenlm_perplexity(path: Path, texts: Sequence[str]) -> NDArray[np.float64]:
    """Return the mean -log10 P of a text's tokens by a KenLM model."""
    import kenlm

    from detector.text.tokens import iter_pieces

    model = kenlm.Model(str(path))
    tokens = [[piece for piece in iter_pieces(text) if not piece.isspace()] for text in texts]
    return np.array([-model.score(" ".join(t)) / max(1, len(t)) for t in tokens])


def all_scores(sample: Sample, models: Models, kenlm_model: Path | None) -> dict[str, NDArray[np.float64]]:
    """Return what each way to find spun text says of each text; higher is likelier spun."""
    found = scores_of(models, sample.texts)
    out = {"detector": found.probability, "perplexity, our n-grams": found.perplexity}
    if kenlm_model:
        out["perplexity, KenLM"] = kenlm_perplexity(kenlm_model, sample.texts)
    return out | {"TF-IDF, logistic regression": tfidf_scores(sample), "tortured phrases": found.tortured}


def threshold_of(scores: NDArray[np.float64], target: float) -> float:
    """Return the lowest threshold that flags at most this share of human texts; a text must lie above it."""
    ordered = np.sort(scores)[::-1]
    return float(ordered[int(target * len(ordered))])


def table(sample: Sample, scores: dict[str, NDArray[np.float64]], target: float) -> str:
    """Return the table as Markdown."""
    is_light = np.char.endswith(sample.spinner, LIGHT)
    apart = ~sample.is_spun & ~sample.is_reference
    judged = apart if apart.any() else ~sample.is_spun
    head = "| | ROC AUC | ROC AUC, light | recall | recall, light | human texts flagged |\n|---|---|---|---|---|---|"
    rows = []
    for name, values in scores.items():
        flagged = values > threshold_of(values[sample.is_reference], target)
        cells = []
        for light in (False, True):
            rows_of = judged | (sample.is_spun & (is_light == light))
            number = np.unique(sample.document[rows_of], return_inverse=True)[1]
            a = auc_interval(values[rows_of], sample.is_spun[rows_of], number)
            cells.append(f"{a.value:.3f} ({a.low:.3f} to {a.high:.3f})")
        for light in (False, True):
            r = wilson(
                int(flagged[sample.is_spun & (is_light == light)].sum()),
                int((sample.is_spun & (is_light == light)).sum()),
            )
            cells.append(f"{r.value:.0%} ({r.low:.0%} to {r.high:.0%})")
        f = wilson(int(flagged[judged].sum()), int(judged.sum()))
        rows.append(f"| {name} | {' | '.join(cells)} | {f.value:.1%} ({f.low:.1%} to {f.high:.1%}) |")
    return "\n".join([head, *rows])


def picture(sample: Sample, scores: dict[str, NDArray[np.float64]], target: float) -> Plot:
    """Return recall by spinner at the target, a dot for each way to find spun text."""
    spinners = sorted(set(sample.spinner[sample.is_spun]))
    figure = Figure(figsize=(7, 1.2 + 0.27 * len(spinners)), dpi=100, layout="constrained")
    axes = figure.subplots()
    said = []
    for k, ((name, values), colour) in enumerate(zip(scores.items(), COLOURS, strict=False)):
        flagged = values > threshold_of(values[sample.is_reference], target)
        recall = [float(flagged[sample.spinner == s].mean()) for s in spinners]
        # A little apart, so that no dot hides another.
        axes.plot(recall, np.arange(len(spinners)) + 0.16 * (k - 1.5), "o", color=colour, label=name, markersize=5)
        said.append(f"{name} {', '.join(f'{s} {r:.2f}' for s, r in zip(spinners, recall, strict=True))}")
    axes.set_yticks(range(len(spinners)), spinners, fontsize=8)
    axes.set_ylim(len(spinners) - 0.5, -0.5)
    axes.set_xlim(-0.02, 1.02)
    axes.set_xlabel(f"recall where {target:.0%} of human texts are flagged")
    axes.grid(color="#e3e7eb")
    axes.set_axisbelow(True)
    figure.legend(frameon=False, fontsize=8, loc="outside upper center", ncols=3)
    return Plot(figure, f"Recall by spinner where {target:.0%} of human texts are flagged. {'; '.join(said)}.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--human", type=Path, help="human texts, JSON Lines")
    parser.add_argument("--pairs", type=Path, help="folder of spun texts with their originals")
    parser.add_argument("--dictionary", type=Path, default=GATE / "stranger.tsv", help="spins the human texts")
    parser.add_argument("--kenlm", type=Path, help="a KenLM model, ARPA or binary, of lower-case tokens")
    parser.add_argument("--limit", type=int, default=2000, help="texts of each file")
    parser.add_argument("--target", type=float, default=0.05, help="share of human texts that may be flagged")
    parser.add_argument("--output", type=Path, default=HERE / "quality", help="writes OUTPUT.md and OUTPUT.png")
    arguments = parser.parse_args()
    if arguments.pairs and not arguments.human:
        parser.error("--pairs needs --human: texts that choose the thresholds")
    given = (arguments.human, arguments.pairs, arguments.dictionary, arguments.limit)
    sample = given_sample(*given) if arguments.human else own_sample()
    models = load_models()
    scores = all_scores(sample, models, arguments.kenlm)
    n = int((~sample.is_spun).sum())
    made = (
        f"{n} human texts, {len(sample.texts) - n} spun ones of {len(set(sample.family)) - 1} families of spinners; "
        f"models {models.signature}. Recall where {arguments.target:.0%} of {int(sample.is_reference.sum())} human "
        f"texts are flagged; 95% intervals.\n\n{table(sample, scores, arguments.target)}\n"
    )
    print(made)
    arguments.output.with_suffix(".md").write_text(made, encoding="utf-8")
    picture(sample, scores, arguments.target).save(arguments.output.with_suffix(".png"))


if __name__ == "__main__":
    main()
