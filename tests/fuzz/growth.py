"""Measure how CPU time grows with the length of the text, for shapes that make careless patterns slow.

    python tests/fuzz/growth.py [--only SHAPE ...] [--through detect reverse text ...] [--largest 320000]

Prints CPU(2n) / CPU(n) at doubling sizes from 20,000 characters for each shape and way in; 2 is linear, 4 quadratic. It
exits with 1 if a ratio is above 2.6. Times below the clock's noise are not compared.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import itertools
import random
import sys
import time
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])  # that `fuzz` is the folder, not this file

from fuzz.checks import check_records  # noqa: E402
from fuzz.generator import english  # noqa: E402

from detector import detect, reverse  # noqa: E402
from detector.errors import DetectorError  # noqa: E402
from detector.readers import parse_document  # noqa: E402

LIMIT = 2.6
SMALLEST = 20_000
NOISE = 0.08  # seconds: less than this is start-up and noise
PROSE = english(random.Random(1), 4_200)
REPEATED = [
    "a.", "a.b", "a. ", "A.", "ab.", "1.", "1,", "1:", "1.1a", "_", "1_", "a_", "a@", "a.a@b.", "@", "'",
    "a'", "'s", "''", "-", "a-", "--", ".", "..", "...a", "!?", '"', "“", "(", ")", "((a", "[", "]", "](",
    "[a](", "][", "[a]:", "<", "<a", "<a ", "</a", "<http:", "<!--", "-->", "<!-- detector: off -->", "`",
    "``a`", "~~~\n", "```\n", "> ", "#", "# a\n", "- a\n", "1. a\n", "|", "|a|\n", "a|b\n", "a\tb\n",
    "a,b,c\n", "a  b\n", "---\n", "---\na: b\n", "*", "**a", "_a_", "\\", "&", "&amp;", "&#1;", "{", "}",
    "{};\n", "x = 1\n", "def f(x):\n", "//", "/*", "http://", "www.", "http://a ", "www.a.b/", "\n", " ",
    "\t", "\r", "\r\n", " \n", "\u00a0", "\u2028", "\u0300", "\u0300\u0316", "a\u0316\u0300", "\u200b",
    "a\u200b", "\u00ad", "İ", "ß", "ﷺ", "中", "中。", "а", "aа", "é", "①", "½", "👩‍👩‍👧‍👦", "\ud800",
    "\0", "a", "a ", "A", "A ", "Aa ", "the ", "Washingtom ", "teh ", "of the of ", "qx ", "Not Found\n",
    "The old man.\n", "The end\n\n", "Clinton said. ", "personal computer ", "profound learning ",
    "big data ",
]  # fmt: skip
SHAPES = {repr(piece)[1:-1]: piece for piece in REPEATED}
BUILT: dict[str, Callable[[int], str]] = {
    "prose": lambda n: PROSE[:n],
    "prose without paragraphs": lambda n: " ".join(PROSE.split())[:n],
    "prose in capitals": lambda n: PROSE[:n].upper(),
    "one word a line": lambda n: PROSE[:n].replace(" ", "\n"),
    "other words": lambda n: " ".join(f"w{i:x}z" for i in range(n // 5))[:n],
    "other names": lambda n: " ".join(f"Wa{''.join(chr(97 + int(d)) for d in str(i))}" for i in range(n // 5))[:n],
    "other numbers": lambda n: " ".join(map(str, range(n // 5)))[:n],
    "ticks of all lengths": lambda n: " ".join("`" * i for i in range(1, int((2 * n) ** 0.5)))[:n],
    "nested lists": lambda n: "".join("  " * min(i, 99) + "- a\n" for i in range(n // 50))[:n],
    "nested quotes": lambda n: "".join("> " * min(i, 99) + "a\n" for i in range(n // 50))[:n],
    "look-alikes": lambda n: PROSE[:n].replace("o", "о").replace("a", "а"),
    "zero-width": lambda n: "\u200b".join(PROSE[: n // 2]),
    "marks over letters": lambda n: "a" + "\u0300\u0316" * (n // 2),
    "alternating case": lambda n: "".join(c.upper() if i % 2 else c for i, c in enumerate(PROSE[:n])),
    "comments that end too late": lambda n: "a<!--" * (n // 5) + "\n\n-->",
    "scripts in a line": lambda n: ("word <script> var a=1 </script> " * (n // 32 + 1))[:n],
    "tags before prose": lambda n: "The ferry was late <script> " * (n // 28) + "</script>",
    "comments between code": lambda n: ("<!-- a -->\nx = read(1)\nif x == 2:\n    y = x + 1\n\n" * (n // 50 + 1))[:n],
    "attributes": lambda n: "<p " + " ".join(f"a{i}='<'" for i in range(n // 10)) + ">" + PROSE[:500],
}


def _shape(name: str, n: int) -> str:
    if name in BUILT:
        return BUILT[name](n)
    return (SHAPES[name] * (n // len(SHAPES[name]) + 1))[:n]


@cache
def _template() -> bytes:
    import docx

    out = io.BytesIO()
    docx.Document().save(out)
    return out.getvalue()


def _word(text: str) -> bytes:
    """Return a Word file with the text's lines as paragraphs."""
    from xml.sax.saxutils import escape

    plain = "".join(c for c in text if c in "\t\n" or (c >= " " and not "\ud800" <= c <= "\udfff" and c < "\ufffe"))
    lines = "".join(
        f'<w:p><w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r></w:p>' for line in plain.split("\n")
    )
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_template())) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/document.xml":
                data = data.replace(b"<w:body>", b"<w:body>" + lines.encode())
            new.writestr(name, data)
    return out.getvalue()


def _pdf(text: str) -> bytes:
    """Return a file of pages with sixty lines of a hundred characters each."""
    plain = text.encode("latin-1", "replace").decode("latin-1").replace("\n", " ")
    lines = [plain[i : i + 100] for i in range(0, len(plain), 100)]
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    pages = []
    for i in range(0, len(lines), 60):
        shown = "".join(
            "({}) Tj T* ".format(x.translate({40: "\\(", 41: "\\)", 92: "\\\\"})) for x in lines[i : i + 60]
        )
        stream = f"BT /F1 9 Tf 12 TL 50 760 Td {shown}ET".encode("latin-1")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        pages.append(len(objects) + 1)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R "
            b"/MediaBox [0 0 612 792] >>" % len(objects)
        )
    kids = b" ".join(b"%d 0 R" % page for page in pages)
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages))
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def _records(text: str, folder: Path) -> Path:
    import json

    path = folder / "a.jsonl"
    path.write_text(json.dumps({"text": text}) + "\n", encoding="utf-8")
    return path


def _read(name: str, data: bytes) -> Callable[[], object]:
    return lambda: parse_document(Path(name), data, Path(name).suffix)


def _work(way: str, text: str, folder: Path) -> Callable[[], object]:
    """Return the function to measure; files are made before."""
    if way == "detect":
        return lambda: detect(text)
    if way == "reverse":
        return lambda: reverse(text)
    if way == "docx":
        return _read("a.docx", _word(text))
    if way == "pdf":
        return _read("a.pdf", _pdf(text))
    if way == "html":
        return _read("a.html", f"<html><body><article><p>{text}</p></article></body></html>".encode("utf-8", "replace"))
    if way == "records":
        path = _records(text, folder)
        return lambda: check_records(path)
    return _read({"text": "a.txt", "markdown": "a.md"}[way], text.encode("utf-8", "surrogatepass"))


WAYS = ("detect", "reverse", "text", "markdown", "html", "docx", "pdf", "records")


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    with contextlib.suppress(DetectorError):
        work()
    return time.process_time() - start


def main() -> int:
    """Print a row for each shape and way whose time can be measured."""
    import tempfile

    names = [*SHAPES, *BUILT]
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--only", nargs="+", default=names)
    arguments.add_argument("--through", nargs="+", choices=WAYS, default=WAYS)
    arguments.add_argument("--largest", type=int, default=320_000)
    arguments.add_argument("--longest", type=float, default=60.0, help="seconds after which a shape is given up")
    given = arguments.parse_args()
    sizes = list(itertools.takewhile(lambda n: n <= given.largest, (SMALLEST << i for i in itertools.count())))
    bad = measured = 0
    with tempfile.TemporaryDirectory() as folder:
        for way in given.through:
            detect(PROSE[:2_000])
            for name in given.only:
                times: list[float] = []
                for n in sizes:
                    work = _work(way, _shape(name, n), Path(folder))
                    took = _seconds(work)
                    if times and took > LIMIT * max(times[-1], NOISE):  # again, because of noise of other processes
                        took = min(took, _seconds(work))
                    times.append(took)
                    if took > given.longest:
                        break
                ratios = [b / a for a, b in itertools.pairwise(times) if a > NOISE]
                measured += len(ratios)
                # A row of ratios that grows from nothing to seconds is one too.
                worst = max(
                    [*ratios, *(b / NOISE / 4 for a, b in itertools.pairwise(times) if a <= NOISE < b)], default=0
                )
                if worst > LIMIT:
                    bad += 1
                mark = "SLOW " if worst > LIMIT else ""
                if ratios or mark:
                    print(
                        f"{mark}{way:9} {name!r:28}",
                        *(f"{t:.2f}" for t in times),
                        "|",
                        *(f"{r:.2f}" for r in ratios),
                        flush=True,
                    )
    print(f"{len(given.only)} shapes, {len(given.through)} ways, {measured} ratios measured, {bad} rows above {LIMIT}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
