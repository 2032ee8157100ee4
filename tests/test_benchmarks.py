"""The benchmarks: thresholds come from human text alone, and the classifier never saw what it judges."""

import gzip
import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]


def load_benchmark(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "benchmarks" / f"{name}.py")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def quality():
    yield load_benchmark("quality")
    del sys.modules["quality"]


@pytest.mark.parametrize("target", [0.0, 0.01, 0.05, 0.5])
def test_a_threshold_flags_no_more_than_its_share_of_human_texts(quality, target):
    for scores in (np.arange(200.0), np.zeros(200), np.repeat([0.0, 1.0], 100)):
        assert (scores > quality.threshold_of(scores, target)).mean() <= target


def test_the_own_sample_has_two_rates_of_each_spinner_and_no_human_text_twice(quality):
    sample = quality.own_sample()
    names = set(sample.spinner[sample.is_spun].tolist())
    assert {n for n in names if n.endswith("light")} == {f"{n}, light" for n in names if not n.endswith("light")}
    assert sample.is_reference.sum() == (~sample.is_spun).sum() == 32
    assert not sample.is_reference[sample.is_spun].any()
    human = dict(zip(sample.document[~sample.is_spun].tolist(), np.array(sample.texts)[~sample.is_spun], strict=True))
    assert all(human[d] != t for d, t, s in zip(sample.document, sample.texts, sample.is_spun, strict=True) if s)


def test_human_texts_of_others_are_halved_and_their_pairs_kept_apart(quality, tmp_path):
    texts = [f"The clerk said that the {n} old bridges would be closed before the end of the week." for n in range(6)]
    human = tmp_path / "human.jsonl"
    human.write_text("".join(json.dumps({"text": t}) + "\n" for t in texts), encoding="utf-8")
    pairs = tmp_path / "pairs"
    pairs.mkdir()
    pair = {"spun": "An outdated span was shut.", "original": "An old bridge was closed."}
    for name in ("wheel.jsonl", "wheel_quarter.jsonl"):
        (pairs / name).write_text(json.dumps(pair) + "\n", encoding="utf-8")
    sample = quality.given_sample(human, pairs, ROOT / "tests" / "gate" / "stranger.tsv", 100)
    assert sample.is_reference.sum() == 3
    assert {"wheel", "wheel, light"} <= set(sample.spinner.tolist())
    spun_from = {t for t, s in zip(sample.document.tolist(), sample.is_spun, strict=True) if s}
    assert not spun_from & set(sample.document[sample.is_reference].tolist())


def test_the_table_is_made_of_given_scores(quality):
    rows = [("human", "", i, True) for i in range(20)]
    rows += [("spun", name, i, False) for i in range(20) for name in ("wheel", "wheel, light")]
    sample = quality.sample_of(rows)
    perfect = np.where(sample.is_spun, 1.0, 0.0)
    lines = quality.table(sample, {"perfect": perfect, "blind": np.zeros(len(rows))}, 0.05).splitlines()
    assert "1.000" in lines[2]
    assert "100% (84% to 100%)" in lines[2]
    assert "0.500" in lines[3]
    assert "| 0% (0% to 16%) |" in lines[3]
    assert "wheel, light 1.00" in quality.picture(sample, {"perfect": perfect}, 0.05).alt


def test_a_kenlm_model_says_how_surprising_a_text_is(quality, tmp_path):
    arpa = tmp_path / "model.arpa"
    unigrams = "-3\t<unk>\n-99\t<s>\t0\n-1\t</s>\n-0.5\tthe\t0\n-1\tbridge\n"
    arpa.write_text(
        f"\\data\\\nngram 1=5\nngram 2=1\n\n\\1-grams:\n{unigrams}\n\\2-grams:\n-0.25\tthe bridge\n\n\\end\\\n"
    )
    plain, odd = quality.kenlm_perplexity(arpa, ["The bridge", "Outdated span"])
    assert plain == pytest.approx((0.5 + 0.25 + 1) / 2)
    assert odd == pytest.approx((3 + 3 + 1) / 2)


def test_substitutes_are_ranked_by_each_model_of_context(tmp_path, capsys, monkeypatch):
    ranking = load_benchmark("ranking")
    text = "The ferry was late again, so we had to wait for two hours in the cold."
    place = text.index("wait")
    words = {"linger": True, "remain": True, "hang": False, "await": False}
    data = {
        "contexts": {"c": {"context": text}},
        "targets": {
            "t": {"context_id": "c", "target": "wait", "offset": text.index("wait"), "extra": {"coinco_lemma": "wait"}}
        },
        "substitutes": {w: {"target_id": "t", "substitute": w} for w in words},
        "substitute_labels": {w: ["TRUE" if good else "FALSE"] * 3 for w, good in words.items()},
    }
    path = tmp_path / "swords.json.gz"
    path.write_bytes(gzip.compress(json.dumps(data).encode()))
    assert ranking.read_swords(path) == [(text, place, "wait", {w: float(x) for w, x in words.items()})]
    monkeypatch.setattr("sys.argv", ["ranking.py", str(path)])
    ranking.main()
    rows = [line.split(" | ") for line in capsys.readouterr().out.splitlines()[2:]]
    assert len(rows) == 5
    assert all(0 <= float(row[1]) <= 1 for row in rows)
