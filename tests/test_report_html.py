"""The HTML page, as a browser reads it: the text as found, the text as restored, and anything that could act."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector import apply_plan, detect, reverse
from detector.readers import InputDocument
from detector.report import html
from detector.report.model import InputFailure, JudgedDocument, ReportRun, restoration_of
from detector.types import Alternative, Damage, Edit, EditAlternative, Evidence, Passage, Report, Restoration

ARTICLES = Path(__file__).resolve().parents[1] / "notebooks" / "articles"
SPUN = (ARTICLES / "harbour-talks-spun.txt").read_text(encoding="utf-8")
TEXT = "The mayor stated that a honest answer would come.\n\nHe visited the quay inside the week, in May."


class Page(HTMLParser):
    """Collects the text of both views, the notes, and every tag."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.notes, self.template = [], [], ""
        self.found = self.restored = ""
        self._open = []
        self.feed(source)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in ("meta", "br", "img", "input"):
            self._open.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        classes = " ".join(a.get("class") or "" for _, a in self._open).split()
        names = [tag for tag, _ in self._open]
        if "template" in names:
            self.template += data
        elif "tip" in classes:
            self.notes.append(data)
        elif "text" in classes and "p" in names:
            if "original" not in classes:
                self.found += data
            # The style sheet hides the wording that was found if its original follows.
            if "found" not in classes or not self._has_original():
                self.restored += data

    def _has_original(self):
        return self._originals.pop(0) if self._originals else False

    def feed(self, source):
        self._originals = [
            "class=original" in m.replace('"', "") for m in re.findall(r'<mark.*?<span class="tip"', source, re.DOTALL)
        ]
        super().feed(source)


def squeezed(text):
    return "".join(text.split())


def finding(surface, *likely, cue="substitution", odds=2.0, text=TEXT, message="Odd."):
    start = text.index(surface)
    alternatives = tuple(Alternative(t, odds) for t in likely)
    return Evidence(start, start + len(surface), surface, cue, odds, alternatives, message)


def edit(spun, original, text=TEXT):
    start = text.index(spun)
    return Edit(start, start + len(spun), spun, original, 1.5)


def page(evidence=(), passages=None, text=TEXT, verdict="spun", path="a.txt", damage=(), min_gain=0.0, **facts):
    passages = (Passage(0, len(text), 0.9, verdict),) if passages is None else passages
    report = Report(
        verdict, 0.97, 0.9, len(text.split()), "en", tuple(passages), tuple(evidence), text, tuple(damage), min_gain
    )
    return html.render(ReportRun((JudgedDocument(InputDocument(path, text), report, **facts),), (), "0", "x"))


def test_the_views_and_the_copy():
    evidence = (finding("stated", "said", "told"), finding("inside", "within"), finding("quay"))
    shown = Page(page(evidence))
    restored = TEXT.replace("stated", "said").replace("inside", "within")
    assert squeezed(shown.found) == squeezed(TEXT)
    assert squeezed(shown.restored) == squeezed(restored)
    assert shown.template == restored
    assert "said, told" in shown.notes
    views = [a["data-view"] for tag, a in shown.tags if tag == "button" and "data-view" in a]
    assert views == ["found", "both", "restored"]


def test_the_edits_are_the_findings_that_gain_enough():
    evidence = (finding("stated", "said", odds=2.0), finding("inside", "within", odds=0.4))
    name = Damage(
        TEXT.index("May."), TEXT.index("May.") + 3, "May", "name_mangling", (Alternative("Mai", 0.6),), "Odd."
    )
    shown = Page(page(evidence, damage=(name,), min_gain=0.5))
    assert shown.template == TEXT.replace("stated", "said").replace("May", "Mai")
    assert shown.template == restoration_of(TEXT, Report("spun", 1, 0, 9, "en", (), evidence, TEXT, (name,), 0.5)).text
    real = detect(SPUN)
    assert restoration_of(SPUN, real).text == reverse(SPUN).text != SPUN


@pytest.mark.parametrize(
    "evidence",
    [
        (finding("a honest", "an honest"), finding("honest", "sincere", odds=1.0)),
        (finding("a honest answer", "a frank reply"), finding("honest", "sincere", odds=3.0)),
        (finding("a honest"), finding("honest answer", odds=3.0)),
        (finding("come.\n\nHe", "came. He"),),
    ],
    ids=["a weaker one inside", "a stronger one inside", "they overlap", "across paragraphs"],
)
def test_findings_that_overlap_are_marked_once_and_nothing_shows_twice(evidence):
    half = TEXT.index("He ")
    passages = (Passage(0, half, 0.95, "spun"), Passage(half, len(TEXT), 0.2, "clean"))
    source = page(evidence, passages)
    shown = Page(source)
    assert squeezed(shown.found) == squeezed(TEXT)
    assert squeezed(shown.restored) == squeezed(shown.template or TEXT)
    names = [a["id"] for _, a in shown.tags if "id" in a]
    assert len(set(names)) == len(names)


@given(st.text(alphabet="ab <>&\"'\n\r\t\u202e\x1b\ufeff{}%é🙂", max_size=60), st.data())
def test_any_text_shows_whole(text, data):
    spans = []
    position = 0
    while position < len(text) and len(spans) < 4:
        start = data.draw(st.integers(position, len(text) - 1))
        end = data.draw(st.integers(start + 1, len(text)))
        spans.append((start, end))
        position = end
    evidence = [Evidence(a, b, text[a:b], "collocation", 0.5) for a, b in spans]
    passages = (Passage(0, len(text), 0.9, "spun"),) if text else ()
    shown = Page(page(evidence, passages, text))
    visible = [c for c in text if not c.isspace() and c != "\ufeff"]
    assert len(squeezed(shown.found)) == len(visible)
    assert not {tag for tag, _ in shown.tags} & {"img", "iframe", "object", "link"}


def test_nothing_of_a_document_can_run_or_load():
    hostile = '</template></script><script>x()</script><img src="//x" onerror=x()> javascript:x() {{ 7 * 7 }} \u202eabc'
    source = page(
        [finding("javascript:x()", "<b>x</b>", text=hostile, message="<i>x</i>")], None, hostile, path=hostile
    )
    shown = Page(source)
    assert sum(tag == "script" for tag, _ in shown.tags) == 1
    assert all(not name.startswith("on") and name != "src" for _, a in shown.tags for name in a)
    assert all(a["href"].startswith("#") for _, a in shown.tags if "href" in a)
    assert "49" not in shown.found
    assert "\u202e" not in re.sub("<template>.*?</template>", "", source, flags=re.DOTALL)
    script = re.search(r"<script>(.*?)</script>", source, re.DOTALL).group(1)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = (a["content"] for tag, a in shown.tags if tag == "meta" and "http-equiv" in a)
    assert "default-src 'none'" in policy
    assert f"script-src 'sha256-{digest}'" in policy


def test_odds_are_shown_only_if_there_are_any():
    weak = Evidence(10, 16, "stated", "substitution", -0.3, (Alternative("said", -0.3),), "“said” fits better.")
    assert not any("likelier" in n for n in Page(page((weak,))).notes)
    assert any("times likelier" in n for n in Page(page((finding("stated", "said"),))).notes)
    plan = (Edit(10, 16, "stated", "said", -0.3),)
    assert "likelier" not in "".join(Page(Restoration("x", plan, TEXT)._repr_html_()).notes)


def test_styles_stay_in_the_fragment():
    report = Report(
        "spun", 0.97, 0.5, 9, "en", (Passage(0, len(TEXT), 0.9, "spun"),), (finding("stated", "said"),), TEXT
    )
    source = report._repr_html_()
    style = re.search(r"<style>(.*?)</style>", source, re.DOTALL).group(1)
    selectors = re.findall(r"(?:^|\})\s*([^{}@]+)\{", re.sub(r"@media[^{]*\{", "}", style))
    assert len(selectors) > 30
    assert all(".detector" in part for selector in selectors for part in re.split(r",(?![^(]*\))", selector))
    assert "<script" not in source
    assert source == report._repr_html_()


def test_a_restoration_shows_the_replaced_wordings():
    plan = (Edit(10, 16, "stated", "said", 2.0, (EditAlternative("told", 0.5),)), edit("inside", "within"))
    restoration = Restoration(apply_plan(TEXT, plan), plan, TEXT)
    shown = Page(restoration._repr_html_())
    assert squeezed(shown.found) == squeezed(restoration.text)
    assert shown.notes[0] == "stated"
    assert "told" in shown.notes[1]


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("spun", "The flag rests on 1 substitution"),
        ("clean", "too weak for a flag: 1 substitution"),
        ("insufficient_text", "too little text"),
        ("unsupported_language", "not English"),
    ],
)
def test_the_summary_gives_the_grounds_of_the_verdict(verdict, said):
    source = page((finding("stated", "said"),), verdict=verdict)
    summary = " ".join(re.findall(r'<p class="(?:answer|summary)[^"]*">(.*?)</p>', source, re.DOTALL))
    assert said in summary
    assert ("“stated” for “said”" in summary) == (verdict == "spun")
    assert ("97.0%" in summary) == (verdict in ("spun", "clean"))


def test_a_wording_less_likely_than_the_text_is_not_a_finding():
    unlikely = finding("stated", "said", odds=-0.4)
    assert "<mark" not in page((unlikely,))
    assert Page(page((unlikely,), min_gain=-1.0)).template == TEXT.replace("stated", "said")


def test_several_documents_have_an_index_with_those_that_were_not_read():
    def document(n, verdict, p):
        return JudgedDocument(
            InputDocument(f"{n}.txt", "Hello."), Report(verdict, p, 0.9, 5, "en", source="Hello."), 0.7
        )

    judged = (document(0, "clean", 0.01), document(1, "clean", 0.8), document(2, "spun", 0.95))
    source = html.render(ReportRun(judged, (InputFailure("gone.txt", "no such file"),), "0", "x"))
    shown = Page(source)
    targets = [a["href"] for tag, a in shown.tags if tag == "a" and a["href"].startswith("#d")]
    assert targets == [f"#{a['id']}" for tag, a in shown.tags if tag == "article"]
    rows = re.findall(r'<tr data-group="(\w+)">(.*?)</tr>', source, re.DOTALL)
    assert [group for group, _ in rows] == ["rest", "doubtful", "flagged", "rest"]
    assert "gone.txt: no such file" in rows[3][1]
    assert source.count('<details class="folded">') == 1  # documents that are not flagged are folded
    assert "Nothing was found" in source


def test_the_index_counts_the_gravest_verdicts_first():
    reports = [Report(v, p, 0.9, 90, "en", source=TEXT) for v, p in (("clean", 0.1), ("spun", 0.95), ("clean", 0.8))]
    judged = tuple(JudgedDocument(InputDocument("a.txt", TEXT), report, 0.7) for report in reports)
    page = html.render(ReportRun(judged, (InputFailure("b.txt", "no such file"),), "0", "x"))
    assert "1 flagged, 1 doubtful, 1 not flagged and 1 not read" in page


def test_the_top_says_how_to_read_it_and_states_the_assumption():
    source = page((finding("stated", "said"),), prior=0.01, sha256="ab" * 32)
    assert source.index("half of all texts are spun") < source.index("<main>")
    assert "A flag is a reason to look, not proof" in source
    assert "if 1% of yours are, it is 24.6%" in source
    assert "ab" * 32 in source
    assert "if 1% are" in page((finding("stated", "said"),))


def test_damage_is_a_remark_of_its_own():
    name = Damage(
        TEXT.index("May."), TEXT.index("May.") + 3, "May", "name_mangling", (Alternative("Mai", -0.6),), "Odd."
    )
    source = page((finding("stated", "said"),), damage=(name,))
    assert "The flag rests on 1 substitution." in source
    assert re.search(r"Is it damaged\?</b> 1 misspelt name\.", source)
    assert "Is it damaged" not in page((finding("stated", "said"),))
    assert Page(source).template == TEXT.replace("stated", "said")  # a wording that is not likelier is not an edit


def test_people_read_flagged_and_doubtful():
    for verdict, facts, reading in (
        ("spun", {}, "Flagged"),
        ("clean", {"doubtful_from": 0.7}, "Doubtful"),
        ("clean", {"doubtful_from": 0.98}, "Not flagged"),
        ("insufficient_text", {}, "No verdict"),
    ):
        source = page((), verdict=verdict, **facts)
        assert f">{reading}</span>" in source
        assert not re.search(r">\s*(?:Spun|Clean)\s*<", source)
