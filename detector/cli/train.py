"""`detector train`."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import click

from detector.cli.messages import Usage, echo_error
from detector.cli.options import MAX_SEED, WholeNumber, mythes_option, wordnet_option
from detector.cli.progress import step_progress

__all__ = ["train"]


_folder = click.Path(path_type=Path, exists=True, file_okay=False)


def _size(name: str, default: int, help_: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Return an option for a size of the models, the shipped models' size by default."""
    return click.option(name, type=WholeNumber(1), default=default, show_default=True, help=help_)


@click.command()
@click.option(
    "--corpus",
    type=_folder,
    required=True,
    help="Folder of human text as JSON Lines, with a SOURCES.md that lists sources and licences.",
)
@click.option("--lexicon", type=_folder, required=True, help="Folder of known substitutions.")
@click.option("--pairs", type=_folder, required=True, help="Folder of observed pairs of sentences.")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("models"),
    show_default=True,
    help="Folder to write the models to.",
)
@click.option(
    "--work",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the result of each step here, so that an interrupted run continues.",
)
@wordnet_option
@mythes_option
@click.option(
    "--arpa",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the language model as ARPA too, for other programs.",
)
@click.option(
    "--start-from",
    type=_folder,
    help="Fit the context models of this folder further, on the new corpus; by default they are fitted from scratch.",
)
@_size("--vocabulary", 1 << 17, "Words of the vocabulary.")
@_size("--bigrams", 3_000_000, "Pairs of words in the language model.")
@_size("--trigrams", 4_400_000, "Triples of words in the language model.")
@_size("--context-words", 65_536, "Words that the context models know.")
@_size("--context-steps", 26_000, "Optimizer steps of the context models.")
@_size("--examples", 12_000, "Documents from which the examples of each fit are drawn.")
@_size("--dev-examples", 30_000, "Human texts from which the thresholds are chosen.")
@click.option(
    "--seed", type=WholeNumber(0, MAX_SEED), default=2026, show_default=True, help="Same inputs and seed, same files."
)
@click.option("--jobs", "-j", type=WholeNumber(1), default=2, show_default=True, help="Number of parallel processes.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def train(
    corpus: Path,
    lexicon: Path,
    pairs: Path,
    output: Path,
    work: Path | None,
    wordnet: Path | None,
    mythes: Path | None,
    arpa: Path | None,
    start_from: Path | None,
    seed: int,
    jobs: int,
    quiet: bool,
    **sizes: int,
) -> int:
    """Rebuild all models from a corpus."""
    missing = [name for name in ("torch", "scipy") if importlib.util.find_spec(name) is None]
    if missing:
        raise Usage(f"training needs {' and '.join(missing)}: pip install {' '.join(missing)}")
    from detector.training.settings import TrainSettings
    from detector.training.train import train as run

    settings = TrainSettings(
        corpus, lexicon, pairs, output, work, wordnet, mythes, arpa, start_from, seed=seed, n_jobs=jobs, **sizes
    )
    with step_progress(quiet) as (announce, progress):
        folder = run(settings, announce, progress)
    if not quiet:
        echo_error(f"models written to {folder}")
    return 0
