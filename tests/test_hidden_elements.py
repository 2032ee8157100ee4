"""Records that are the source of a page are judged by what a reader of the page sees."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector import detect
from detector.text.hidden_elements import hidden_spans
from detector.text.normalization import normalize
from detector.text.prose import blanked, is_prose, omitted_spans

BEFORE = "The harbour master wrote to us in March, and we answered him by return of post."
AFTER = "Nobody in the village knew who had paid for the new bell, nor did they ask."
UNSEEN = "You will need a newer browser to see the boats that come into the harbour on this page."

HIDDEN = {
    "script": "<script>\nvar seen = 0;\nif (seen < 1 && rows.length > 2) { seen += 1; }\n</script>",
    "script on a line": "<script>(function(w,d){w.q=d.title;})(window,document)</script>",
    "script with data": f'<script type="application/ld+json">{{"@type": "Article", "body": "{UNSEEN}"}}</script>',
    "script that writes": f'<script>\ndocument.write("<p>{UNSEEN}</p>");\n</script>',
    "marked script": "<script>//<![CDATA[\nvar a = 1;\n//]]></script>",
    "style": '<style media="screen">p > a { color: red; }</style>',
    "noscript": f"<noscript>{UNSEEN}</noscript>",
    "capitals": f"<NoScript>{UNSEEN}</NOSCRIPT>",
    "template": f'<template id="row"><p>{UNSEEN}</p></template>',
    "drawing": f'<svg viewBox="0 0 9 9"><title>{UNSEEN}</title><path d="M0 0L9 9"/></svg>',
    "field": f'<textarea name="answer">{UNSEEN}</textarea>',
    "choice": f'<select name="day"><option>Monday</option><option value="2">{UNSEEN}</option></select>',
    "frame": f'<iframe src="https://example.org/" title="a map">{UNSEEN}</iframe>',
    "film": f"<video controls src='a.mp4' title='a > b'>{UNSEEN}</video>",
    "comment": f"<!-- {UNSEEN} -->",
    "comment that ends as browsers allow": f"<!-- {UNSEEN} --!>",
    "script with attributes at its end": "<script>var a = 1;</script x>",
    "conditional comment": f"<!--[if lt IE 9]><p>{UNSEEN}</p><![endif]-->",
    "two": f"<noscript>{UNSEEN}</noscript><noscript>{UNSEEN}</noscript>",
}


def seen(text):
    view = normalize(text).text
    return blanked(view, omitted_spans(view))


@pytest.mark.parametrize("element", HIDDEN.values(), ids=HIDDEN)
@pytest.mark.parametrize("page", ["<p>{}</p>{}<p>{}</p>", "{}\n\n{}\n\n{}", "<div>{}<br>\n{}<br>{}</div>"])
def test_what_a_page_does_not_show_is_left_out_and_its_words_are_counted(element, page):
    text = page.format(BEFORE, element, AFTER)
    assert seen(text).split() == f"{BEFORE} {AFTER}".split()
    report = detect(text)
    assert report.n_words == detect(f"{BEFORE}\n\n{AFTER}").n_words
    assert report.omitted_words > 0 or "<!--" in element
    for omission in report.omitted:
        assert not set(text[omission.start : omission.end]) & {"H", "N"} or omission.reason in ("markup", "comment")


@pytest.mark.parametrize("name", ["script", "style"])
def test_a_script_that_the_record_cuts_off_reaches_to_the_end(name):
    text = f"<p>{BEFORE}</p><{name}>\n.row {{ color: red; }}\nvar a = 1;\n"
    assert seen(text).split() == BEFORE.split()


@pytest.mark.parametrize(
    "text",
    [
        f"{BEFORE}\n\nThe <script> tag comes first. {UNSEEN} It ends with </script>, as all tags do. {AFTER}",
        f"{BEFORE}\n\n<script> and <style> are read first. {UNSEEN} Then comes </script>. {AFTER}",
        f"{BEFORE}\n\n<style>\n{UNSEEN} {AFTER}",
        f"{BEFORE}\n\n<noscript> {AFTER}",
        f"{BEFORE}\n\nWe write <!-- at the beginning of a note. {AFTER}",
        f"{BEFORE}\n\nA page ends with </script> and </svg> if it has one. {AFTER}",
        f"{BEFORE}\n\nThe <input> element and the <meta> element have no end. {AFTER}",
        f"{BEFORE}\n\nWrite <your-name> and <file-name> there. {AFTER}",
        f"{BEFORE}\n\n<!--> {UNSEEN} --> {AFTER}",
        f"{BEFORE}\n\nWe know that a <b and c> d, and that a[b[0]]> 1. {AFTER}",
    ],
)
def test_a_text_that_names_elements_stays_whole(text):
    assert seen(text) == text


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (f"<![CDATA[{BEFORE}]]>", BEFORE),
        (f'<!DOCTYPE html>\n<?xml version="1.0"?>\n{BEFORE}', BEFORE),
        (f'<link rel="next" href="2.html"><meta charset="utf-8" />{BEFORE}', BEFORE),
        (f'<input type="text" disabled>{BEFORE}', BEFORE),
        (f"<p class=MsoNormal>{BEFORE}<o:p></o:p></p>", BEFORE),
        (f"<amp-story>{BEFORE}</amp-story>", BEFORE),
        (f'<img src="a.png" alt="a > b" hidden>{BEFORE}', BEFORE),
        (f"<![if !IE]>{BEFORE}<![endif]>", BEFORE),
        (f"<title>Ferry late</title>{BEFORE}", f"Ferry late {BEFORE}"),
    ],
)
def test_tags_of_pages_vanish(source, shown):
    assert seen(source).split() == shown.split()


_PIECES = st.sampled_from(
    [
        *("<script>", "</script>", "<script a='", "<svg/>", "<svg>", "</svg>", "<!--", "-->", "<p>", "<noscript x=1>"),
        *(
            "</noscript>",
            "\n",
            "\n\n",
            " and the ",
            "var a = 1;",
            "It was late, and we all went to the pier. ",
            "<",
            "'",
        ),
    ]
)


@given(st.lists(_PIECES, max_size=40).map("".join))
@settings(deadline=None)
def test_spans_are_sorted_disjoint_and_inside(text):
    end = 0
    for start, stop, _ in omitted_spans(text):
        assert end <= start < stop <= len(text)
        end = stop


def test_evidence_stays_where_it_stands_in_the_page():
    page = f"<html><head>{HIDDEN['style']}</head><body><p>{BEFORE}</p>{HIDDEN['two']}<p>{AFTER}</p></body></html>"
    report = detect(page)
    assert all(page[e.start : e.end] == e.surface for e in report.evidence)
    (passage,) = report.passages
    assert page[passage.start : passage.end].startswith(BEFORE[:20])
    assert page[passage.start : passage.end].endswith(AFTER[-20:])
    assert is_prose(BEFORE)


@pytest.mark.parametrize("end", ["</script>", ""])
def test_prose_after_many_tags_is_read_once(end):
    read = []

    def is_prose(content):
        read.append(len(content))
        return True

    text = f"They wrote <script> {BEFORE} " * 200 + end
    assert hidden_spans(text, is_prose) == []
    assert sum(read) <= len(text)
