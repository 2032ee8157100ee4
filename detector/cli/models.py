"""`detector info`, `schema`, `train` and `evaluate`: what the models are, and how they are made and measured."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from detector.cli.call import echo_error

__all__ = ["evaluate", "info", "schema", "train"]


@click.command(short_help="Version, models, data and thresholds.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(("text", "json")),
    default="text",
    show_default=True,
    help="What to write.",
)
def info(format_: str) -> int:
    """Say which version and models these are, what they are made from, and what the thresholds mean."""
    from detector.api import model_info

    facts = model_info()
    if format_ == "json":
        from detector.report.json import dumps

        click.echo(dumps(facts, indent=1))
        return 0
    notes = facts["threshold_notes"]
    click.echo(f"detector {facts['version']}, models {facts['signature']}")
    click.echo(f"language {facts['language']}; at least {facts['min_words']} words for a verdict")
    click.echo("\nthresholds")
    for name, value in facts["thresholds"].items():
        click.echo(f"  {name:<12} {value:<8.4g} {notes.get(name, '')}".rstrip())
    for title in ("metrics", "corpus", "libraries"):
        if facts[title]:
            click.echo(f"\n{title}")
            for line in _flat(facts[title]):
                click.echo(f"  {line}")
    click.echo("\nsources")
    for source in facts["sources"]:
        click.echo(f"  {source['name']:<28}  {source['licence']}")
    click.echo(f"\nbuilt by  {facts['command']}")
    return 0


def _flat(value: Any, name: str = "") -> Iterator[str]:
    """Yield nested facts as lines of a dotted name and a value."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(item, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for number, item in enumerate(value):
            yield from _flat(item, f"{name}.{number}")
    else:
        yield f"{name:<34} {value}"


@click.command()
def schema() -> int:
    """Write the JSON Schema of what `--format json` writes."""
    from importlib.resources import files

    click.echo(files("detector").joinpath("report", "schema.json").read_text(encoding="utf-8"), nl=False)
    return 0


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
    from importlib.util import find_spec

    missing = [name for name in ("torch", "scipy") if find_spec(name) is None]
    if missing:
        echo_error(f'training needs {" and ".join(missing)}: pip install "detector[train]"')
        return 2
    from detector.training.train import TrainSettings
    from detector.training.train import train as run

    settings = TrainSettings(corpus, lexicon, pairs, output, work=work, arpa=arpa, seed=seed, n_jobs=jobs)
    if wordnet is not None:
        settings = replace(settings, wordnet=wordnet)
    if mythes is not None:
        settings = replace(settings, mythes=mythes)
    with _training_progress(quiet) as (announce, progress):
        folder = run(settings, announce, progress)
    if not quiet:
        echo_error(f"models written to {folder}")
    return 0


@click.command()
@click.option("--corpus", type=_folder, required=True, help="Folder of human documents, as `detector train` takes it.")
@click.option("--lexicon", type=_folder, required=True, help="Folder of known substitutions.")
@click.option("--pairs", type=_folder, required=True, help="Folder of observed pairs of sentences.")
@click.option(
    "--output",
    "-o",
    type=_folder,
    default=Path("models"),
    show_default=True,
    help="Folder of the models to measure; the model card is written there.",
)
@click.option(
    "--work",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep finished parts here; the folder of `detector train --work` has the spinners' tables already.",
)
@click.option(
    "--limit", type=click.IntRange(20), default=600, show_default=True, help="Documents in each table, 20 or more."
)
@click.option("--leave-one-out", is_flag=True, help="Fit anew without each spinner too (minutes for each).")
@click.option(
    "--unseen-thesaurus",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Thesaurus in Moby's format that nothing was fitted on.",
)
@click.option(
    "--unseen-dictionary",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Spinner's dictionary that nothing was fitted on: a wording, a tab and its substitute a line.",
)
@click.option(
    "--people", type=_folder, help="Folder of texts with the level of their writers: records with `text` and `score`."
)
@click.option(
    "--write-spun",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write spun test documents here, a file a family and rate, and measure nothing.",
)
@click.option("--seed", type=int, default=4096, show_default=True, help="Same inputs and seed, same numbers.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def evaluate(
    corpus: Path,
    lexicon: Path,
    pairs: Path,
    output: Path,
    work: Path | None,
    limit: int,
    leave_one_out: bool,
    unseen_thesaurus: Path | None,
    unseen_dictionary: Path | None,
    people: Path | None,
    write_spun: Path | None,
    seed: int,
    quiet: bool,
) -> int:
    """Measure the models on held-out text and write the model card."""
    from importlib.util import find_spec

    if find_spec("matplotlib") is None:
        echo_error('evaluating needs matplotlib: pip install "detector[train]"')
        return 2
    from detector.evaluation.run import EvaluateSettings, write_spun_documents
    from detector.evaluation.run import evaluate as run

    settings = EvaluateSettings(
        corpus,
        lexicon,
        pairs,
        output,
        work=work,
        limit=limit,
        leave_one_out=leave_one_out,
        unseen_thesaurus=unseen_thesaurus,
        unseen_dictionary=unseen_dictionary,
        people=people,
        seed=seed,
    )
    with _training_progress(quiet) as (announce, progress):
        if write_spun is None:
            run(settings, announce, progress)
        else:
            write_spun_documents(settings, write_spun, announce, progress)
    if not quiet:
        echo_error(f"written: {write_spun or output / 'README.md'}")
    return 0


@contextmanager
def _training_progress(
    quiet: bool,
) -> Iterator[tuple[Callable[[str], None], Callable[[int, int], None]]]:
    """Yield what `train` tells of its steps and how far each is."""
    if quiet:
        yield (lambda step: None), (lambda done, total: None)
        return
    if not sys.stderr.isatty():
        yield (lambda step: click.echo(step, err=True)), (lambda done, total: None)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

    bar = Progress(
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description:<18}"),
        BarColumn(bar_width=30),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
    current: list[TaskID] = []

    def finish() -> None:
        if current:
            bar.update(current[-1], total=1, completed=1)

    def announce(step: str) -> None:
        finish()
        current.append(bar.add_task(step, total=None))

    def progress(done: int, total: int) -> None:
        if current:
            bar.update(current[-1], completed=done, total=total)

    with bar:
        yield announce, progress
        finish()
