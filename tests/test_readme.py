"""README is run: its Python block as it stands, and the two commands it opens with are where CI looks for them."""

import re
from pathlib import Path

README = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")


def test_opens_with_one_sentence_and_two_commands():
    first, blank, *rest = README.splitlines()
    assert first.endswith(".")
    assert not blank
    assert rest[0] == "    python -m pip install . && detector annotate notebooks/articles/harbour-talks-spun.txt"
    assert rest[1] == '    python -m pip install ".[test]" && python -m pytest'


def test_python_blocks_run(capsys):
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})
    assert "spun" in capsys.readouterr().out
