"""`detector serve`."""

from __future__ import annotations

import os
import webbrowser

import click

from detector.cli.messages import Usage, echo_error
from detector.cli.options import Seconds, WholeNumber, models_option
from detector.errors import InputError
from detector.extras import missing_extra

__all__ = ["serve"]


@click.command(short_help="A page on this computer, JSON, and LanguageTool's /v2/check.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at; 0.0.0.0 is all.")
@click.option(
    "--port",
    type=WholeNumber(0, 65535),
    default=8765,
    show_default=True,
    help="Port to listen at; 0 is any free one.",
)
@click.option("--open", "open_", is_flag=True, help="Open the page in the browser.")
@click.option(
    "--workers",
    type=WholeNumber(1),
    metavar="N",
    help="Processes that read texts; without it, one for each core, four at most.",
)
@click.option(
    "--waiting",
    type=WholeNumber(0),
    default=64,
    show_default=True,
    metavar="N",
    help="Requests that may wait; more are refused (429).",
)
@click.option(
    "--max-bytes",
    type=WholeNumber(1),
    default=20_000_000,
    show_default=True,
    metavar="N",
    help="Size of a request; a larger one is refused (413).",
)
@click.option(
    "--timeout",
    type=Seconds(),
    default=120.0,
    show_default=True,
    metavar="SECONDS",
    help="Time for a request, waiting included; after it the request is refused (503).",
)
@click.option("--allow-host", multiple=True, metavar="NAME", help="Answer to this name too; repeatable.")
@click.option(
    "--allow-origin",
    multiple=True,
    metavar="ORIGIN",
    help="Let pages of this origin send requests, such as https://editor.example; repeatable.",
)
@models_option
def serve(
    host: str,
    port: int,
    open_: bool,
    workers: int | None,
    waiting: int,
    max_bytes: int,
    timeout: float,
    allow_host: tuple[str, ...],
    allow_origin: tuple[str, ...],
) -> int:
    """Serve a page for pasting and dropping texts, the same results as JSON, and LanguageTool's interface.

    Texts stay on this computer; nothing is stored and nothing is logged. Ctrl-C stops it.
    """
    try:
        from detector.serve.app import ServeSettings, open_socket, run
    except ModuleNotFoundError as error:
        raise missing_extra(error, "serve", "answering requests") from None
    n_workers = workers or min(4, os.cpu_count() or 1)
    settings = ServeSettings(host, n_workers, waiting, max_bytes, timeout, allow_host, allow_origin)
    try:
        listening = open_socket(host, port)
    except InputError as error:
        raise Usage(str(error)) from None
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{listening.getsockname()[1]}/"

    def say() -> None:
        echo_error(f"serving at {url}; Ctrl-C stops it")
        if open_:
            webbrowser.open(url)

    run(settings, listening, say)
    echo_error("stopped")
    return 0
