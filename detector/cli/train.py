"""`detector train`."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import click

from detector.cli.messages import Usage, echo_error
from detector.cli.progress import step_progress

__all__ = ["train"]


_folder = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command()
@click.option(
    "--corpus",
    type=_folder,
    required=True,
    help="Folder of human text: JSON Lines, as its SOURCES.md says.",
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
    help="Keep each step here, so that a run that was broken off goes on; without it nothing is kept.",
)
@click.option("--wordnet", type=click.Path(path_type=Path), help="Folder of WordNet's database files.")
@click.option("--mythes", type=click.Path(path_type=Path), help="English thesaurus of MyThes.")
@click.option(
    "--arpa",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the language model as ARPA too, for other programs.",
)
@click.option("--seed", type=int, default=2026, show_default=True, help="Same inputs and seed, same files.")
@click.option("--jobs", "-j", type=click.IntRange(1), default=2, show_default=True, help="Processes to work in.")
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
    seed: int,
    jobs: int,
    quiet: bool,
) -> int:
    """Rebuild all models from a corpus."""
    missing = [name for name in ("torch", "scipy") if find_spec(name) is None]
    if missing:
        raise Usage(f"training needs {' and '.join(missing)}: pip install {' '.join(missing)}")
    from detector.training.train import TrainSettings
    from detector.training.train import train as run

    settings = TrainSettings(corpus, lexicon, pairs, output, work=work, arpa=arpa, seed=seed, n_jobs=jobs)
    if wordnet is not None:
        settings = replace(settings, wordnet=wordnet)
    if mythes is not None:
        settings = replace(settings, mythes=mythes)
    with step_progress(quiet) as (announce, progress):
        folder = run(settings, announce, progress)
    if not quiet:
        echo_error(f"models written to {folder}")
    return 0
