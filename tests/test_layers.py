"""Imports point one way, and `import detector` stays cheap."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import detector

PACKAGE = Path(detector.__file__).resolve().parent

# Lowest first; a module imports only from layers below its own, or from its own layer without a circle.
LAYERS = (
    {"errors", "spelling", "types"},
    {"articles", "config", "lexicon", "perceptron", "sentences", "static_function", "text"},
    {"channel", "context_model", "fingerprints", "language", "language_model", "passages"},
    {"evidence"},
    {"classifier", "decoder", "features", "reverser"},
    {"mapping", "resources"},
    {"judging"},
    {"pipeline"},
    {""},
    {"cache", "queries", "readers"},
    {"report", "writers"},
    {"scan"},
    {"training"},
    {"cli"},
)
RANK = {name: i for i, layer in enumerate(LAYERS) for name in layer}


def modules():
    return {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix("__init__").rstrip("."): path
        for path in sorted(PACKAGE.rglob("*.py"))
    }


MODULES = modules()


def imports(path, everywhere=True):
    """Modules that a file imports: `detector` ones without their prefix, "" for the package itself."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    out = set()
    for node in ast.walk(tree) if everywhere else tree.body:
        if isinstance(node, ast.Import):
            out |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            # `from detector.cues import homoglyph` names a module, `from detector import detect` does not.
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            inner = {n for n in names if n.removeprefix("detector.") in MODULES}
            out |= inner or {node.module}
    return {
        name.removeprefix("detector").removeprefix(".")
        for name in out
        if name == "detector" or name.startswith("detector.")
    }


def layer_of(module):
    return RANK[module.split(".")[0]]


def test_every_module_has_a_layer():
    assert {m.split(".")[0] for m in MODULES} == set(RANK)


@pytest.mark.parametrize("module", [m for m in MODULES if m not in ("", "cli")])
def test_imports_point_down(module):
    for imported in imports(MODULES[module], everywhere=False):
        assert layer_of(imported) <= layer_of(module), f"{module} imports {imported}"


def test_nothing_outside_training_sees_training_but_the_command_line_on_demand():
    seers = {m for m, path in MODULES.items() if any(i.split(".")[0] == "training" for i in imports(path))}
    assert {m for m in seers if m.split(".")[0] != "training"} <= {"cli.models"}
    assert not any(i.split(".")[0] == "training" for i in imports(MODULES["cli.models"], everywhere=False))


def test_imports_run_in_no_circle():
    graph = {m: imports(path, everywhere=False) & set(MODULES) - {m} for m, path in MODULES.items()}
    # What is imported by nobody that is left goes, until nothing goes any more.
    while leaves := {m for m in graph if not any(m in imported for imported in graph.values())}:
        graph = {m: imported for m, imported in graph.items() if m not in leaves}
    assert not graph


def test_importing_the_package_and_the_first_verdict_load_no_training_libraries():
    code = (
        "import sys, detector; detector.detect('Seven words are too few to judge.');"
        "print(*sorted({m.split('.')[0] for m in sys.modules} & {'sklearn', 'nltk', 'torch', 'scipy', 'wordfreq'}),"
        "*[m for m in sys.modules if m.startswith('detector.training')])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []
