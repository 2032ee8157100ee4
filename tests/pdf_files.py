"""PDF files for tests, drawn by reportlab: lines broken as a typesetter does, columns, running heads, notes, tables."""

import io

from reportlab.lib.pagesizes import letter
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

BODY, BOLD = "Times-Roman", "Times-Bold"
WIDTH, HEIGHT = letter


def broken(text, width, size=10, font=BODY, cuts=()):
    """Return the lines of a paragraph; `cuts` are words that may be cut, with a hyphen at the cut."""
    cut = {word.replace("-", ""): word.split("-") for word in cuts}
    lines = [""]
    for word in text.split():
        whole = f"{lines[-1]} {word}".strip()
        if stringWidth(whole, font, size) <= width:
            lines[-1] = whole
            continue
        head, tail = cut.get(word, ("", word))
        first = f"{lines[-1]} {head}-"
        if head and stringWidth(first, font, size) <= width:
            lines[-1] = first
        else:
            tail = word
        lines.append(tail)
    return [line for line in lines if line]


class Pages:
    """Pages that are drawn from the top down; `y` is the place of the next line."""

    def __init__(self):
        self.buffer = io.BytesIO()
        self.canvas = Canvas(self.buffer, pagesize=letter)
        self.y = HEIGHT - 72

    def line(self, text, x, y, size=10, font=BODY, width=None):
        """Draw one line; with a width, its words are spread over it as in justified text."""
        self.canvas.setFont(font, size)
        words = text.split(" ")
        if width is None or len(words) == 1:
            self.canvas.drawString(x, y, text)
            return
        space = (width - sum(stringWidth(w, font, size) for w in words)) / (len(words) - 1)
        for word in words:
            self.canvas.drawString(x, y, word)
            x += stringWidth(word, font, size) + space

    def paragraph(self, text, x=72, width=468, size=10, font=BODY, cuts=(), justified=False, indent=0, after=4):
        """Draw a paragraph at `y`, and move `y` below it."""
        lines = broken(text, width - indent, size, font, cuts)
        for n, line in enumerate(lines):
            spread = width - (indent if n == 0 else 0) if justified and n < len(lines) - 1 else None
            self.line(line, x + (indent if n == 0 else 0), self.y, size, font, spread)
            self.y -= 1.2 * size
        self.y -= after

    def table(self, rows, x=72, step=90):
        for row in rows:
            for n, cell in enumerate(row):
                self.line(cell, x + n * step, self.y)
            self.y -= 13
        self.y -= 8

    def next_page(self):
        self.canvas.showPage()
        self.y = HEIGHT - 72

    def data(self):
        self.canvas.save()
        return self.buffer.getvalue()


def page_of_lines(lines, x=72, step=14):
    """Return a PDF of one page with these lines below each other."""
    pages = Pages()
    for n, line in enumerate(lines):
        pages.line(line, x, HEIGHT - 72 - step * n)
    return pages.data()
