"""Libraries that only some inputs or commands need."""

from __future__ import annotations

from detector.errors import InputError

__all__ = ["libraries_of", "missing_extra"]

# The libraries of each extra, by their names in the package registry; other extras are named as their library is.
_LIBRARIES = {
    "html": "trafilatura lxml_html_clean",
    "pdf": "pypdfium2",
    "docx": "lxml",
    "parquet": "pyarrow",
    "zstd": "zstandard",
    "serve": "starlette uvicorn",
    "frames": "pandas",
    "plots": "matplotlib",
}


def libraries_of(*extras: str) -> tuple[str, ...]:
    """Return the libraries of extras, by their names in the package registry."""
    return tuple(name for extra in extras for name in _LIBRARIES.get(extra, extra).split())


def missing_extra(error: ImportError, extra: str, purpose: str) -> InputError:
    """Return an error that says how to install the libraries of an extra that are missing or do not load."""
    remedy = f"pip install {' '.join(libraries_of(extra))}"
    if isinstance(error, ModuleNotFoundError):
        return InputError(f"{purpose} needs another library: {remedy}")
    reason = " ".join(str(error).split())
    return InputError(f"{purpose} needs a library that does not load here ({reason}): {remedy}")
