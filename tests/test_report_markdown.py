"""Markdown as a renderer of Markdown reads it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from detector import detect
from detector.readers import InputDocument
from detector.report.markdown import render
from detector.report.model import InputFailure, JudgedDocument, ReportRun
from detector.report.text import printable
from detector.types import Alternative, Evidence, Passage, Report

ARTICLES = Path(__file__).resolve().parents[1] / "notebooks" / "articles"
RENDERER = MarkdownIt("commonmark", {"html": True}).enable("table")
HARMLESS = {"h2", "p", "strong", "blockquote", "ul", "li", "table", "thead", "tbody", "tr", "th", "td"}


def made(text, *evidence, passages=None, verdict="spun", path="a.txt", failures=()):
    passages = (Passage(0, len(text), 0.97, verdict),) if passages is None else passages
    report = Report(verdict, 0.97, 0.5, len(text.split()), "en", tuple(passages), evidence, text)
    return ReportRun((JudgedDocument(InputDocument(path, text), report),), failures, "0.1.0", "abc")


def finding(text, surface, *likely, cue="substitution"):
    start = text.index(surface)
    return Evidence(start, start + len(surface), surface, cue, 2.0, tuple(Alternative(t, 2.0) for t in likely), "Odd.")


def tokens(source):
    """Yield all tokens of a text, those inside lines too."""
    for token in RENDERER.parse(source):
        yield token
        yield from token.children or ()


def quoted(source):
    """Return the quotation as plain text, and the parts of it that are bold."""
    inside = False
    for token in RENDERER.parse(source):
        inside = inside or token.type == "blockquote_open"
        if inside and token.type == "inline":
            parts, bold, strong = [], [], False
            for child in token.children:
                strong = strong if child.type not in ("strong_open", "strong_close") else child.type == "strong_open"
                parts.append(child.content)
                if strong and child.content:
                    bold.append(child.content)
            return "".join(parts), bold
    return None, []


def test_the_likeliest_passage_is_quoted_with_its_findings():
    text = "A quiet start.\n\nWe go to the\nquay of yr, 1 * 2.\n\nMore of it."
    cuts = [0, text.index("We"), text.index("More"), len(text)]
    passages = [
        Passage(a, b, p, "spun" if p > 0.5 else "clean")
        for a, b, p in zip(cuts, cuts[1:], (0.1, 0.9, 0.8), strict=False)
    ]
    source = render(made(text, finding(text, "go to", "visit"), finding(text, "yr"), passages=passages))
    assert quoted(source) == ("We go to [visit] the quay of yr, 1 * 2.", ["go to", "yr"])
    assert "2 of 3 passages read as spun" in source
    assert "| go to | visit | substitution | about 100 times likelier than what is there |" in source


def test_of_a_long_passage_the_beginning_is_quoted():
    text = "word " * 5000
    assert len(quoted(render(made(text)))[0]) < 1000
    assert quoted(render(made(text)))[0].endswith("…")


@pytest.mark.parametrize(
    ("verdict", "reading"),
    [("clean", "not flagged"), ("insufficient_text", "no verdict"), ("unsupported_language", "no verdict")],
)
def test_nothing_is_quoted_of_documents_that_are_not_flagged(verdict, reading):
    source = render(made("Some words.", verdict=verdict))
    assert quoted(source)[0] is None
    assert f"**{reading}**" in source


@given(st.text(alphabet="ab1. \n*_`@%#>|[]()<!-&;~$\\+=\"'\u202e\x1b🙂", max_size=60))
def test_any_text_shows_literally(text):
    evidence = [Evidence(0, len(text), text, "substitution", 1.0, (Alternative(text, 1.0),))] if text.strip() else []
    source = render(made(text, *evidence, path=f"a{text}", failures=(InputFailure(f"b{text}", text),)))
    assert {t.tag for t in tokens(source) if t.nesting == 1 or t.type.startswith("html")} <= HARMLESS
    assert not {t.type for t in tokens(source)} & {"html_inline", "html_block", "image", "code_inline", "fence", "hr"}
    (heading,) = (t for t in RENDERER.parse(source) if t.type == "inline" and t.map[0] == 0)
    shown = "".join(c.content for c in heading.children).replace("\u200b", "")
    assert shown == " ".join(printable(f"a{text}").split())


@pytest.mark.parametrize(
    ("written", "linked"),
    [
        ("@torvalds saw it", "@t"),
        ("@.group/sub saw it", "@."),
        ("ask me@evil.example now", "@e"),
        ("see mailto:me@evil.example now", "@e"),
        ("see owner/name#12 there", "#1"),
        ("see gh-12 there", "gh-"),
        ("see Www.evil.example there", "Www."),
        ("see https://evil.example/x there", "://"),
        ("see ftp://evil.example there", "://"),
    ],
)
def test_a_text_mentions_nobody_and_plants_no_link(written, linked):
    text = f"It went, {written}."
    run = made(text, finding(text, written, written), path=written, failures=(InputFailure(written, written),))
    content = [t.content for t in tokens(render(run)) if t.content and not t.children]
    shown = "".join(content)
    # The heading, the quotation with its original, two cells, and the error with its path.
    assert shown.replace("\u200b", "").count(written) == 7
    assert linked not in shown


def test_a_real_article():
    text = (ARTICLES / "harbour-talks-spun.txt").read_text(encoding="utf-8")
    report = detect(text)
    source = render(ReportRun((JudgedDocument(InputDocument("a.txt", text), report),), (), "0.1.0", "abc"))
    rows = [t for t in RENDERER.parse(source) if t.type == "tr_open"]
    assert len(rows) == len(report.evidence) + 1
    shown, bold = quoted(source)
    assert "stated [said]" in shown
    assert len(bold) > 5
    assert source.endswith("detector 0.1.0, models abc\n")
