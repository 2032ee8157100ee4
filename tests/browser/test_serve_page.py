"""The page of `detector serve` in a real Chromium: `python -m pytest tests/browser`."""

import io
import json
import re
import subprocess
import sys
from base64 import b64decode, b64encode
from pathlib import Path

import docx
import pytest
from chromium import DESKTOP, PHONE, note, shown, squeezed
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from detector import detect, reverse

ARTICLES = Path(__file__).resolve().parents[2] / "notebooks" / "articles"
SPUN = (ARTICLES / "harbour-talks-spun.txt").read_text(encoding="utf-8")
HUMAN = (ARTICLES / "harbour-talks.txt").read_text(encoding="utf-8")
# As a browser does with files that are dropped on a place of a page.
DROP = """
var [place, files] = arguments, data = new DataTransfer();
files.forEach(function (f) {
  data.items.add(new File([Uint8Array.from(atob(f.data), c => c.charCodeAt(0))], f.name));
});
["dragenter", "dragover", "drop"].forEach(function (type) {
  place.dispatchEvent(new DragEvent(type, {bubbles: true, cancelable: true, dataTransfer: data}));
});
"""


@pytest.fixture(scope="module")
def url():
    command = [sys.executable, "-m", "detector", "serve", "--port", "0", "--workers", "1"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    yield re.search(r"http://\S+/", process.stderr.readline()).group()
    process.terminate()
    process.communicate(timeout=60)


# All rows in one go, since they are made anew as documents are read.
ROWS = "return Array.from(document.querySelectorAll('#queue tbody tr'), r => Array.from(r.cells, c => c.textContent))"


def rows(browser):
    return browser.js(ROWS)


def is_at_rest(browser):
    states = [row[1] for row in rows(browser)]
    return bool(states) and not any(s in ("Waiting", "Reading") for s in states)


def settled(browser):
    browser.wait(lambda: is_at_rest(browser))


def paste(browser, text):
    browser.js("arguments[0].value = arguments[1]", browser.one("#text"), text)
    browser.one("#text").send_keys(Keys.CONTROL, Keys.ENTER)
    settled(browser)


def drop(browser, **files):
    sent = [{"name": name, "data": b64encode(data).decode()} for name, data in files.items()]
    browser.js(DROP, browser.one("h1"), sent)
    browser.wait(lambda: len(rows(browser)) >= len(files))
    settled(browser)


def names(browser):
    return [row[0] for row in rows(browser)]


def article(browser):
    return browser.one("#shown article")


def press_until(browser, key, is_there, times=40):
    for _ in range(times):
        browser.press(key)
        if is_there(browser.driver.switch_to.active_element):
            return
    raise AssertionError("the keyboard does not lead there")


def downloaded(browser, button, folder):
    browser.cdp("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
    before = set(folder.iterdir())
    button.click()
    is_whole = lambda: [p for p in set(folder.iterdir()) - before if p.suffix not in (".crdownload", ".tmp")]  # noqa: E731
    (path,) = browser.wait(is_whole)
    browser.wait(lambda: path.stat().st_size)
    return path


def button(browser, text):
    return next(b for b in browser.all("button") if b.text == text)


def test_a_pasted_text_is_read_and_stays_here(browser, url):
    browser.open(url)
    assert "Nothing leaves this computer" in browser.one(".privacy").text
    paste(browser, SPUN)
    assert names(browser) == ["Pasted text 1"]
    assert shown(browser, article(browser)) == squeezed(SPUN)
    edits = rows(browser)[0][3]
    assert int(edits) == len(reverse(SPUN).plan) > 0
    assert all(r.startswith((url, "blob:")) for r in browser.requests())
    assert browser.errors() == []


def test_the_text_can_be_shown_restored_and_copied(browser, url):
    browser.open(url)
    paste(browser, SPUN)
    browser.one("[data-view=restored]").click()
    assert shown(browser, article(browser)) == squeezed(reverse(SPUN).text)
    browser.one("[data-copy]").click()
    browser.wait(lambda: browser.one("#shown .said").text == "Copied.")
    assert browser.clipboard() == reverse(SPUN).text


def test_searches_for_the_source_are_copied(browser, url):
    browser.open(url)
    browser.js("document.getElementById('named').value = 'fpr=0.01'")
    paste(browser, SPUN)
    assert detect(SPUN, "fpr=0.01").verdict == "spun"
    button(browser, "Copy searches").click()
    browser.wait(lambda: browser.one("#shown .said").text == "Copied.")
    lines = browser.clipboard().splitlines()
    assert all(re.fullmatch('"[^"“”]+"', line) for line in lines)
    restored = " ".join(reverse(SPUN).text.split())
    assert lines
    assert all(line.strip('"') in restored for line in lines)


def test_a_rejected_edit_stays_rejected(browser, url):
    browser.open(url)
    paste(browser, SPUN)
    first = reverse(SPUN).plan[0]
    browser.press(Keys.TAB)
    mark = next(m for m in browser.all("mark") if note(m).get_attribute("id") == f"d1-{first.start}")
    browser.js("arguments[0].focus()", mark)
    reject = browser.one("#reject")
    assert first.original in reject.text
    reject.click()
    browser.wait(lambda: browser.all(".rejected"))
    kept = reverse(SPUN, keep=[(first.start, first.end)])
    browser.one("[data-view=restored]").click()
    assert shown(browser, article(browser)) == squeezed(kept.text)
    browser.one("#named option:last-child").click()  # another threshold reads it again
    settled(browser)
    assert shown(browser, article(browser)) == squeezed(kept.text)
    browser.one(".rejected button").click()
    browser.wait(lambda: not browser.all(".rejected"))
    browser.wait(lambda: browser.driver.switch_to.active_element.tag_name == "mark")
    browser.press(Keys.ESCAPE)  # its note is not part of the text
    assert shown(browser, article(browser)) == squeezed(reverse(SPUN).text)


def test_settings_show_their_effect(browser, url):
    browser.open(url)
    paste(browser, SPUN)
    paste(browser, HUMAN)
    before = rows(browser)
    browser.one("#named option:last-child").click()
    own = browser.one("#threshold")
    browser.wait(own.is_displayed)
    own.clear()
    own.send_keys("0", Keys.TAB)
    browser.wait(lambda: "With these settings" in browser.one("#changes").text)
    settled(browser)
    browser.wait(lambda: "flagged" in browser.one("#changes").text)
    assert rows(browser) != before
    assert browser.one("#shown .verdict").text == "Flagged"
    browser.one("#prior").send_keys("1", Keys.TAB)
    browser.wait(lambda: "with your share" in browser.one("#changes").text)
    settled(browser)
    assert "if 1% of yours are" in browser.one("#shown .rate").text


def word_file(text):
    made, out = docx.Document(), io.BytesIO()
    for line in text.splitlines():
        made.add_paragraph(line)
    made.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def pdf(browser):
    """The article as Chromium prints it."""
    paragraphs = "".join(f"<p>{line}</p>" for line in SPUN.splitlines() if line)
    browser.driver.get(f"data:text/html;charset=utf-8,<title>a</title>{paragraphs}")
    return b64decode(browser.cdp("Page.printToPDF")["data"])


def test_dropped_files_make_a_queue(browser, url, pdf):
    browser.open(url)
    files = {"a.pdf": pdf, "b.docx": word_file(SPUN), "c.md": HUMAN.encode(), "d.html": b"", "bad.pdf": b"%PDF-1 no"}
    drop(browser, **files)
    assert names(browser) == list(files)
    assert "Not read" in rows(browser)[-1][1]
    for name in ("a.pdf", "b.docx"):
        button(browser, name).click()
        assert article(browser).find_element(By.TAG_NAME, "h2").text == name
        assert "mayors of Varnesund" in article(browser).text
    next(b for b in browser.all(".remove") if "bad.pdf" in b.get_attribute("aria-label")).click()
    assert names(browser) == ["a.pdf", "b.docx", "c.md", "d.html"]
    assert not browser.one("#drop").is_displayed()
    assert browser.errors() == []


def test_downloads(browser, url, tmp_path):
    browser.open(url)
    drop(browser, **{"talks.docx": word_file(SPUN)})
    report = downloaded(browser, button(browser, "Report (HTML)"), tmp_path)
    assert report.name == "talks-report.html"
    assert "talks.docx" in report.read_text(encoding="utf-8")
    plan = json.loads(downloaded(browser, button(browser, "Plan (JSON)"), tmp_path).read_text(encoding="utf-8"))
    assert plan["documents"][0]["plan"]
    word = downloaded(browser, button(browser, "Word file, tracked changes"), tmp_path)
    assert docx.Document(word).element.xpath("//w:ins")


def test_a_reader_needs_no_mouse(browser, url):
    browser.open(url)
    press_until(browser, Keys.TAB, lambda e: e.get_attribute("id") == "text")
    browser.driver.switch_to.active_element.send_keys("no and not once ")
    browser.js("arguments[0].value += arguments[1]", browser.one("#text"), SPUN)
    press_until(browser, Keys.TAB, lambda e: e.get_attribute("id") == "read")
    browser.press(Keys.ENTER)
    settled(browser)
    browser.press("n")
    mark = browser.driver.switch_to.active_element
    assert mark.tag_name == "mark"
    assert note(mark).is_displayed()
    while not browser.one("#reject").is_enabled():
        browser.press("n")
    at = note(browser.driver.switch_to.active_element).get_attribute("id")
    browser.press("x")
    browser.wait(lambda: browser.all(".rejected"))
    browser.wait(lambda: browser.driver.switch_to.active_element.tag_name == "mark")
    assert note(browser.driver.switch_to.active_element).get_attribute("id") != at
    browser.js("document.getElementById('text').focus()")
    press_until(browser, Keys.TAB, lambda e: e.get_attribute("data-view") == "both")
    browser.press(Keys.SPACE)
    assert "both" in article(browser).get_attribute("class")
    outline = "return getComputedStyle(arguments[0]).outlineStyle"
    assert browser.js(outline, browser.driver.switch_to.active_element) != "none"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing(browser, url, size, dark):
    browser.open(url, size, dark)
    assert browser.violations() == []
    paste(browser, SPUN)
    drop(browser, **{"bad.pdf": b"%PDF-1 no"})
    browser.press("n")
    for view in ("found", "both", "restored"):
        browser.one(f"[data-view={view}]").click()
        assert browser.violations() == []


@pytest.mark.parametrize("width", [320, 390, 600])
def test_nothing_is_wider_than_the_screen(browser, url, width):
    browser.open(url, (width, 700))
    name = "a-name-without-a-break-" + "w" * 150 + ".txt"
    drop(browser, **{name: SPUN.encode(), "bad-" + name: b"\0\0\0\x01"})
    wide = """return Array.from(document.querySelectorAll('body *')).filter(
        e => e.getBoundingClientRect().right > arguments[0] + 1 && !e.closest('.unseen')
    ).map(e => e.outerHTML.slice(0, 90))"""
    assert browser.js(wide, width) == []
    assert browser.js("return document.documentElement.scrollWidth") <= width


def test_hostile_texts_and_names_are_harmless(browser, url):
    bad = "</p></template></script><script>window.ran = 1</script><img src=x onerror='window.ran = 1'>\u202e\x1b[31m"
    browser.open(url)
    paste(browser, f"{bad}\n\n{SPUN}\n\n{bad}" + " word" * 50_000)
    drop(browser, **{f"{bad}.txt": f"{bad} {SPUN}".encode(), f"{bad}.pdf": b"%PDF-none"})
    button(browser, "Pasted text 1").click()
    for view in ("both", "restored", "found"):
        browser.one(f"[data-view={view}]").click()
    browser.all("#queue button.open")[1].click()
    assert browser.js("return window.ran") is None
    assert browser.all("#shown img, #shown script, #queue img, #queue script") == []
    assert len(browser.all("script")) == 2
    assert browser.errors() == []
