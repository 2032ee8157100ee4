"""Fit the context models: which word would a writer have put between these neighbours?

Two readers of different width are fitted together over one set of word vectors: a narrow one that reads every text, and
a wide one that reads again the texts that the first one does not clear. Every word of the human text is a positive
example in its own place. Negative examples are words that a spinner might have written there instead (its confusables)
and words drawn at random. Part of the neighbours are replaced by confusables too, so that the models keep their
judgement if the whole text is spun. PyTorch fits; `detector.estimators.context_model` reads the quantised weights with
NumPy alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from detector.estimators.context_model import (
    BLOCK,
    REACH,
    SHAPES,
    TOPIC_BLOCKS,
    ReaderWeights,
    WordVectors,
    shape_class,
)
from detector.text.tokens import ALL_UPPER, FIRST_UPPER, SENTENCE_START
from detector.text.vocabulary import BOUNDARY, NAME, SPECIAL_WORDS, UNKNOWN, Vocabulary

__all__ = ["FURTHER_LEARNING_RATE", "ContextModelSettings", "ReaderSize", "Start", "fit_context_models"]

# Highest learning rate if fitted models are fitted further: they should move little where they know enough.
FURTHER_LEARNING_RATE = 1.2e-3
NEIGHBOURS = 8  # of each word that are kept
# A processor without instructions for it multiplies matrices of bfloat16 some thirty times as slowly as float32.
_HAS_BFLOAT16 = torch.backends.mkldnn.is_available() and torch.ops.mkldnn._is_mkldnn_bf16_supported()
_PRECISION = torch.bfloat16 if _HAS_BFLOAT16 else torch.float32
_MARGIN = (TOPIC_BLOCKS + 1) * BLOCK  # words on either side of a stretch that are read but not judged


@dataclass(frozen=True)
class ReaderSize:
    """Hidden units of a reader, and how many dimensions of the judged words' vectors it uses."""

    hidden: int
    query: int
    weight: float  # of its loss


@dataclass(frozen=True)
class ContextModelSettings:
    """Sizes and schedule; the defaults are those of the shipped models."""

    words: int = 65_536
    dimensions: int = 64
    readers: tuple[ReaderSize, ...] = (ReaderSize(128, 64, 0.5), ReaderSize(512, 128, 1.0))
    segments: int = 64  # stretches of text in a batch
    length: int = 256  # words whose places are judged in each stretch
    steps: int = 26_000
    restart: int = 14_000  # step at which the learning rate, fallen to next to nothing, starts again at half its height
    learning_rate: float = 3e-3
    confusables: int = 4  # negatives a place
    shared: int = 256  # random negatives, the same for all places of a batch
    corruption: float = 0.12  # share of the neighbours that are replaced
    bare: float = 0.08  # share of the stretches that are read without marks and capitals, as speech is written down
    plain: float = 0.1  # share of the stretches that are read in lower case, and half as many in capitals
    seed: int = 20_26


@dataclass(frozen=True)
class Start:
    """Fitted models to go on from: their vocabulary, by whose ids rows are ordered, their vectors and their readers."""

    vocabulary: Vocabulary
    vectors: WordVectors
    readers: tuple[ReaderWeights, ...]


class _Network(nn.Module):  # type: ignore[misc]
    def __init__(self, s: ContextModelSettings) -> None:
        super().__init__()
        d = s.dimensions
        self.sizes = [r.hidden for r in s.readers]
        widest = max(r.query for r in s.readers)
        self.embedding = nn.Embedding(s.words, d, padding_idx=0)
        nn.init.normal_(self.embedding.weight, std=0.3)
        with torch.no_grad():
            self.embedding.weight[0] = 0
        self.output = nn.Embedding(s.words, widest)
        nn.init.normal_(self.output.weight, std=0.1)
        # The neighbours from the leftmost to the rightmost, the topic after them.
        self.window = nn.Linear((2 * REACH + 1) * d, sum(self.sizes), bias=False)
        self.shape = nn.Embedding(SHAPES, sum(self.sizes))
        self.inner = nn.ModuleList(nn.Linear(r.hidden, r.hidden) for r in s.readers)
        self.query = nn.ModuleList(nn.Linear(r.hidden, r.query) for r in s.readers)
        self.bias = nn.ModuleList(nn.Embedding(s.words, 1) for _ in s.readers)
        for bias in self.bias:
            nn.init.zeros_(bias.weight)

    def place_vectors(self, ids: torch.Tensor, shapes: torch.Tensor) -> list[torch.Tensor]:
        """Return each reader's query of every place but the margins, (segments, length, its dimensions)."""
        x = self.embedding(ids).to(_PRECISION)
        segments, width, d = x.shape
        n = width - 2 * _MARGIN
        near = [x[:, _MARGIN + k : _MARGIN + k + n] for k in (*range(-REACH, 0), *range(1, REACH + 1))]
        blocks = x.reshape(segments, width // BLOCK, BLOCK, d).sum(2).transpose(1, 2)
        wide = 2 * TOPIC_BLOCKS + 1
        sums = functional.avg_pool1d(blocks, wide, 1).transpose(1, 2)[:, 1:-1] * wide
        topic = sums.repeat_interleave(BLOCK, dim=1) - x[:, _MARGIN : _MARGIN + n]
        hidden = self.window(torch.cat((*near, topic / (wide * BLOCK)), dim=2))
        written = functional.embedding(shapes[:, _MARGIN : _MARGIN + n], self.shape.weight.to(_PRECISION))
        hidden = functional.relu(hidden + written)
        out = []
        for part, inner, query in zip(hidden.split(self.sizes, dim=2), self.inner, self.query, strict=True):
            out.append(query(part + functional.relu(inner(part))))
        return out


def _take_up(network: _Network, vocabulary: Vocabulary, start: Start) -> None:
    """Write the weights of fitted models into a network of the same sizes, each word's at the word's own row."""
    words = network.embedding.num_embeddings
    former = np.array([start.vocabulary[word] for word in vocabulary.words[:words]])
    former[: len(SPECIAL_WORDS)] = np.arange(len(SPECIAL_WORDS))
    listed = (former < len(start.vectors.embedding)) & ((former > NAME) | (np.arange(words) <= NAME))
    rows = torch.from_numpy(np.flatnonzero(listed))
    former = former[listed]

    def single(x: NDArray[np.float16]) -> torch.Tensor:
        return torch.from_numpy(x.astype(np.float32))

    def of_words(levels: NDArray[np.int8], scale: NDArray[np.float16]) -> torch.Tensor:
        return torch.from_numpy(levels[former] * scale[former].astype(np.float32)[:, None])

    v = start.vectors
    with torch.no_grad():
        network.embedding.weight[rows] = of_words(v.embedding, v.embedding_scale)
        network.output.weight[rows] = of_words(v.output, v.output_scale)
        network.window.weight.copy_(torch.cat([single(r.window).T for r in start.readers]))
        network.shape.weight.copy_(torch.cat([single(r.shape) for r in start.readers], dim=1))
        for bias, inner, query, r in zip(network.bias, network.inner, network.query, start.readers, strict=True):
            bias.weight[rows, 0] = single(r.bias)[former]
            for layer, weight, constant in ((inner, r.inner, r.inner_bias), (query, r.query, r.query_bias)):
                layer.weight.copy_(single(weight).T)
                layer.bias.copy_(single(constant))


def _learning_rate(s: ContextModelSettings, step: int) -> float:
    """Return the learning rate of a step: two falls to next to nothing, each after a short rise."""
    first, last, height = (0, min(s.restart, s.steps), 1.0) if step < s.restart else (s.restart, s.steps, 0.5)
    rise = min(1.0, (step - first + 1) / 200)
    return s.learning_rate * height * rise * max(0.01, 1 - (step - first) / (last - first))


def _quantise(weight: torch.Tensor) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    rows = weight.detach().numpy()
    scale = np.maximum(np.abs(rows).max(axis=1), 1e-6) / 127
    return np.rint(rows / scale[:, None]).astype(np.int8), scale.astype(np.float16)


def _loss(
    network: _Network,
    s: ContextModelSettings,
    read: tuple[NDArray[np.int32], NDArray[np.int64]],
    target: NDArray[np.int32],
    wrong: NDArray[np.int32],
    shared: NDArray[np.int64],
) -> torch.Tensor:
    """Return the loss of all readers over a batch of stretches, a scalar.

    Parameters
    ----------
    read : the words of each stretch as the readers see them, margins included, and their classes of shape
    target : the words of the judged places, (segments, length)
    wrong : the confusables that stand against each, (segments, length, confusables), padded by 0
    shared : random words that stand against all
    """
    judged = torch.from_numpy(target > 0).float()
    tried = torch.from_numpy(np.concatenate((target[..., None], wrong), axis=2)).long()
    is_wrong = torch.from_numpy(wrong > 0).float()
    draw = torch.from_numpy(shared).long()
    with torch.autocast("cpu", torch.bfloat16, enabled=_HAS_BFLOAT16):
        place_vectors = network.place_vectors(torch.from_numpy(read[0]).long(), torch.from_numpy(read[1]))
        vectors = network.output(tried).to(_PRECISION)
        noise_vectors = network.output(draw)
    loss = torch.zeros(())
    for size, query, bias in zip(s.readers, place_vectors, network.bias, strict=True):
        own = vectors[..., : size.query]
        logits = torch.matmul(own, query.unsqueeze(3)).squeeze(3).float() + bias(tried).squeeze(3)
        right = functional.softplus(-logits[..., 0])
        mistaken = (functional.softplus(logits[..., 1:]) * is_wrong).sum(2) / s.confusables
        with torch.autocast("cpu", torch.bfloat16, enabled=_HAS_BFLOAT16):
            product = query @ noise_vectors[:, : size.query].T
        random = functional.softplus(product.float() + bias(draw).T).mean(2)
        loss = loss + size.weight * ((right + 0.75 * mistaken + 0.25 * random) * judged).sum() / judged.sum()
    return loss


def fit_context_models(
    ids: NDArray[np.int32],
    shape: NDArray[np.uint8],
    vocabulary: Vocabulary,
    confusable: NDArray[np.int32],
    neighbours: NDArray[np.int32],
    settings: ContextModelSettings,
    start: Start | None = None,
    checkpoint: Path | None = None,
    progress: Callable[[int, int, float], None] = lambda step, steps, loss: None,
) -> tuple[WordVectors, tuple[ReaderWeights, ...]]:
    """Return the word vectors and the readers fitted on a token stream, one of each size in `settings`.

    Parameters
    ----------
    ids, shape : the stream, as `text.tokenize` gives it, documents end to end
    vocabulary : whose ids these are
    confusable : int32 (words, k); row w lists the words that w may be mistaken for, padded by 0 (no confusable)
    neighbours : int32 (words, k), each word's distributional neighbours, nearest first
    start : models of the same sizes to go on from; None begins from nothing
    checkpoint : file in which the state is kept every 500 steps; after an interruption it is loaded again
    progress : called with the step, the number of steps and the recent mean loss
    """
    s = settings
    torch.manual_seed(s.seed)
    known = np.where(ids < s.words, ids, UNKNOWN).astype(np.int32)
    is_kept = vocabulary.is_word_id[ids] | (ids == BOUNDARY)
    # The stream, and after it the same without marks; a stretch that reaches from one into the other does no harm.
    written = len(known)
    known = np.concatenate((known, known[is_kept]))
    shape = np.concatenate((shape, shape[is_kept] & ~np.uint8(FIRST_UPPER | ALL_UPPER | SENTENCE_START)))
    counts = np.bincount(known, minlength=s.words).astype(np.float64)
    counts[0] = 0
    noise = np.cumsum(counts**0.75)
    network = _Network(s)
    if start is not None:
        _take_up(network, vocabulary, start)
    optimizer = torch.optim.Adam(network.parameters(), lr=s.learning_rate, betas=(0.9, 0.98), fused=True)
    first = 0
    if checkpoint is not None and checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        first = int(state["step"])
    width = s.length + 2 * _MARGIN
    inner = slice(_MARGIN, _MARGIN + s.length)
    late = 0.0
    for step in range(first, s.steps):
        # Each step draws from its own generator, so that a resumed run goes on as if it had not stopped.
        rng = np.random.default_rng((s.seed, step))
        for group in optimizer.param_groups:
            group["lr"] = _learning_rate(s, step)
        is_bare = rng.random(s.segments) < s.bare
        low, high = np.where(is_bare, written, 0), np.where(is_bare, len(known), written) - width
        rows = rng.integers(low, high)[:, None] + np.arange(width)
        clean = known[rows]
        form = rng.random((s.segments, 1))
        shapes = np.where(form < s.plain, shape[rows] & ~np.uint8(FIRST_UPPER | ALL_UPPER), shape[rows])
        shapes = np.where(form > 1 - s.plain / 2, shapes | np.uint8(FIRST_UPPER | ALL_UPPER), shapes)
        swapped = confusable[clean, rng.integers(0, confusable.shape[1], clean.shape)]
        # Stretches are corrupted to different degrees: some whole articles are spun, most are not.
        rate = rng.choice([0.0, s.corruption, 3 * s.corruption], size=(s.segments, 1), p=[0.4, 0.4, 0.2])
        swap = (rng.random(clean.shape) < rate) & (swapped > 0)
        seen = np.where(swap, swapped, clean)
        target = clean[:, inner]
        wrong = confusable[target[..., None], rng.integers(0, confusable.shape[1], (*target.shape, s.confusables))]
        shared = np.searchsorted(noise, rng.random(s.shared) * noise[-1])

        loss = _loss(network, s, (seen, shape_class(shapes)), target, wrong, shared)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        value = loss.item()
        if not np.isfinite(value):
            raise FloatingPointError(f"context model: the loss is {value} at step {step}")
        late = value if step == first else 0.99 * late + 0.01 * value
        if step % 50 == 0:
            progress(step, s.steps, late)
        if checkpoint is not None and step % 500 == 499:
            state = {"network": network.state_dict(), "optimizer": optimizer.state_dict(), "step": step + 1}
            torch.save(state, checkpoint)
    return _exported(network, s, neighbours[: s.words, :NEIGHBOURS].astype(np.uint16))


def _exported(
    network: _Network, s: ContextModelSettings, neighbours: NDArray[np.uint16]
) -> tuple[WordVectors, tuple[ReaderWeights, ...]]:
    """Return the network as the arrays that the runtime reads."""

    def half(x: torch.Tensor) -> NDArray[np.float16]:
        return np.ascontiguousarray(x.detach().numpy().astype(np.float16))

    readers = []
    low = 0
    for i, size in enumerate(s.readers):
        own = slice(low, low + size.hidden)
        low += size.hidden
        readers.append(
            ReaderWeights(
                half(network.bias[i].weight[:, 0]),
                half(network.window.weight[own].T),
                half(network.shape.weight[:, own]),
                half(network.inner[i].weight.T),
                half(network.inner[i].bias),
                half(network.query[i].weight.T),
                half(network.query[i].bias),
            )
        )
    vectors = WordVectors(*_quantise(network.embedding.weight), *_quantise(network.output.weight), neighbours)
    return vectors, tuple(readers)
