"""Hostile and ordinary inputs from a seed: the same number gives the same input on every machine."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import random
import sys
import unicodedata
import zipfile
from collections import defaultdict
from functools import cache
from typing import Any
from urllib.parse import urlencode

__all__ = ["Corpus", "again", "damaged", "english", "files", "records", "request", "text", "wrong_values"]

_NOUNS = """ferry mayor harbour garden letter village teacher engine morning river station doctor winter farmer
window bridge market kitchen soldier captain island railway picture account meeting report question answer summer"""
_VERBS = """left found carried opened repaired described watched ignored remembered painted crossed sold
followed counted mentioned collected examined returned noticed finished obtained purchased commenced utilised"""
_ADJECTIVES = """old green quiet narrow late broken heavy important common empty northern cheap early immense
substantial tremendous pivotal dreary"""
_NAMES = "Anna Peter Larne Oban Washington Mrs Dr Clinton Kathmandu Zoë Łódź O'Brien"
_TEMPLATES = (
    "The {a} {n} {v} the {n} before the {n} was {a}.",
    "{p} {v} a {a} {n}, and nobody in the {n} {v} it.",
    "When the {n} came, we {v} the {n} that {p} had {v}.",
    '"It was the {a} {n}," said {p}, "and they {v} it on Monday."',
    "There were {d} of them in {d}, but only the {n} {v} what the {a} {n} had.",
    "In the {n} of the {n} one can see how the {a} {n} {v} its {n}; it is not {a}.",
)
_SPECIAL = (
    "\ud800 \udfff \0 \x1b[31m \r \r\n \u2028 \u2029 \x85 \x0c \x0b \ufeff \u200b \u200d \u00ad \u2060 \u202e \u2066 "
    "\u0300 \u0316 \u20dd \ufe0f \U000e0041 İ ı ß ﬁ ſ K Å ① ½ ㊀ Ⅷ ² ٣ ५ 〇 四 é e\u0301 한 ᄒ ก็ ﷽ 𝒜 𝟘 👩‍👩‍👧‍👦 🇬🇧 "
    "🏳️‍🌈 ☃ \uffff \U0010ffff "
    "а р с о ѕ ’ ‘ “ ” — – … · • ´ ʼ 's ' '' ` `` ``` ~~~ --- +++ ### > | <!-- --> <b> </b> <a <http: </ [x](y) ][ "
    "[a]: {{ }} ${x} \\ \\n %s %n &amp; &#0; <!--detector:off--> a.a. u.s. e.g. 1.1.1 1,000 3.14e10 12:30 1st 22nd "
    "x@y.z http://a.b/c?d www.x =SUM(A1) +1 @x ::error:: ]]> <script> NaN null true -0 1e999"
).split(" ")
_ENDS = (" ", " ", " ", "\n", "\n\n", "\r\n", "", "\t", "\u00a0", "\r\n\r\n")


@cache
def _by_category() -> dict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for point in range(sys.maxunicode + 1):
        found[unicodedata.category(chr(point))].append(point)
    return dict(found)


def _odd(choose: random.Random) -> str:
    """Return one odd thing: a special string, or a character of a category that is as likely as any other."""
    if choose.random() < 0.6:
        return choose.choice(_SPECIAL)
    points = _by_category()[choose.choice(sorted(_by_category()))]
    return chr(choose.choice(points))


def english(choose: random.Random, sentences: int) -> str:
    """Return plain sentences, which have a verdict if they are several."""
    out = []
    for _ in range(sentences):
        sentence = choose.choice(_TEMPLATES)
        for place, words in (("n", _NOUNS), ("v", _VERBS), ("a", _ADJECTIVES), ("p", _NAMES)):
            while f"{{{place}}}" in sentence:
                sentence = sentence.replace(f"{{{place}}}", choose.choice(words.split()), 1)
        out.append(sentence.replace("{d}", str(choose.randrange(3000))))
    return "".join(part for sentence in out for part in (sentence, choose.choice(_ENDS)))


def _mutated(choose: random.Random, source: str) -> str:
    """Return a text with a few things put in, taken out, doubled or changed."""
    for _ in range(choose.choice((0, 1, 1, 2, 4, 12))):
        a = choose.randrange(len(source) + 1)
        b = min(len(source), a + choose.choice((0, 1, 1, 3, 20)))
        piece = source[a:b]
        change = choose.randrange(7)
        if change == 0:
            new = _odd(choose)
        elif change == 1:
            new = _odd(choose) * choose.choice((2, 2, 7, 7, 60, 60, 60, 400))
        elif change == 2:
            new = piece * choose.choice((0, 2, 5))
        elif change == 3:
            new = piece.swapcase()
        elif change == 4:
            new = "".join(character + _odd(choose) for character in piece)
        elif change == 5:
            new = piece[::-1]
        else:
            new = unicodedata.normalize(choose.choice(("NFC", "NFD", "NFKC", "NFKD")), piece)
        source = source[:a] + new + source[b:]
    return source


class Corpus:
    """Inputs that did something new, to start others from; it forgets at random beyond `limit`."""

    def __init__(self, limit: int = 4_000) -> None:
        self.limit = limit
        self._seen: set[Any] = set()
        self._inputs: list[Any] = []

    def __len__(self) -> int:
        return len(self._inputs)

    def add(self, source: Any, signature: Any, choose: random.Random) -> bool:
        """Keep an input whose signature was not seen before; return whether it is kept."""
        if signature in self._seen:
            return False
        self._seen.add(signature)
        if len(self._inputs) < self.limit:
            self._inputs.append(source)
        else:
            self._inputs[choose.randrange(self.limit)] = source
        return True

    def pick(self, choose: random.Random) -> Any:
        """Return one of the inputs, None if there are none."""
        return choose.choice(self._inputs) if self._inputs else None


def text(choose: random.Random, corpus: Corpus | None = None) -> str:
    """Return a text: four in five are English that has been tampered with, the others anything.

    Most have the two or three sentences that a verdict takes: what they go through does not depend on their length, and
    a few long ones go through the rest.
    """
    kind = choose.random()
    known = corpus.pick(choose) if corpus is not None else None
    if known is not None and kind < 0.25:
        start = choose.randrange(max(1, len(known) - 200)) if choose.random() < 0.9 else 0
        return _mutated(choose, known[start : start + 250] if start else known)[:3_000]
    if kind < 0.8:
        return _mutated(choose, english(choose, choose.choice((1, *[2] * 10, *[3] * 6, 4, 6, 12))))[:3_000]
    if kind < 0.88:
        return "".join(_odd(choose) for _ in range(choose.choice((0, 1, 2, 5, 30, 30, 120))))
    if kind < 0.94:
        return _odd(choose) * choose.choice((1, 2, 30, 30, 30, 30, 500, 2_000))
    return "".join(choose.choice((_odd(choose), " ", "a", "The", "\n")) for _ in range(choose.randrange(200)))


def wrong_values(choose: random.Random) -> Any:
    """Return a value of any type but the right one."""
    import decimal

    import numpy as np

    return choose.choice(
        (
            None, b"bytes", 7, -1, 2.5, float("nan"), float("inf"), True, [], {}, (), object(), 10**400, "",
            "x", "0.5", [None], [1], ["a"], [(1,)], [(1, 2, 3)], [("1", "2")], [(0, -1)], [(-3, 2)],
            [(0, 10**30)], [(float("nan"), 1)], [(float("inf"), 1)], np.float32(0.4), np.float64("nan"),
            np.int64(0), np.array(0.5), np.array([0.5]), np.bool_(True), np.str_("x"), decimal.Decimal("0.5"),
            1j, [(np.int64(0), np.int64(1))], [(0.5, 1.5)], range(3), "default", "fpr=0.001",
        )
    )  # fmt: skip


def damaged(choose: random.Random, data: bytes) -> bytes:
    """Return bytes with flips, cuts, repeats or foreign bytes in a few places; sometimes none."""
    out = bytearray(data)
    for _ in range(choose.choice((0, 1, 1, 2, 5, 40))):
        at = choose.randrange(len(out) + 1)
        change = choose.randrange(6)
        if change == 0 and at < len(out):
            out[at] ^= 1 << choose.randrange(8)
        elif change == 1:
            del out[at : at + choose.choice((1, 4, 64, len(out)))]
        elif change == 2:
            out[at:at] = bytes(choose.randrange(256) for _ in range(choose.choice((1, 4, 16))))
        elif change == 3:
            out[at:at] = out[max(0, at - 50) : at] * choose.choice((1, 3, 20))
        elif change == 4:
            out[at : at + 4] = choose.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\0\0\0\x80"))
        elif at < len(out):
            out[at] = choose.randrange(256)
    return bytes(out)


def _html(choose: random.Random) -> bytes:
    body = "".join(f"<p>{english(choose, 5)}</p>" for _ in range(choose.choice((1, 4))))
    return f"<html><head><title>x</title></head><body><article>{_mutated(choose, body)}</article></body></html>".encode(
        "utf-8", "surrogatepass"
    )


def _markdown(choose: random.Random) -> bytes:
    parts = [
        choose.choice(
            ("# {}", "{}", "```\n{}\n```", "    {}", "> {}", "- {}", "---\nt: {}\n---", "<!-- {} -->", "`{}`")
        )
        for _ in range(choose.choice((1, 3, 8)))
    ]
    return _mutated(choose, "\n\n".join(p.replace("{}", english(choose, 2)) for p in parts)).encode(
        "utf-8", "surrogatepass"
    )


@cache
def _word() -> bytes:
    import docx

    made = docx.Document()
    for i in range(4):
        made.add_paragraph(english(random.Random(i), 5))
    table = made.add_table(2, 2)
    table.rows[0].cells[0].text = "Ferry"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _damaged_word(choose: random.Random) -> bytes:
    """Return a Word file, damaged as an archive or inside of it."""
    if choose.random() < 0.4:
        return damaged(choose, _word())
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_word())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/document.xml" or choose.random() < 0.1:
                data = damaged(choose, data)
            if choose.random() > 0.02:
                new.writestr(name, data)
    return out.getvalue()


@cache
def _pdf() -> bytes:
    """Return a file of one page, written by hand: no library at hand writes text."""
    lines = "".join(f"({line}) Tj T* " for line in english(random.Random(3), 8).replace('"', "").split("\n") if line)
    stream = f"BT /F1 12 Tf 14 TL 50 700 Td {lines}ET".encode("latin-1", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R "
        b"/MediaBox [0 0 612 792] >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return out + end % (table, len(out))


def files(choose: random.Random) -> tuple[str, bytes]:
    """Return the name and the bytes of a file of any kind that is read, mostly damaged."""
    kind = choose.choice((".txt", ".txt", ".md", ".md", ".html", ".docx", ".pdf"))
    if kind == ".docx":
        return "a" + kind, _damaged_word(choose)
    if kind == ".pdf":
        return "a" + kind, damaged(choose, _pdf())
    if kind == ".html":
        data = _html(choose)
    elif kind == ".md":
        data = _markdown(choose)
    else:
        encoding = choose.choice(("utf-8", "utf-8", "utf-16", "utf-16-le", "utf-32", "cp1252", "cp1251"))
        errors = "surrogatepass" if encoding.startswith("utf") else "replace"
        data = text(choose).encode(encoding, errors)
    return "a" + kind, damaged(choose, data) if choose.random() < 0.5 else data


def again(choose: random.Random, known: tuple[str, bytes]) -> tuple[str, bytes]:
    """Return a file that has damage besides that of one that is known."""
    return known[0], damaged(choose, known[1])


def request(choose: random.Random, corpus: Corpus | None = None) -> tuple[str, bytes]:
    """Return a kind of request and its body, mostly one that can be read."""
    kind = choose.choice(("annotate", "score", "reverse", "page", "check"))
    said = text(choose, corpus)
    if kind == "check":
        form: dict[str, Any] = {"language": choose.choice(("en", "auto", "en-GB", "xx"))}
        if choose.random() < 0.7:
            form["text"] = said.encode("utf-8", "replace")
        else:
            pieces = [
                {choose.choice(("text", "markup", "interpretAs")): choose.choice((said, "<b>", 3))} for _ in "abc"
            ]
            form["data"] = json.dumps(choose.choice(({"annotation": pieces}, pieces, {"annotation": None})))
        body = urlencode(form).encode()
    else:
        source: dict[str, Any] = {"path": choose.choice(("a.txt", "a.md", "../a\x1b.html", "a\ud800", "", "=a.csv"))}
        if choose.random() < 0.6:
            source["text"] = said
        else:
            source["path"], data = files(choose)
            source["data"] = base64.b64encode(data).decode()
        if choose.random() < 0.2:
            source[choose.choice(("keep", "text", "path", "data"))] = choose.choice(
                (None, [[0, 1]], [[-1, 0.5]], "x", 7)
            )
        asked: dict[str, Any] = {"documents": [source] * choose.choice((1, 1, 1, 1, 1, 2, 2, 0))}
        for name, values in _ASKED.items():
            if choose.random() < 0.08:
                asked[name] = choose.choice(values)
        body = json.dumps(asked).encode()
    return kind, damaged(choose, body) if choose.random() < 0.2 else body


_ASKED: dict[str, tuple[Any, ...]] = {
    "threshold": (0.2, "default", "x", -1, None, [], float("nan"), 10**400, True),
    "prior": (0.1, 0, 1, 2, "x", float("nan")),
    "min_gain": (0.5, float("inf"), "x", 10**400, {}),
    "format": ("json", "html", "sarif", "github", "markdown", "docx", "text", "diff", "x", 7),
    "other": (1,),
}
_IDS: tuple[Any, ...] = (1, "a", None, 1.5, float("nan"), float("inf"), [1, 2], {"a": None}, True, 10**40, "\ud800", "")


def records(choose: random.Random) -> tuple[str, bytes]:
    """Return the name and the bytes of a file of records, mostly damaged."""
    kind = choose.choice((".jsonl", ".jsonl.gz", ".jsonl.bz2", ".jsonl.xz", ".parquet"))
    rows = [{"id": choose.choice(_IDS), "text": text(choose)[:500]} for _ in range(choose.choice((0, 1, 3, 8)))]
    if kind == ".parquet":
        return "a" + kind, damaged(choose, _parquet(choose, rows))
    lines = [json.dumps(row).encode() for row in rows]
    if choose.random() < 0.3:
        odd = (b"[" * 3_000, b'{"text": 3}', b"{}", b"nul", b'{"text": "\xff"}', b"\xef\xbb\xbf{}", b"9" * 5_000, b"[]")
        lines.insert(choose.randrange(len(lines) + 1), choose.choice(odd))
    data = b"\n".join(lines)
    pack = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}.get("." + kind.rpartition(".")[2])
    if pack is None:
        return "a" + kind, damaged(choose, data)
    return "a" + kind, damaged(choose, pack(damaged(choose, data) if choose.random() < 0.3 else data))


def _parquet(choose: random.Random, rows: list[dict[str, Any]]) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    texts = pa.array(
        [row["text"].encode("utf-8", choose.choice(("replace", "surrogatepass"))) for row in rows], pa.binary()
    )
    ids = choose.choice(
        (
            pa.array([str(i) for i in range(len(rows))]),
            pa.array([i * 10**6 for i in range(len(rows))], pa.timestamp("us")),
            pa.array([b"\xff%d" % i for i in range(len(rows))], pa.binary()),
            pa.array([float("nan")] * len(rows)),
            pa.array([None] * len(rows), pa.int64()),
            pa.array([2**62] * len(rows), pa.date64()) if choose.random() < 0.2 else pa.array(range(len(rows))),
        )
    )
    column = texts.view(pa.string()) if choose.random() < 0.8 else texts  # without a check that it is UTF-8
    out = io.BytesIO()
    parquet.write_table(
        pa.table({"id": ids, "text": column}), out, compression=choose.choice(("none", "snappy", "gzip"))
    )
    return out.getvalue()
