"""Fit the context model: which word would a writer have put between these neighbours?

Every word of the human text is a positive example in its own place. Negative examples are what a spinner might have
written there instead (its confusables) and words drawn at random. Part of the neighbours are replaced by confusables
too, so that the model keeps its judgement where the whole text is spun. PyTorch fits; `detector.context_model`
reads the quantised weights with NumPy alone.
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

from detector.context_model import REACH, SHAPES, TOPIC_REACH, ContextModel, shape_class

__all__ = ["ContextModelSettings", "fit_context_model"]


@dataclass(frozen=True)
class ContextModelSettings:
    """Sizes and schedule; the defaults are what the shipped model was fitted with."""

    words: int = 65_536
    dimensions: int = 64
    hidden: int = 128
    segments: int = 48  # stretches of text in a batch
    length: int = 256  # words whose places are judged in each stretch
    steps: int = 6_000
    learning_rate: float = 3e-3
    confusables: int = 4  # negatives a place
    shared: int = 192  # random negatives, the same for all places of a batch
    corruption: float = 0.12  # share of the neighbours that are replaced
    seed: int = 20_26


class _Network(nn.Module):  # type: ignore[misc]
    def __init__(self, s: ContextModelSettings) -> None:
        super().__init__()
        d, h = s.dimensions, s.hidden
        self.embedding = nn.Embedding(s.words, d, padding_idx=0)
        nn.init.normal_(self.embedding.weight, std=0.3)
        self.shape = nn.Embedding(SHAPES, h)
        self.left = nn.Conv1d(d, h, REACH, bias=False)
        self.right = nn.Conv1d(d, h, REACH, bias=False)
        self.topic = nn.Linear(d, h, bias=True)
        self.query = nn.Linear(h, d)
        self.output = nn.Embedding(s.words, d)
        nn.init.normal_(self.output.weight, std=0.1)
        self.bias = nn.Embedding(s.words, 1)
        nn.init.zeros_(self.bias.weight)

    def queries(self, ids: torch.Tensor, shapes: torch.Tensor) -> torch.Tensor:
        """Return the query of every place but the TOPIC_REACH at either end, (segments, length, dimensions)."""
        x = self.embedding(ids).transpose(1, 2)
        margin = TOPIC_REACH
        n = ids.shape[1] - 2 * margin
        left = self.left(x[:, :, margin - REACH : margin + n - 1])
        right = self.right(x[:, :, margin + 1 : margin + n + REACH])
        wide, near = 2 * TOPIC_REACH + 1, 2 * REACH + 1
        sums = functional.avg_pool1d(x, wide, 1) * wide
        sums = sums - functional.avg_pool1d(x[:, :, margin - REACH : margin + n + REACH], near, 1) * near
        topic = self.topic((sums / (wide - near)).transpose(1, 2))
        hidden = functional.relu((left + right).transpose(1, 2) + topic + self.shape(shapes[:, margin : margin + n]))
        return self.query(hidden)


def _quantise(weight: torch.Tensor) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    rows = weight.detach().numpy()
    scale = np.maximum(np.abs(rows).max(axis=1), 1e-6) / 127
    return np.rint(rows / scale[:, None]).astype(np.int8), scale.astype(np.float16)


def fit_context_model(
    ids: NDArray[np.int32],
    shape: NDArray[np.uint8],
    confusable: NDArray[np.int32],
    settings: ContextModelSettings,
    checkpoint: Path | None = None,
    progress: Callable[[int, int, float], None] = lambda step, steps, loss: None,
) -> ContextModel:
    """Return the model fitted on a token stream.

    Parameters
    ----------
    ids, shape : the stream, as `text.tokenize` gives it, documents end to end
    confusable : int32 (words, k); row w lists what may be mistaken for w, padded by 0 (no confusable)
    checkpoint : where the state is kept every 500 steps, and taken up again after an interruption
    progress : told the step, the number of steps and the mean loss of late
    """
    s = settings
    torch.manual_seed(s.seed)
    rng = np.random.default_rng(s.seed)
    known = np.where(ids < s.words, ids, 1).astype(np.int32)
    shapes = shape_class(shape)
    counts = np.bincount(known, minlength=s.words).astype(np.float64)
    counts[0] = 0
    noise = np.cumsum(counts**0.75)
    network = _Network(s)
    optimizer = torch.optim.Adam(network.parameters(), lr=s.learning_rate, betas=(0.9, 0.98), fused=True)
    first = 0
    if checkpoint is not None and checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        first = int(state["step"])
    width = s.length + 2 * TOPIC_REACH
    inner = slice(TOPIC_REACH, TOPIC_REACH + s.length)
    late = 0.0
    for step in range(s.steps):
        # Each step draws from its own generator, so that a resumed run goes on as if it had not stopped.
        if step < first:
            continue
        rng = np.random.default_rng((s.seed, step))
        for group in optimizer.param_groups:
            warm = min(1.0, (step + 1) / 200)
            group["lr"] = s.learning_rate * warm * max(0.02, 1 - step / s.steps)
        starts = rng.integers(0, len(known) - width, s.segments)
        rows = starts[:, None] + np.arange(width)
        clean = known[rows]
        swapped = confusable[clean, rng.integers(0, confusable.shape[1], clean.shape)]
        # Stretches are corrupted to different degrees: some whole articles are spun, most are not.
        rate = rng.choice([0.0, s.corruption, 3 * s.corruption], size=(s.segments, 1), p=[0.4, 0.4, 0.2])
        swap = (rng.random(clean.shape) < rate) & (swapped > 0)
        seen = np.where(swap, swapped, clean)
        target = clean[:, inner]
        wrong = confusable[target[..., None], rng.integers(0, confusable.shape[1], (*target.shape, s.confusables))]
        shared = np.searchsorted(noise, rng.random(s.shared) * noise[-1])

        query = network.queries(torch.from_numpy(seen).long(), torch.from_numpy(shapes[rows]).long())
        judged = torch.from_numpy(target > 0).float()
        tried = torch.from_numpy(np.concatenate((target[..., None], wrong), axis=2)).long()
        logits = (network.output(tried) * query.unsqueeze(2)).sum(3) + network.bias(tried).squeeze(3)
        right = functional.softplus(-logits[..., 0])
        is_wrong = torch.from_numpy(wrong > 0).float()
        mistaken = (functional.softplus(logits[..., 1:]) * is_wrong).sum(2) / s.confusables
        draw = torch.from_numpy(shared).long()
        random_logits = query @ network.output(draw).T + network.bias(draw).T
        random = functional.softplus(random_logits).mean(2)
        loss = ((right + 0.75 * mistaken + 0.25 * random) * judged).sum() / judged.sum()
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
    return _exported(network, s)


def _exported(network: _Network, s: ContextModelSettings) -> ContextModel:
    """Return the network as the arrays that the runtime reads."""
    embedding, embedding_scale = _quantise(network.embedding.weight)
    output, output_scale = _quantise(network.output.weight)

    def half(x: torch.Tensor) -> NDArray[np.float16]:
        return np.ascontiguousarray(x.detach().numpy().astype(np.float16))

    sides = torch.cat((network.left.weight, network.right.weight), dim=2)  # (hidden, d, 2 * REACH)
    return ContextModel(
        embedding,
        embedding_scale,
        output,
        output_scale,
        half(network.bias.weight[:, 0]),
        half(sides.permute(2, 1, 0).reshape(2 * REACH * s.dimensions, s.hidden)),
        half(network.topic.weight.T),
        half(network.shape.weight + network.topic.bias),
        half(network.query.weight.T),
        half(network.query.bias),
    )
