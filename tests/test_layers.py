"""Imports point one way, those inside functions too, and `import detector` stays cheap."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import detector

PACKAGE = Path(detector.__file__).resolve().parent

# Lowest first; a module imports only from layers below its own, or from its own layer without a circle. `text` reads
# nothing but text, `scoring` weighs words, `restore` plans edits, `cues` name what is found, `api` is what callers use.
LAYERS = (
    {
        "arguments",
        "blas",
        "calibration",
        "compressed",
        "errors",
        "extras",
        "files",
        "interrupts",
        "json_objects",
        "prior",
        "types",
        "version",
    },
    {"text"},
    {"estimators"},
    {"scoring"},
    {"restore"},
    {"cues"},
    {"model_store"},
    {"findings"},
    {"api"},
    {"cache", "config", "readers", "search_queries", "writers"},
    {"report"},
    {"engines", "notebook", "plot", "scan", "serve"},
    {""},
    {"evaluation", "training"},
    {"cli"},
    {"__main__"},
)
RANK = {name: i for i, layer in enumerate(LAYERS) for name in layer}
# Libraries that `import detector` and a first verdict must not load.
HEAVY = {"sklearn", "nltk", "torch", "scipy", "wordfreq"}


def modules():
    return {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix("__init__").rstrip("."): path
        for path in sorted(PACKAGE.rglob("*.py"))
    }


MODULES = modules()


def is_for_types(node):
    """Whether a statement is `if TYPE_CHECKING:`, whose imports never run."""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def import_nodes(tree):
    """All imports of a module that run at some time, those inside functions included."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif is_for_types(node):
            for other in node.orelse:
                yield from import_nodes(other)
        else:
            yield from import_nodes(node)


def names_of(node):
    """Modules that an import names: `detector` ones without their prefix, "" for the package itself."""
    if isinstance(node, ast.Import):
        names = {alias.name for alias in node.names}
    else:
        assert node.level == 0, "relative import"
        # `from detector.cues import homoglyph` names a module, `from detector import detect` does not.
        inner = {f"{node.module}.{alias.name}" for alias in node.names}
        names = {n for n in inner if n.removeprefix("detector.") in MODULES} or {node.module}
    return {
        name.removeprefix("detector").removeprefix(".")
        for name in names
        if name == "detector" or name.startswith("detector.")
    }


def imports(module):
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    return {name for node in import_nodes(tree) for name in names_of(node)}


def layer_of(module):
    return RANK[module.split(".")[0]]


def test_every_module_has_a_layer():
    assert {m.split(".")[0] for m in MODULES} <= set(RANK)


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_down(module):
    for imported in imports(module):
        assert layer_of(imported) <= layer_of(module), f"{module} imports {imported}"


def test_only_the_command_line_sees_training_and_evaluation():
    sides = ("training", "evaluation")
    seers = {m for m in MODULES if any(i.split(".")[0] in sides for i in imports(m))}
    # `explain` shows what `evaluate` found.
    assert {m for m in seers if m.split(".")[0] not in sides} == {"cli.train", "cli.evaluate", "cli.explain"}


def test_training_knows_nothing_of_evaluation():
    for module in MODULES:
        if module.split(".")[0] == "training":
            assert not any(i.split(".")[0] == "evaluation" for i in imports(module)), module


def test_imports_run_in_no_circle():
    graph = {m: imports(m) & set(MODULES) - {m} for m in MODULES}
    # Modules that no remaining one imports are removed, until none is left to remove.
    while leaves := {m for m in graph if not any(m in imported for imported in graph.values())}:
        graph = {m: imported for m, imported in graph.items() if m not in leaves}
    assert not graph


def test_importing_the_package_and_the_first_verdict_load_no_training_libraries():
    code = (
        "import sys, detector; detector.detect('Seven words are too few to judge.');"
        f"print(*sorted({{m.split('.')[0] for m in sys.modules}} & {HEAVY}),"
        "*[m for m in sys.modules if m.startswith(('detector.training', 'detector.evaluation', 'detector.report'))])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []
