"""Sessions for those who work on detector: `nox -s fast`, or `nox -l` for all of them."""

import hashlib
import re
import tomllib
from pathlib import Path

import nox

nox.options.sessions = ["lint", "types", "fast"]
nox.options.reuse_existing_virtualenvs = True
ROOT = Path(__file__).resolve().parent
LOCKED = "tests/locked.txt"  # versions that the sessions install, but for `oldest` and `newest`


@nox.session
def fast(session: nox.Session) -> None:
    """Run all tests but the slow ones and the gate."""
    session.install("-e", ".[test]", "-c", LOCKED)
    session.run("python", "-m", "pytest", "-m", "not slow", "--ignore", "tests/test_gate.py", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Run all tests."""
    session.install("-e", ".[test]", "-c", LOCKED)
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session
def oldest(session: nox.Session) -> None:
    """Run the tests on the oldest versions that pyproject.toml allows."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    constraints = Path(session.create_tmp()).resolve() / "oldest.txt"
    constraints.write_text("".join(re.sub(r"\[.*?\]", "", line).replace(">=", "==") + "\n" for line in lines))
    session.install("-e", ".[test]", "-c", str(constraints))
    session.run("python", "-m", "pytest", "-m", "not slow", *session.posargs)


@nox.session
def newest(session: nox.Session) -> None:
    """Run the tests on the newest versions that there are."""
    session.install("--upgrade", "--upgrade-strategy", "eager", "-e", ".[test]")
    session.run("python", "-m", "pytest", "-m", "not slow", *session.posargs)


@nox.session
def gate(session: nox.Session) -> None:
    """Measure quality on the pinned sample against its floors."""
    session.install("-e", ".[test]", "-c", LOCKED)
    session.run("python", "-m", "pytest", "tests/test_gate.py", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and format."""
    session.install("ruff", "-c", LOCKED)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check types."""
    session.install("-e", ".[dev]", "-c", LOCKED)
    session.run("mypy", "--strict", "detector")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation without warnings, and run its code."""
    session.install("-e", ".[test,docs]", "-c", LOCKED)
    session.run("python", "-m", "mkdocs", "build", "--strict")
    session.run("python", "-m", "pytest", "tests/test_docs.py", "tests/test_glossary.py", "tests/test_readme.py")


@nox.session
def notebooks(session: nox.Session) -> None:
    """Execute the notebooks and keep their outputs, after a change of the models; `-- --check` keeps none."""
    session.install("-e", ".[test,train]")
    session.run("python", "notebooks/execute.py", *session.posargs)


@nox.session
def benchmark(session: nox.Session) -> None:
    """Compare quality with simpler methods: the table and the picture in benchmarks/."""
    session.install("-e", ".[test]")
    session.run("python", "benchmarks/quality.py", *session.posargs)


@nox.session
def browser(session: nox.Session) -> None:
    """Read the HTML report in Chromium."""
    session.install("-e", ".[test,browser]", "-c", LOCKED)
    session.run("python", "-m", "pytest", "tests/browser", *session.posargs)


@nox.session
def wheel(session: nox.Session) -> None:
    """Build wheel and sdist, the wheel twice, and run the tests against the installed wheel, away from the checkout."""
    session.install("build")
    folder = Path(session.create_tmp())
    session.run("python", "-m", "build", "--outdir", str(folder / "dist"), ".")
    session.run("python", "-m", "build", "--wheel", "--outdir", str(folder / "again"), ".")
    names = {p.name for p in (folder / "again").glob("*.whl")}
    for name in names:
        first, second = ((folder / place / name).read_bytes() for place in ("dist", "again"))
        if hashlib.sha256(first).digest() != hashlib.sha256(second).digest():
            session.error(f"{name} differs when it is built again")
    built = max((folder / "dist").glob("*.whl"), key=lambda path: path.stat().st_mtime)
    session.install("--force-reinstall", f"{built}[test]")
    session.chdir(folder)
    session.run(
        "python", "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "-p", "no:cacheprovider", str(ROOT / "tests")
    )


@nox.session
def full(session: nox.Session) -> None:
    """Run everything, the fuzzer and the growth too; an hour or more, by hand before a release."""
    session.install("-e", ".[test,train,browser]")
    session.run("python", "-m", "pytest", "tests", "tests/browser", "tests/libreoffice", "tests/fuzz/kill_training.py")
    session.run("python", "notebooks/execute.py", "--check")
    session.run("python", "benchmarks/quality.py", "--output", str(Path(session.create_tmp()) / "quality"))
    session.run("python", "tests/fuzz/fuzz.py")
    session.run("python", "tests/fuzz/growth.py")
    session.run("python", "benchmarks/speed.py")
