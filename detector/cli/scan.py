"""`detector scan`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from detector.cli.call import Usage, bar, echo_error
from detector.cli.options import check_threshold, jobs_option, threshold_option
from detector.errors import InputError
from detector.report.model import InputFailure

if TYPE_CHECKING:
    from detector.scan import Scanned

__all__ = ["scan"]


@click.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True), metavar="SRC")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="DIR",
    help="Folder of the results, one file of JSON Lines for each file of SRC.",
)
@click.option("--text-field", default="text", show_default=True, metavar="NAME", help="Field with a record's text.")
@click.option("--id-field", default="id", show_default=True, metavar="NAME", help="Field with a record's id.")
@click.option("--evidence", is_flag=True, help="Write passages and evidence too.")
@threshold_option
@jobs_option
@click.option("--quiet", "-q", is_flag=True, help="No progress, no summary; errors are told.")
def scan(
    source: Path,
    output: Path,
    text_field: str,
    id_field: str,
    evidence: bool,
    threshold: float | str | None,
    jobs: int,
    quiet: bool,
) -> int:
    """Score a corpus: JSON Lines or Parquet, plain or compressed, a file or a folder.

    A scan that was interrupted goes on with the first file that is not done when it is called again.
    """
    from detector.scan import ScanSettings
    from detector.scan import scan as run

    check_threshold(threshold)
    settings = ScanSettings(source, output, text_field, id_field, threshold, evidence, jobs)

    def fail(failure: InputFailure) -> None:
        echo_error(f"{failure.path}: {failure.message}")

    try:
        if quiet or not sys.stderr.isatty():
            scanned = run(settings, fail)
        else:
            with bar() as shown:
                task = shown.add_task("", total=None)
                scanned = run(
                    settings, fail, lambda path, records: shown.update(task, description=path.name, completed=records)
                )
    except InputError as error:
        raise Usage(str(error)) from None
    if not quiet:
        echo_error(_scanned_line(scanned))
    return 3 if scanned.failures else 0


def _scanned_line(scanned: Scanned) -> str:
    """Return in words what a scan did."""
    records = sum(scanned.verdicts.values())
    line = f"{scanned.done} files done, {records:,} records, {scanned.words:,} words"
    line += f"; {scanned.verdicts['spun']:,} spun, {records - scanned.verdicts['spun'] - scanned.verdicts['clean']:,} "
    line += "without a verdict"
    if scanned.found_done:
        line += f"; {scanned.found_done} files were done before"
    return line + (f"; {len(scanned.failures)} failures" if scanned.failures else "")
