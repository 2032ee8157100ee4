"""The HTML report in a real Chromium: `python -m pytest tests/browser`, with the extra [browser] and chromedriver.

Out of the default run (`norecursedirs` in pyproject.toml), which needs no browser.
"""

import base64
import io
import re
from pathlib import Path

import pytest
from chromium import DESKTOP, PHONE, note, shown, squeezed
from pypdf import PdfReader
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from detector import detect, reverse
from detector.readers import InputDocument
from detector.report import html
from detector.report.model import InputFailure, JudgedDocument, ReportRun
from detector.types import Alternative, Evidence, Passage, Report

ARTICLES = Path(__file__).resolve().parents[2] / "notebooks" / "articles"


def judged(name):
    text = (ARTICLES / name).read_text(encoding="utf-8")
    return JudgedDocument(InputDocument(name, text), detect(text), 0.7)


def damaged(name):
    """The article with a Cyrillic letter in one word."""
    return (ARTICLES / name).read_text(encoding="utf-8").replace("ports", "p\u043erts", 1)


@pytest.fixture(scope="module")
def article():
    return judged("harbour-talks-spun.txt")


@pytest.fixture(scope="module")
def page(article, tmp_path_factory):
    """A spun article, the human one, and a file that could not be read."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    text = damaged("harbour-talks.txt")
    other = JudgedDocument(InputDocument("damaged.txt", text), detect(text), 0.7)
    assert other.report.damage
    run = ReportRun(
        (article, judged("harbour-talks.txt"), other),
        (InputFailure("gone.txt", "no such file"),),
        "0.1.0",
        "5ea51de",
        "2026-01-31",
    )
    path.write_text(html.render(run), encoding="utf-8")
    return path


def test_one_file_that_asks_the_network_for_nothing(browser, page):
    browser.open(page)
    assert browser.requests() == [page.as_uri()]
    assert browser.errors() == []
    assert browser.js("return document.documentElement.lang") == "en"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_note_opens_on_hover_and_stays_on_the_screen(browser, page, article, size):
    browser.open(page, size)
    width, height = size
    marks = browser.all("#d1 mark")
    assert len(marks) >= len({e.start for e in article.report.evidence}) * 0.9
    assert not any(note(m).is_displayed() for m in marks)
    for number, mark in enumerate(marks[:: len(marks) // 9]):
        browser.hover(mark, ("start", "center", "end")[number % 3])
        assert note(mark).is_displayed()
        assert sum(note(m).is_displayed() for m in marks) == 1
        box = browser.js("return arguments[0].getBoundingClientRect().toJSON()", note(mark))
        assert box["left"] >= 0
        assert box["right"] <= width
        assert box["top"] >= 0
        assert box["bottom"] <= height
        lines = browser.js("return Array.from(arguments[0].getClientRects(), r => r.toJSON())", mark)
        assert any(line["bottom"] <= box["top"] or line["top"] >= box["bottom"] for line in lines)


def test_a_note_names_the_original_the_odds_and_the_cue(browser, page):
    browser.open(page)
    mark = next(m for m in browser.all("#d1 mark") if m.text == "stated")
    browser.hover(mark)
    said = note(mark).text
    assert "said" in said.splitlines()[0]
    assert "times likelier" in said
    assert "substitution" in said


def active(browser):
    return browser.driver.switch_to.active_element


def test_an_editor_goes_through_the_report_by_keyboard_alone(browser, page, article):
    browser.open(page)
    stops = []
    for _ in range(60):
        browser.press(Keys.TAB)
        element = active(browser)
        if element.tag_name == "body":
            break
        assert browser.js("return getComputedStyle(arguments[0]).outlineStyle", element) != "none"
        stops.append(element)
    marks = browser.all("#d1 mark")
    assert sum(e.tag_name == "mark" for e in stops) == len(browser.all("article:has(mark)")) - len(
        browser.all("details:not([open]) mark[tabindex='0']")
    )
    assert len(stops) < 30 < len(marks)

    browser.open(page)
    browser.press("n")
    assert active(browser) == browser.one("#d1 mark")
    assert note(active(browser)).is_displayed()
    browser.press(Keys.ESCAPE)
    assert not note(browser.one("#d1 mark")).is_displayed()
    marks = browser.all("#d1 mark")
    for key, at in (("n", 1), (Keys.ARROW_RIGHT, 2), ("p", 1), (Keys.ARROW_LEFT, 0), ("p", len(marks) - 1), ("n", 0)):
        browser.press(key)
        assert active(browser) == marks[at]
        assert note(marks[at]).is_displayed()
        assert browser.one("#d1 [role=status]").text == f"{at + 1} of {len(marks)}"
    ActionChains(browser.driver).key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(Keys.SHIFT).perform()
    assert active(browser).tag_name == "button"
    browser.press(Keys.TAB)
    assert active(browser) == marks[0]  # where the editor was


def test_the_buttons_step_as_the_keys_do(browser, page):
    browser.open(page)
    marks = browser.all("#d1 mark")
    for at in (0, 1):
        browser.one("#d1 [data-step='1']").click()
        assert active(browser) == marks[at]
    browser.one("#d1 [data-step='-1']").click()
    assert active(browser) == marks[0]


def test_a_screen_reader_reads_the_note_with_the_wording(browser, page):
    browser.open(page)
    nodes = browser.cdp("Accessibility.getFullAXTree")["nodes"]
    marks = [n for n in nodes if n["role"]["value"] == "mark"]
    assert len(marks) == sum(m.is_displayed() for m in browser.all("mark"))
    assert all(re.search("likelier|better|odd", m["description"]["value"]) for m in marks)
    named = {(n["role"]["value"], n["name"]["value"]) for n in nodes if "name" in n}
    assert ("navigation", "Documents") in named
    assert ("article", "harbour-talks-spun.txt") in named
    assert ("button", "Restored") in named


def test_the_switch_shows_each_view(browser, page, article):
    browser.open(page)
    element = browser.one("#d1")
    restored = reverse(article.document.text).text
    assert shown(browser, element) == squeezed(article.document.text)
    button = browser.one("#d1 [data-view=restored]")
    browser.js("arguments[0].focus()", button)
    browser.press(Keys.ENTER)
    assert shown(browser, element) == squeezed(restored)
    assert button.get_attribute("aria-pressed") == "true"
    assert browser.one("#d1 [data-view=found]").get_attribute("aria-pressed") == "false"
    mark = next(m for m in browser.all("#d1 mark") if m.text == "said")
    browser.hover(mark)
    assert "stated" in note(mark).text
    browser.one("#d1 [data-view=both]").click()
    mark = next(m for m in browser.all("#d1 mark") if m.text.startswith("stated"))
    assert mark.find_element(By.CSS_SELECTOR, ".found").is_displayed()
    assert mark.find_element(By.CSS_SELECTOR, ".original").text == "said"
    browser.one("#d1 [data-view=found]").click()
    assert shown(browser, element) == squeezed(article.document.text)


def test_the_restored_text_is_copied_exactly(browser, page, article):
    browser.open(page)
    browser.one("#d1 [data-copy]").click()
    said = browser.one("#d1 [role=status]")
    browser.wait(lambda: said.text)
    assert said.text == "Copied."
    copied = browser.clipboard()
    assert copied == reverse(article.document.text).text


def test_copying_works_without_the_clipboard_api(browser, page):
    browser.open(page)
    browser.js("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    browser.one("#d1 [data-copy]").click()
    assert browser.one("#d1 [role=status]").text == "Copied."
    assert browser.all("textarea") == []


def test_the_index_leads_to_each_document_and_opens_it(browser, page):
    browser.open(page, PHONE)
    links = browser.all("nav a")
    assert [a.text for a in links] == ["harbour-talks-spun.txt", "harbour-talks.txt", "damaged.txt"]
    assert not browser.one("#d2 .text").is_displayed()
    links[1].click()
    top = browser.js("return document.querySelector('#d2').getBoundingClientRect().top")
    assert -1 <= top < PHONE[1]
    assert browser.one("#d2 .text").is_displayed()
    assert "gone.txt: no such file" in browser.one("nav").text


def test_the_index_sorts_and_filters(browser, page):
    def paths():
        return [row.text.split()[0] for row in browser.all("tbody tr") if row.is_displayed()]

    browser.open(page)
    assert len(paths()) == 4
    browser.one("[data-show=flagged]").click()
    assert paths() == ["harbour-talks-spun.txt"]
    assert [a.get_attribute("id") for a in browser.all("main > article") if a.is_displayed()] == ["d1"]
    browser.one("[data-show=all]").click()
    head = browser.one("th [data-sort='2']")
    head.click()
    assert paths()[0] == "harbour-talks-spun.txt"
    assert paths()[-1].startswith("gone.txt")
    assert browser.one("th[aria-sort]").get_attribute("aria-sort") == "descending"
    head.click()
    assert paths()[0].startswith("gone.txt")
    assert browser.all("main > article")[-1].get_attribute("id") == "d1"
    browser.one("th [data-sort='0']").click()
    assert paths() == sorted(paths())


def test_damage_is_marked_apart_from_evidence(browser, page):
    browser.open(page)
    browser.one("#d3 summary").click()
    assert "Is it damaged?" in browser.one("#d3 .damage").text
    mark = browser.one("#d3 mark.damaged")
    browser.hover(mark)
    assert "look-alike" in note(mark).text
    assert browser.js("return getComputedStyle(arguments[0]).borderBottomStyle", mark) == "dashed"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing(browser, page, size, dark):
    browser.open(page, size, dark)
    browser.js("document.querySelectorAll('details').forEach(d => d.open = true)")
    for view in ("found", "both", "restored"):
        browser.one(f"#d1 [data-view={view}]").click()
        assert browser.violations() == []


def test_nothing_is_wider_than_a_phone(browser, page):
    browser.open(page, (320, 600))
    wide = """return Array.from(document.querySelectorAll('body *')).filter(
        e => e.getBoundingClientRect().right > 320).map(e => e.outerHTML.slice(0, 90))"""
    assert browser.js(wide) == []
    assert browser.js("return document.documentElement.scrollWidth") <= 320


def test_no_mark_leaves_an_end_on_the_line_before(browser, page):
    sliver = """return Array.from(document.querySelectorAll('mark')).filter(
        m => Array.from(m.getClientRects()).some(r => r.width < 4)).map(m => m.outerHTML.slice(0, 90))"""
    for width in range(320, 1000, 68):
        browser.open(page, (width, 800))
        assert browser.js(sliver) == []


# Brightness of an sRGB colour and the contrast of two as WCAG 2 defines them; 4.5 is its level AA for text.
LIGHT = """
function light(css) {
  var c = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  c.fillStyle = getComputedStyle(document.body).backgroundColor; c.fillRect(0, 0, 1, 1);
  css.forEach(function (color) { c.fillStyle = color; c.fillRect(0, 0, 1, 1); });
  var l = Array.from(c.getImageData(0, 0, 1, 1).data).slice(0, 3).map(function (v) {
    v /= 255; return v <= 0.04045 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4);
  });
  return 0.2126 * l[0] + 0.7152 * l[1] + 0.0722 * l[2];
}
"""
CONTRAST = f"""{LIGHT}
var under = [], e = arguments[0];
for (var n = e; n; n = n.parentElement) {{ under.unshift(getComputedStyle(n).backgroundColor); }}
var a = light(under), b = light(under.concat(getComputedStyle(e).color));
return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_everything_can_be_read(browser, page, dark):
    browser.open(page, dark=dark)
    paper = browser.js(f"{LIGHT} return light([])")
    assert paper < 0.05 if dark else paper > 0.9
    for selector in (
        "h1",
        "h2",
        ".summary",
        ".verdict",
        ".legend",
        "mark",
        ".margin",
        ".switch button",
        "th",
        ".facts",
    ):
        assert browser.js(CONTRAST, browser.one(selector)) >= 4.5, selector
    browser.js("arguments[0].focus()", browser.one("mark"))
    for selector in ("mark .tip b", "mark .tip small"):
        assert browser.js(CONTRAST, browser.one(selector)) >= 4.5, selector


def test_passages_are_shaded_by_their_probability(browser, tmp_path):
    text = "One passage here.\n\nAnother passage there.\n\nA third that is too short."
    cuts = [0, text.index("Another"), text.index("A third"), len(text)]
    likely = (0.95, 0.4, None)
    passages = tuple(
        Passage(a, b, p, "spun" if p == 0.95 else "clean" if p else "insufficient_text")
        for a, b, p in zip(cuts, cuts[1:], likely, strict=False)
    )
    report = Report("spun", 0.9, 0.5, 12, "en", passages, (), text)
    path = tmp_path / "a.html"
    path.write_text(
        html.render(ReportRun((JudgedDocument(InputDocument("a.txt", text), report),), (), "0", "x")), encoding="utf-8"
    )
    browser.open(path)
    bars = browser.js("return Array.from(document.querySelectorAll('.bar i'), i => i.getBoundingClientRect().width)")
    assert len(bars) == 2
    assert bars[0] / bars[1] == pytest.approx(0.95 / 0.4, rel=0.05)
    shades = browser.js("return Array.from(document.querySelectorAll('.passage'), p => getComputedStyle(p).background)")
    assert len(set(shades)) == 3


def test_paper_shows_the_notes_that_the_screen_shows_on_hover(browser, page):
    browser.open(page)
    pdf = PdfReader(io.BytesIO(base64.b64decode(browser.cdp("Page.printToPDF", printBackground=True)["data"])))
    printed = " ".join(p.extract_text() for p in pdf.pages)
    assert re.search(r"stated\s*\[\s*said\s*\]", printed)
    assert "Copy" not in printed


def test_a_hostile_document_is_harmless(browser, tmp_path):
    bad = (
        "</p></template></script><script>window.ran = 1</script><img src=x onerror='window.ran = 1'>"
        "<svg onload='window.ran = 1'> \u202eeverted \u2066isolated \x1b]0;title\x07 \x00 <!-- \udc80 "
    )
    line = "w" * 500_000 + " word" * 100_000
    text = f"{bad}\n\n{line}\n\n{bad}end"
    spans = [(0, 30), (text.index("everted") - 1, text.index("isolated")), (text.rindex("word"), len(text) - 3)]
    evidence = tuple(
        Evidence(a, b, text[a:b], "substitution", 2.0, (Alternative(bad, 2.0),), f"“{bad}” is likelier.")
        for a, b in spans
    )
    report = Report("spun", 0.9, 0.5, 100_000, "en", (Passage(0, len(text), 0.9, "spun"),), evidence, text)
    run = ReportRun(
        (JudgedDocument(InputDocument(f"{bad}.txt", text), report),) * 2,
        (InputFailure(bad, bad),),
        "0.1.0",
        "5ea51de",
    )
    path = tmp_path / "hostile.html"
    path.write_text(html.render(run), encoding="utf-8")
    for size in (DESKTOP, PHONE):
        browser.open(path, size)
        assert browser.js("return window.ran") is None
        assert len(browser.all("script")) == 1
        assert browser.all("img, svg, iframe, object, embed, form, link") == []
        assert browser.requests() == [path.as_uri()]
        assert browser.errors() == []
        assert browser.js("return document.documentElement.scrollWidth") <= size[0]
        assert browser.driver.title.startswith("Spun text report")
        assert "everted" in browser.one("#d1 .text").text
    browser.one("#d1 [data-view=restored]").click()
    assert browser.js("return window.ran") is None


def test_notebook_fragments_need_no_script(browser, article, tmp_path):
    path = tmp_path / "notebook.html"
    fragments = f"{article.report._repr_html_()}{reverse(article.document.text)._repr_html_()}"
    path.write_text(f"<!doctype html><meta charset=utf-8><title>n</title>{fragments}", encoding="utf-8")
    browser.open(path)
    report, restoration = browser.all("article")
    assert shown(browser, report) == squeezed(article.document.text)
    assert shown(browser, restoration) == squeezed(reverse(article.document.text).text)
    for element in (report, restoration):
        mark = element.find_element(By.CSS_SELECTOR, "mark")
        browser.hover(mark)
        assert note(mark).is_displayed()
    assert browser.all("button") == []
    assert browser.errors() == []
