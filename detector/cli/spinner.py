"""Known pairs of a spinner before the documents are restored: from themselves, or from a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from detector.api import Spinner, known_spinner, learn_spinner, spinner_of
from detector.cli.call import Invocation
from detector.cli.inputs import Input, iter_inputs, paths_of, sizes_of
from detector.cli.limits import Limits
from detector.cli.messages import Usage
from detector.cli.options import config_of, jobs_option
from detector.errors import InputError
from detector.report.model import InputFailure
from detector.report.wording import count
from detector.restore.spinner_table import SpinnerTable

__all__ = ["SpinnerChoice", "learn_spinner_command", "spinner_options"]

_Command = TypeVar("_Command", bound=Callable[..., Any])


def spinner_options(command: _Command) -> _Command:
    """Add the options on the spinner."""
    for option in (
        click.option(
            "--spinner",
            "spinner_table",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            help="Use the table that `detector learn-spinner` wrote; annotate and reverse show the same edits.",
        ),
        click.option(
            "--same-spinner",
            is_flag=True,
            help="Assume that one spinner wrote all spun texts here, so that each helps to restore the others.",
        ),
    ):
        command = option(command)
    return command


@dataclass(frozen=True)
class SpinnerChoice:
    """The options on the spinner.

    Attributes
    ----------
    same : whether one spinner wrote those inputs that are spun
    table : its pairs that were learnt before; None if no table was given
    """

    same: bool = False
    table: SpinnerTable | None = None

    @classmethod
    def from_options(cls, same_spinner: bool, spinner_table: Path | None, cache: Path | None = None) -> SpinnerChoice:
        """Read the table; raise Usage if it cannot be read, or options exclude each other."""
        if same_spinner and spinner_table is not None:
            raise Usage("--same-spinner and --spinner exclude each other: leave one out")
        if cache is not None and (same_spinner or spinner_table is not None):
            raise Usage("--cache cannot keep reports that depend on a spinner: leave --cache or the spinner out")
        try:
            return cls(same_spinner, None if spinner_table is None else SpinnerTable.read(spinner_table))
        except InputError as error:
            raise Usage(str(error)) from None

    def known(
        self, inputs: Iterator[Input | InputFailure], call: Invocation, jobs: int = 1
    ) -> tuple[Iterable[Input | InputFailure], Spinner | None]:
        """Return the inputs and the known pairs of their spinner; to learn them, all inputs are read first."""
        if self.table is not None:
            found = known_spinner(self.table)
            if found.left_out:
                wordings = ", ".join(f"{p.substitute} ({p.original})" for p in found.left_out[:5])
                pairs = count(len(found.left_out), "pair")
                call.note(f"left out {pairs} with words that the models do not know: {wordings}")
            return inputs, found
        if not self.same:
            return inputs, None
        held = list(inputs)
        texts = [item.document.judged_text for item in held if isinstance(item, Input)]
        return held, spinner_of(texts, jobs)


@click.command("learn-spinner", short_help="Learn a spinner's pairs of wordings from its texts, as a table.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE",
    help="Write the table to FILE.",
)
@click.option(
    "--exclude",
    multiple=True,
    metavar="PATTERN",
    help="Skip matching files and folders inside folders; repeatable.",
)
@jobs_option
@click.option("--quiet", "-q", is_flag=True, help="Print errors only: no progress, no notes.")
@click.pass_context
def learn_spinner_command(
    ctx: click.Context, /, paths: tuple[str, ...], output: Path, exclude: tuple[str, ...], jobs: int, quiet: bool
) -> int:
    """Learn the pairs of wordings of a spinner from texts that it wrote, and write them as tab-separated values.

    Correct the table in any editor: delete a line, change log10_odds, or add a line with a substitute and its original.
    `annotate` and `reverse` take it with --spinner FILE. Human texts among the inputs count next to nothing.

    Exit codes: 0 ran; 2 wrong usage; 3 an input could not be read, the table was learnt from the others.
    """
    call = Invocation("text", output, "never", quiet)
    files = paths_of(paths, (*config_of(ctx).excluded, *exclude), None)
    call.protect(files)
    items = call.read(iter_inputs(files, None, Limits()), sizes_of(files), lambda item: len(item.document.text.split()))
    texts = [item.document.judged_text for item in items]
    if not texts:  # an empty table would replace one that may be corrected by hand
        return call.code()
    table = learn_spinner(texts, jobs)
    with call.writer() as write:
        write(table.to_tsv())
    call.note(f"{output}: {count(len(table.pairs), 'pair')} learnt from {count(len(texts), 'document')}")
    return call.code()
