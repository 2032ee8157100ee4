"""`detector evaluate`."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import click

from detector.cli.messages import Usage, echo_error
from detector.cli.options import MAX_SEED, WholeNumber, mythes_option, wordnet_option
from detector.cli.progress import step_progress

__all__ = ["evaluate"]


_folder = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command(short_help="Measure the models on held-out text.")
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
@wordnet_option
@mythes_option
@click.option(
    "--limit", type=WholeNumber(20), default=600, show_default=True, help="Documents in each table, 20 or more."
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
    help="Write spun test documents here, one file for each family and rate, and measure nothing.",
)
@click.option(
    "--seed", type=WholeNumber(0, MAX_SEED), default=4096, show_default=True, help="Same inputs and seed, same numbers."
)
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def evaluate(
    corpus: Path,
    lexicon: Path,
    pairs: Path,
    output: Path,
    work: Path | None,
    wordnet: Path | None,
    mythes: Path | None,
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
    if importlib.util.find_spec("matplotlib") is None:
        raise Usage("evaluating needs matplotlib: pip install matplotlib")
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
        wordnet=wordnet,
        mythes=mythes,
        seed=seed,
    )
    with step_progress(quiet) as (announce, progress):
        if write_spun is None:
            run(settings, announce, progress)
        else:
            write_spun_documents(settings, write_spun, announce, progress)
    if not quiet:
        echo_error(f"written: {write_spun or output / 'README.md'}")
    return 0
