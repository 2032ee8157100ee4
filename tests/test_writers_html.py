import random
import re

import pytest

from detector import Edit, apply_plan
from detector.readers.html import read
from detector.writers import writer_for

write = writer_for("html").write

LINES = [
    "The ferry was late again, and most of the passengers sat down on their bags.",
    "A man behind the counter read a paper and did not look up when they asked him for the time.",
    "At noon the rain began; it came over the hill in one piece, like a curtain.",
    "Nobody had told them why, so they talked about the price of herring instead.",
]


def page(body, encoding="utf-8"):
    head = f"<!DOCTYPE html>\n<html><head><meta charset={encoding}><title>The ferry was late</title></head>"
    script = '<script type="application/ld+json">{"articleBody": "' + LINES[0] + '"}</script>'
    menu = '<nav><a href="/">Home</a> <a href="/ferry">The ferry</a></nav>'
    text = "".join(f"<p>{line}</p>\n" for line in LINES)
    return f"{head}<body>{script}{menu}<article>{text}{body}</article><footer>Home</footer></body></html>\n"


def made(source, *pairs, encoding="utf-8", regions=True):
    """Return the page after edits, given as pairs of spun and original, and the edits that were left out."""
    data = source.encode(encoding)
    text = read("a.html", data, regions).text
    plan = [Edit(text.index(spun), text.index(spun) + len(spun), spun, new, 1.0) for spun, new in pairs]
    out = write(data, text, plan)
    return out.data.decode(encoding), [e.spun for e in out.left_out]


@pytest.mark.parametrize(
    ("before", "spun", "original", "after"),
    [
        ("<p>The harbour lay calm that day.</p>", "calm", "quiet", "<p>The harbour lay quiet that day.</p>"),
        (
            "<p>The harbour lay <b>very calm</b>.</p>",
            "very calm",
            "so quiet",
            "<p>The harbour lay <b>so quiet</b>.</p>",
        ),
        ("<p>It lay <b>very</b> calm.</p>", "very calm", "so quiet", "<p>It lay <b>so</b> quiet.</p>"),
        ("<p>It lay very <a href='x'>calm</a>.</p>", "very calm", "quiet", "<p>It lay <a href='x'>quiet</a>.</p>"),
        ("<p>It lay very\n   calm that day.</p>", "very calm", "quiet", "<p>It lay quiet that day.</p>"),
        ("<p>Tea &amp; caf&eacute;s were calm.</p>", "cafés", "bars", "<p>Tea &amp; bars were calm.</p>"),
        (
            "<p>Tea &amp; caf&eacute;s were calm.</p>",
            "Tea",
            "R&D <b>",
            "<p>R&amp;D &lt;b&gt; &amp; caf&eacute;s were calm.</p>",
        ),
        ("<p>The cafe\u0301 was calm.</p>", "café", "bar", "<p>The bar was calm.</p>"),
        ("<p>It was&nbsp;calm there.</p>", "calm", "quiet", "<p>It was&nbsp;quiet there.</p>"),
        (
            "<ul><li>A calm <i>sea</i></li><li>A loud gull</li></ul>",
            "loud",
            "noisy",
            "<ul><li>A calm <i>sea</i></li><li>A noisy gull</li></ul>",
        ),
        (
            "<table><tr><td>calm sea</td><td>loud gull</td></tr></table>",
            "loud",
            "noisy",
            "<table><tr><td>calm sea</td><td>noisy gull</td></tr></table>",
        ),
        (
            '<P class="a>b">The harbour lay calm.<!-- calm --></P>',
            "calm",
            "quiet",
            '<P class="a>b">The harbour lay quiet.<!-- calm --></P>',
        ),
        ("<h2>On calm water</h2>", "calm", "quiet", "<h2>On quiet water</h2>"),
    ],
)
def test_only_words_change(before, spun, original, after):
    assert made(page(before), (spun, original)) == (page(after), [])


def test_words_change_in_the_article_and_not_in_its_title_menu_or_script():
    out, left_out = made(page(""), ("ferry", "boat"))
    assert not left_out
    assert out == page("").replace("<p>The ferry", "<p>The boat")


@pytest.mark.parametrize(
    "shown", ["<script.x>{}</script.x>", "<script></script x>{}", "<!-->{}<!-- -->", "<!-- a --!>{}<!-- -->"]
)
def test_words_change_after_tags_and_comments_that_browsers_end_early(shown):
    source = page(shown.replace("{}", "<p>The harbour lay calm that day.</p>"))
    data = source.encode()
    text = "The harbour lay calm that day."
    out = write(data, text, [Edit(16, 20, "calm", "quiet", 1.0)])
    assert out.data.decode() == source.replace("calm", "quiet")


def test_of_lines_that_are_there_twice_each_is_its_own():
    body = "<h2>Calm</h2><p>The wind was in the north and the boats were out.</p><h2>Calm</h2><p>Then it turned.</p>"
    source = page(body)
    data = source.encode()
    text = read("a.html", data).text
    at = text.rindex("Calm")
    out = write(data, text, [Edit(at, at + 4, "Calm", "Quiet", 1.0)])
    assert out.data.decode() == source.replace("<h2>Calm</h2><p>Then", "<h2>Quiet</h2><p>Then")


def test_edits_that_cannot_be_found_are_left_out():
    data = page("").encode()
    text = read("a.html", data).text + "\nA line that is not in the page."
    plan = [Edit(text.index(w), text.index(w) + len(w), w, "x", 1.0) for w in ("ferry", "page")]
    out = write(data, text, plan)
    assert out.left_out == (plan[1],)
    assert out.data.decode() == page("").replace("<p>The ferry", "<p>The x")


def test_switched_off_regions_are_not_touched():
    off = "<!-- detector: off --><p>The gangway was calm and green.</p><!-- detector: on -->"
    source = page(off + "<p>The gangway was calm and dry.</p>")
    out, left_out = made(source, ("calm", "quiet"))
    assert not left_out
    assert out == source.replace("calm and dry", "quiet and dry")


def test_regions_that_were_read_are_changed():
    off = "<!-- detector: off --><p>The gangway was calm and green.</p><!-- detector: on -->"
    source = page(off + "<p>The gangway was wet and dry.</p>")
    out, left_out = made(source, ("calm", "quiet"), regions=False)
    assert not left_out
    assert out == source.replace("calm and green", "quiet and green")


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_bytes_of_the_rest_stay(encoding):
    source = page("<p>The café’s owner was – as ever – calm.</p>\r\n", encoding)
    out, _ = made(source, ("calm", "naïve"), encoding=encoding)
    # A reference is the same letter in whichever encoding a browser takes the page to be in.
    assert out == source.replace("calm", "naïve" if encoding == "utf-8" else "na&#239;ve")


@pytest.mark.parametrize("words", [1, 2, 4])
def test_read_again_the_page_has_the_restored_text(words):
    dice = random.Random(words)
    inline = ["{}", "{}", "{}", "<b>{}</b>", '<a href="/x?a=1&amp;b=2">{}</a>', "<em><i>{}</i></em>", "{}<!-- note -->"]
    blocks = []
    for number in range(12):
        sentence = dice.sample(" ".join(LINES).replace(",", "").replace(".", "").split(), 14)
        marked = " ".join(dice.choice(inline).format(w) for w in [*sentence, f"number{number}"])
        blocks.append(
            dice.choice(["<p>{}.</p>", "<ul><li>{}.</li></ul>", "<blockquote>{}.</blockquote>\n"]).format(marked)
        )
    data = page("".join(blocks)).encode()
    text = read("a.html", data).text
    spans = [m.span() for m in re.finditer(r"\w+", text)]
    plan = []
    for n in range(0, len(spans) - words, words + 1):
        start, end = spans[n][0], spans[n + words - 1][1]
        if "\n" not in text[start:end]:
            new = " ".join(f"w{n}{i}" for i in range(words))
            plan.append(Edit(start, end, text[start:end], new, 1.0))
    assert len(plan) > 30
    out = write(data, text, plan)
    assert not out.left_out
    assert read("a.html", out.data).text == apply_plan(text, plan)
    tags = re.compile(r"<[^>]*>")
    assert tags.findall(out.data.decode()) == tags.findall(data.decode())


def test_pages_of_nothing_but_openings_are_read_at_once():
    for piece in ("<script>", "<!--", "<a '", '<a "', "&", "<", "<p"):
        data = (piece * 20_000).encode()
        assert write(data, "calm", [Edit(0, 4, "calm", "x", 1.0)]).data == data
