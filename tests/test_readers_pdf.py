"""PDF files: columns, running heads, notes, tables, captions, words cut at the ends of lines, and the page of each."""

import io
import json

import pytest
from pdf_files import BODY, BOLD, HEIGHT, Pages, broken, page_of_lines
from reportlab.pdfbase.pdfmetrics import stringWidth

from detector.errors import InputError
from detector.readers import read_document
from detector.readers.pdf import join_lines
from detector.report import json as json_report
from detector.report import markdown, sarif, text
from detector.report.html import render as render_html
from detector.report.model import JudgedDocument, ReportRun, findings
from detector.types import Evidence, Report

PARAGRAPHS = [
    "The ferry was late again, and most of the passengers sat down on their bags. Nobody had told them why, and the "
    "man behind the counter was reading a newspaper. He did not look up when they asked him for the time.",
    "At noon the rain began. It came over the hill in one piece, like a curtain, and the children ran into it and "
    "shouted. Their mothers had been waiting for somebody to shout at, and now they had found him.",
    "On the other side of the water the mayor was standing in front of a band that had been told to play for an hour. "
    "They had played for three by then, and the drummer was asleep with his head against the railing.",
    "When a whistle came at last, nobody heard it but the dog. He got up, looked at the harbour for a while, and lay "
    "down again, for he had seen the announcement of many ferries and the arrival of few.",
    "The captain said afterwards that the engine had stopped twice, and that he had prayed both times. The engineer "
    "said that he had mended it both times, and that prayer had not been in the way.",
    "In the evening all of them ate together in the old customs house, passengers and musicians, and the mayor gave "
    "the speech that he had meant to give at noon. It was shorter than it would have been.",
]
CUTS = ("news-paper", "shout-ed", "some-body", "stand-ing", "rail-ing", "announce-ment", "after-wards", "en-gine")
NOTE = "1 The figures are those of the harbour office, which counts each ship twice a year."
SIZES = {"body": 10, "note": 8, "title": 16}
INDENT = 10


def read(tmp_path, data):
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    return read_document(path)


def running_head(pages, number):
    pages.line("Journal of Quays, volume 7", 72, HEIGHT - 48, 9)
    pages.line(str(number), 530, HEIGHT - 48, 9)


def one_column():
    """Three pages: heading, text in one column, a table with its caption, a note, and a sentence that runs over."""
    pages = Pages()
    over_before: list[str] = []
    for number in range(3):
        running_head(pages, number + 1)
        over = broken(PARAGRAPHS[2 * number], 468, cuts=CUTS)
        if number:
            pages.paragraph(" ".join(over_before), justified=False, after=0)
        pages.paragraph(f"{number + 1} The morning", font=BOLD, after=1)
        pages.paragraph(PARAGRAPHS[2 * number + 1], cuts=CUTS, justified=True, indent=12, after=0)
        if number == 0:
            pages.y -= 10
            pages.table([("Ship", "Tons", "Crowns"), ("Marlow", "12,400", "310"), ("Sea Lark", "870", "31")])
            pages.paragraph("Table 1. Ships of the strait and what they pay", size=9, after=8)
        for line in over[:-1]:
            pages.line(line, 72, pages.y, width=468)
            pages.y -= 12
        over_before = over[-1:]
        pages.y = 96
        if number == 1:
            pages.paragraph(NOTE, size=SIZES["note"])
        pages.next_page()
    pages.paragraph(over_before[0])
    return pages.data()


def two_columns(gutter=16, by_line=False):
    """A page: a title over both columns, text that runs from one column to the next, a heading and a note in them."""
    width = (468 - gutter) / 2
    pages = Pages()
    running_head(pages, 1)
    pages.line("What the ferry brought", 200, pages.y, SIZES["title"], BOLD)
    lines = []
    for n, paragraph in enumerate(PARAGRAPHS):
        if n == 4:
            lines.append((0, "The evening", BOLD, None))
        first, *others = broken(paragraph, width - INDENT, cuts=CUTS)
        lines.append((INDENT, first, BODY, width - INDENT))
        lines += [(0, line, BODY, width if line != others[-1] else None) for line in others]
    half = len(lines) // 2 + 2
    top = pages.y - 40
    spots = [(72 + x, top - 12 * n, *line) for n, (x, *line) in enumerate(lines[:half])]
    spots += [(72 + width + gutter + x, top - 12 * n, *line) for n, (x, *line) in enumerate(lines[half:])]
    for x, y, line, font, spread in sorted(spots, key=lambda s: -s[1]) if by_line else spots:
        pages.line(line, x, y, SIZES["body"], font, spread)
    pages.y = top - 12 * half - 14
    pages.paragraph(NOTE, width=width, size=SIZES["note"])
    return pages.data()


def test_one_column(tmp_path):
    document = read(tmp_path, one_column())
    table = ["Ship", "Tons", "Crowns", "Marlow", "12,400", "310", "Sea Lark", "870", "31"]
    expected = ["1 The morning", PARAGRAPHS[1], *table, "Table 1. Ships of the strait and what they pay"]
    expected += [PARAGRAPHS[0], "2 The morning", PARAGRAPHS[3], PARAGRAPHS[2], NOTE, "3 The morning", PARAGRAPHS[5]]
    assert document.text.split("\n\n") == [*expected, PARAGRAPHS[4]]
    assert document.extracted
    ((start, end, reason),) = document.omitted
    assert (document.text[start:end].split("\n\n"), reason) == (table, "table")
    assert document.cut_words == 3 * len("Journal of Quays volume 7 1".split())


def test_pages_are_right_if_a_sentence_runs_over(tmp_path):
    document = read(tmp_path, one_column())

    def page_of(words):
        return document.page_at(document.text.index(words))

    assert page_of("1 The morning") == 1
    assert page_of("The ferry was late") == 1
    last_line = broken(PARAGRAPHS[0], 468, cuts=CUTS)[-1]
    assert page_of(last_line) == 2
    assert document.page_at(document.text.index(last_line) - 2) == 1
    assert page_of("1 The figures") == 2  # after a paragraph that ends on page 3
    assert page_of("3 The morning") == 3
    assert document.page_at(len(document.text) - 1) == 4
    assert [offset for offset, _ in document.page_starts] == sorted(offset for offset, _ in document.page_starts)


@pytest.mark.parametrize("by_line", [False, True], ids=["column by column", "line by line"])
@pytest.mark.parametrize("gutter", [12, 24])
def test_two_columns(tmp_path, gutter, by_line):
    document = read(tmp_path, two_columns(gutter, by_line))
    expected = ["Journal of Quays, volume 7", "1", "What the ferry brought", *PARAGRAPHS[:4], "The evening"]
    paragraphs = document.text.split("\n\n")
    assert [p for p in paragraphs if p != NOTE] == [*expected, *PARAGRAPHS[4:]]
    assert NOTE in paragraphs


@pytest.mark.parametrize("side", [0, 1])
def test_a_heading_that_fills_its_column_is_not_part_of_the_line_beside_it(tmp_path, side):
    width = 228
    pages = Pages()
    top = pages.y
    for n, texts in enumerate((PARAGRAPHS[:2], PARAGRAPHS[2:4])):
        x, pages.y = 72 + n * (width + 12), top
        if n == side:  # a space of its size is wider than the gutter
            pages.line("The ferry that never came", x, pages.y, 20, BOLD, width)
            pages.y -= 30
        for paragraph in texts:
            pages.paragraph(paragraph, x, width, cuts=CUTS, justified=True, after=8)
    expected = [*PARAGRAPHS[:2], *PARAGRAPHS[2:4]]
    expected.insert(2 * side, "The ferry that never came")
    assert read(tmp_path, pages.data()).text.split("\n\n") == expected


def test_cells_are_paragraphs_and_hold_their_second_lines(tmp_path):
    pages = Pages()
    pages.table([("Ship", "Tons", "Cargo"), ("Marlow", "12,400", "Timber, and on the")])
    pages.line("way back wine", 72 + 180, HEIGHT - 72 - 13 - 11)
    pages.y -= 10
    pages.table([("Sea Lark", "870", "Post")])
    pages.y -= 20
    pages.paragraph(PARAGRAPHS[0])
    rows = read(tmp_path, pages.data()).text.split("\n\n")
    assert rows[:6] == ["Ship", "Tons", "Cargo", "Marlow", "12,400", "Timber, and on the way back wine"]
    assert rows[6:] == ["Sea Lark", "870", "Post", PARAGRAPHS[0]]


def test_the_number_of_a_note_is_not_part_of_the_word(tmp_path):
    pages = Pages()
    pages.line("The ferry was late", 72, 700)
    end = 72 + stringWidth("The ferry was late", BODY, 10)
    pages.line("12", end, 704, 6)
    pages.line("again.", end + 8.5, 700)
    assert read(tmp_path, pages.data()).text == "The ferry was late¹² again."


def test_a_paragraph_ends_at_a_line_that_leaves_room(tmp_path):
    pages = Pages()
    for paragraph in PARAGRAPHS[:3]:
        pages.paragraph(paragraph, after=0)
    assert read(tmp_path, pages.data()).text.split("\n\n") == PARAGRAPHS[:3]


def test_a_page_on_its_side_is_read_and_a_stamp_comes_last(tmp_path):
    pages = Pages()
    pages.canvas.rotate(90)
    pages.canvas.translate(0, -612)
    pages.paragraph(PARAGRAPHS[0])
    pages.canvas.rotate(-90)
    pages.line("Copy of the library", -300, 40)
    pages.canvas.showPage()
    document = read(tmp_path, pages.data())
    assert document.text == f"{PARAGRAPHS[0]}\n\nCopy of the library"


def test_words_of_another_size_do_not_break_a_paragraph(tmp_path):
    pages = Pages()
    pages.line("The captain writes all of it, day after day, into a file of the name", 72, 700)
    pages.line("journal/of/quays.txt", 72, 688, 8.5, "Courier")
    pages.line("and reads it to the engineer, who does", 180, 688)
    pages.line("not want to hear it.", 72, 676)
    assert "\n" not in read(tmp_path, pages.data()).text


@pytest.mark.parametrize(
    ("above", "below", "mended"),
    [
        ("The plan was imple-", "mented.", "The plan was implemented."),
        ("The plan was imple\u00ad", "mented.", "The plan was implemented."),
        ("It was a well-", "known plan.", "It was a well-known plan."),
        ("From 1990-", "1995 it grew.", "From 1990- 1995 it grew."),
        ("The quay-", "Harbour road.", "The quay- Harbour road."),
    ],
)
def test_words_cut_at_the_end_of_a_line(above, below, mended):
    assert join_lines(above, below) == mended


def test_headers_that_repeat_go_and_others_stay(tmp_path):
    def pages_of(n):
        pages = Pages()
        for number in range(n):
            running_head(pages, number + 1)
            pages.paragraph(PARAGRAPHS[number])
            pages.line(f"- {number + 1} -", 300, 40)
            pages.next_page()
        return read(tmp_path, pages.data())

    assert pages_of(3).text.split("\n\n") == PARAGRAPHS[:3]
    assert "Journal of Quays, volume 7" in pages_of(2).text.split("\n\n")


def test_a_file_without_text_and_a_locked_one_say_so(tmp_path):
    import pypdf

    with pytest.raises(InputError, match="no text"):
        read(tmp_path, page_of_lines([""]))
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(page_of_lines(["A line."])))
    writer.encrypt("secret", algorithm="RC4-128")
    locked = io.BytesIO()
    writer.write(locked)
    with pytest.raises(InputError, match="password"):
        read(tmp_path, locked.getvalue())


def test_reports_name_the_page(tmp_path):
    document = read(tmp_path, one_column())
    starts = sorted((document.text.index(word), word) for word in ("passengers", "curtain", "drummer"))
    evidence = tuple(Evidence(at, at + len(word), word, "substitution", 2.0) for at, word in starts)
    report = Report("spun", 0.9, 0.5, 100, "en", (), evidence, document.text)
    judged = JudgedDocument(document, report)
    run = ReportRun((judged,), (), "0", "x")
    pages = [document.page_at(e.start) for e in evidence]
    assert sorted(pages) == [1, 1, 3]
    (found,) = json.loads(json_report.render(run))["documents"]
    assert [e["page"] for e in found["evidence"]] == pages
    assert [found["text"][e["start"] : e["end"]] for e in found["evidence"]] == [
        e["surface"] for e in found["evidence"]
    ]
    results = json.loads(sarif.render(run))["runs"][0]["results"]
    assert [r["properties"]["page"] for r in results] == pages
    assert results[0]["locations"][0]["message"]["text"] == "page 1"
    assert [f.page for f in findings(report, document)] == pages
    assert "substitution, page 3" in render_html(run)
    assert "| 3 |" in markdown.render(run)
    assert "page 2\n" in text.render(run)
