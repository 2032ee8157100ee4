"""The normalised view: repairs, texts that stay as they are, and the way back to the caller's characters."""

import random
import re
import unicodedata
from importlib import resources

import numpy as np
import pytest
import wordfreq
from hypothesis import example, given, settings
from hypothesis import strategies as st

from detector.text.normalization import PASSES, NormalizedText, Replacement, normalize

PLAIN = """Mrs. Harlow's garden ran down to the river, and in spring she'd count 12 swans there. "They were early this \
year," she told the vicar – who hadn't asked. I'm a well-known bore, he thought; the tea cost £3.50 and was cold.

On Monday the council met again, but nothing of what they said about the bridge was new: it would be closed for more \
than a year, or until 1 May 2021. Nobody from our street had been told, and their letters to the mayor (all 40 of \
them) were never answered. A cat sat on a wall. Would you have gone? The photograph of the mill is in his window."""

# name -> (how the text is written, the kind of damage that it proves); the view is the plain text
EVASIONS = {
    "full width": (lambda t: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in t), "styled_letters"),
    "mathematical bold": (lambda t: re.sub("[a-z]", lambda m: chr(0x1D41A + ord(m[0]) - 97), t), "styled_letters"),
    "mathematical script": (lambda t: re.sub("[a-z]", lambda m: chr(0x1D4EA + ord(m[0]) - 97), t), "styled_letters"),
    "circled": (lambda t: re.sub("[b-hj-z]", lambda m: chr(0x24D0 + ord(m[0]) - 97), t), "styled_letters"),
    "spaced letters": (lambda t: re.sub(r"(?<=\w)(?=\w)", " ", t.replace(" ", "   ")), None),
    "no-break spaces as entities": (lambda t: t.replace(" ", "&nbsp;"), None),
    "entities escaped twice": (lambda t: t.replace(" ", "&amp;#160;"), None),
    "numbers for letters": (lambda t: re.sub("[aeiou]", lambda m: f"&#{ord(m[0])};", t), None),
    "bold words": (lambda t: re.sub(r"\w+", lambda m: f"**{m[0]}**", t), None),
    "bold beginnings": (lambda t: re.sub(r"\b([A-Za-z])(?=[a-z])", r"**\1**", t), None),
    "struck words": (lambda t: re.sub(r"[a-z]{3,}", lambda m: f"~~{m[0]}~~", t.replace("'", "’")), None),
    "tags around words": (lambda t: re.sub(r"\w+", lambda m: f'<span class="w">{m[0]}</span>', t), None),
    "comments in words": (lambda t: re.sub(r"(?<=\w\w)(?=\w\w)", "<!-- -->", t), None),
    "zero-width spaces": (lambda t: re.sub(r"(?<=\w\w)(?=\w\w)", "\u200b", t), "invisible"),
    "word joiners": (lambda t: re.sub(r"(?<=\w\w)(?=\w\w)", "\u2060", t), "invisible"),
    "tag characters": (lambda t: re.sub(r"(?<=[a-z])(?=[a-z])", "\U000e0041", t), "invisible"),
    "soft hyphens": (lambda t: re.sub(r"(?<=\w\w)(?=\w\w)", "\u00ad", t), None),
    "dots below": (lambda t: re.sub("[aeiou]", lambda m: m[0] + "\u0323", t), "combining_mark"),
    "composed dots below": (lambda t: t.replace("o", "ọ").replace("e", "ẹ"), "combining_mark"),
    "acute accents": (lambda t: t.replace("a", "á").replace("o", "ó"), "combining_mark"),
    "strokes": (lambda t: re.sub("[a-z]", lambda m: m[0] + "\u0336", t), "combining_mark"),
    "braille blanks": (lambda t: t.replace(" ", "\u2800"), None),
    "ideographic spaces": (lambda t: t.replace(" ", "\u3000"), None),
    "Cyrillic letters": (lambda t: t.translate(str.maketrans("aeopcA", "аеорсА")), "look_alike"),
    "Greek letters": (lambda t: t.translate(str.maketrans("aovAT", "αονΑΤ")), "look_alike"),
    "a line a word": (lambda t: t.replace(" ", "\n"), None),
    "a paragraph a word": (lambda t: re.sub(r"\s+", "\n\n", t), None),
    "broken lines": (lambda t: re.sub(r"\b([a-z]{3})([a-z]{3,})\b", "\\1-\n\\2", t), None),
    "padded marks": (lambda t: re.sub(r"(?<=\w)([.,;:!?])|([.,;:!?])(?=\w)", r" \1\2 ", t), None),
}


@pytest.mark.parametrize("name", EVASIONS)
def test_nobody_escapes_by_a_character(name):
    write, kind = EVASIONS[name]
    written = write(PLAIN)
    view = normalize(written)
    expected = re.sub(r"\s+", " ", PLAIN) if name == "a paragraph a word" else PLAIN
    if name == "struck words":
        expected = expected.replace("'", "’")
    assert written != expected
    assert view.text == expected
    assert {d.kind for d in view.damage} == ({kind} if kind else set())


MENDED = [
    ("Tom &amp; Ann&#8217;s caf&eacute; &ndash; open", "Tom & Ann’s café – open"),
    ("a &#x2014; b &#160b", "a — b \xa0b".replace("\xa0", " ")),
    ("He said itâ€™s dÃ©jÃ\xa0 vu", "He said it’s déjà vu"),
    ("She said it\x92s late", "She said it’s late"),
    ("one<br>two <b>three</b><br/>", "one\ntwo three\n"),
    ("<p>One.</p><p>Two.</p>", "\n\nOne.\n\n\n\nTwo.\n\n"),
    ('see <a href="http://a.example/x?y=1">the page</a> now', "see the page now"),
    ("a *very* old __stone__ and `some code`", "a very old stone and some code"),
    ("_**both**_ and **_both_** and **bold with *it* inside**", "both and both and bold with it inside"),
    ("***both*** and _one\nline further_ on", "both and one\nline further on"),
    ('see [the report](https://a.example/b_(c) "A title") now', "see the report now"),
    ("## A heading\n\nText.", "A heading\n\nText."),
    ("the bridge\u2060—it fell\u2060—was old", "the bridge—it fell—was old"),
    ("\ufeffThe start", "The start"),
    ("and/\u200bor the U.\u200bS. at noon.\u200b Then", "and/or the U.S. at noon. Then"),
    ("the end of it.\u200bThe rest", "the end of it. The rest"),
    ("\u202athe left\u202c one", "the left one"),
    ("10\u00a0km of\u2009road\u2003here", "10 km of road here"),
    ("the ﬁrst oﬃce of Louis Ⅺ", "the first office of Louis XI"),
    ("ＮＡＴＯ in １９４９", "NATO in 1949"),
    ("the 1ˢᵗ of May", "the 1st of May"),
    ("a cafe\u0301 in Mu\u0308nchen", "a café in München"),
    ("the pоlicy of the bоard, а plan", "the policy of the board, a plan"),
    ("αnd the plαn", "and the plan"),
    ("don`t and can´t", "don't and can't"),
    ("C H A P T E R", "CHAPTER"),
    ("Text before.\n\nT H E   E N D\n\nText.", "Text before.\n\nTHE END\n\nText."),
    ("a well-\nknown exam-\n  ple", "a well-known example"),
    ("a part-time job, and a part-\ntime nurse", "a part-time job, and a part-time nurse"),
    ("an exam\u00ad\nple", "an example"),
    ("``Yes,'' he said", '"Yes," he said'),
    (
        "`` I did n't , '' she said -LRB- again -RRB- . It 's true , all 5 % of it .",
        "\"I didn't,\" she said (again). It's true, all 5% of it.",
    ),
]


@pytest.mark.parametrize(("written", "seen"), MENDED)
def test_repairs(written, seen):
    assert normalize(written).text == seen


HONEST = [
    "3 < 5 and 7 > 2, x <b and c> d",
    "vector<int> and Map<String, List<b>> in code",
    "write to <ann@b.example> or <https://a.example>",
    "a_b_c and __init__ and snake_case_name",
    "2*3*4 = 24, 5 * 3 * 2, a**b and 2**3**4",
    "*Terms apply. *Prices vary",
    "f*ck*ng and a**hole",
    "*.py and *.txt, *args, **kwargs",
    "AT&T, R&D; Q&A, &c; a & b; &unknown;",
    "handlers[name](event) and [sic](see above) and note [1][2]",
    "#1 fan of C# and F#",
    "named app-*, in app-*.yaml; an item as _. This _ is",
    "Let (D_(m))_(m > 0) and (E_(m))_(m > 0) be f(x)*g(x)*h",
    "the graph G′r, Hawaiʻi, [bɛʁˈnʊli], 5′ 3″",
    "* an item\n* another item\n- a third",
    "½ cup at 20 °C, m², CO₂, a™, №5, xⁿ, ℝⁿ, the set ℝ",
    "the α-helix, β2, μm, µm, TNFα, IκB, hν, G_(αs), αSyn and γH2AX",
    "10 µM of it in 20 µL, 3 µmol and 5 μm of film".upper(),
    "Москва means Moscow; it's a big city",
    "the Greek word λόγος, the letters α, β and τ",
    "Zoë's naïve façade, Đặng Thị Ngọc, phở, Yıldız and Łódź",
    "“Quoted” – and ‘so’ — on… with £5",
    "a family 👨\u200d👩\u200d👧, a heart ❤\ufe0f, a key 1\ufe0f\u20e3",
    "می\u200cخواهم and क्\u200dष",
    "⠓⠑⠇⠇⠕⠀⠺⠕⠗⠇⠙",
    "A B C D E F\nA C B D A B",
    "a b c d e f g h i j",
    "x + y = z - a * b / c",
    "the options A   B   C   D   E   F",
    "apple\npear\nplum\ncherry\nquince\nmedlar\ndamson\nfig\nmelon\nlemon\nlime\norange\ngrape\nmango\npapaya\nkiwi",
    "One sentence a line.\nThis is another.\nAnd a third one.\n",
    "the pre-\nand post-war years, the 1990-\n1995 period, and A-\nb",
    "Quoi ? Non ! Ceci : cela ; voilà.",
    ".NET and a .com, so . . . then; 5 , 6",
    "x = ''; the '90s, rock 'n' roll",
    "",
    "\n\n\t\r\n",
]


@pytest.mark.parametrize("text", HONEST)
def test_texts_that_stay_as_they_are(text):
    view = normalize(text)
    assert view.text is text
    assert view.source is text
    assert view.damage == ()


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ,.;:?!'()’“”–—éüñç£", max_size=200))
def test_ordinary_characters_are_not_damage(text):
    assert normalize(text).damage == ()


@pytest.mark.parametrize("text", [r[0] for r in MENDED if not re.search("[оαＮ]", r[0])])
def test_honest_writing_is_not_damage(text):
    assert normalize(text).damage == ()


@pytest.mark.parametrize(
    ("word", "kind", "repaired"),
    [
        ("pоlicy", "look_alike", "policy"),
        ("Сommittee", "look_alike", "Committee"),
        ("pοlicy", "look_alike", "policy"),
        ("pol\u200bicy", "invisible", "policy"),
        ("pol\u2060\u200dicy", "invisible", "policy"),
        ("𝗽𝗼𝗹𝗶𝗰𝘆", "styled_letters", "policy"),
        ("ｐｏｌｉｃｙ", "styled_letters", "policy"),
        ("ⓟⓞⓛⓘⓒⓨ", "styled_letters", "policy"),
        ("ᴘᴏʟɪᴄʏ", "styled_letters", "policy"),
        ("well-knоwn", "look_alike", "well-known"),
    ],
)
def test_damage_is_the_whole_word_in_the_source(word, kind, repaired):
    text = f"The **new** {word}&nbsp;stays."
    view = normalize(text)
    assert view.text == f"The new {repaired} stays."
    (damage,) = view.damage
    assert (damage.kind, damage.surface, damage.repaired) == (kind, word, repaired)
    assert text[damage.start : damage.end] == word


def test_a_span_covers_its_source_and_no_mark_around_it():
    text = "a **bo\u200bld** &amp; <b>ﬁne</b> pоint\u2060"
    view = normalize(text)
    assert view.text == "a bold & fine point"
    spans = {w.group(): text[slice(*view.source_span(*w.span()))] for w in re.finditer(r"\S+", view.text)}
    assert spans == {"a": "a", "bold": "bo\u200bld", "&": "&amp;", "fine": "ﬁne", "point": "pоint"}
    assert text[slice(*view.source_span(9, 10))] == text[slice(*view.source_span(10, 11))] == "ﬁ"
    assert view.source_span(0, len(view.text)) == (0, len(text) - 1)


def test_equally_long_words_map_letter_by_letter():
    view = normalize("the ｐｌａｎ and the pоlicy")
    assert view.starts.tolist() == view.ends.tolist() == list(range(len(view.source) + 1))


PIECES = st.one_of(
    st.text(max_size=12),
    st.sampled_from([w for w, _ in MENDED] + HONEST),
    st.sampled_from(
        "&amp; &nbsp; &lt;b&gt; </b> <b> <p> ** * _ __ ` `` '' ~~ [a](b.c) # \ufb01 ａｂｃ 𝐚𝐛𝐜 \u200b \u200d \u00ad "
        "\ufe0f e\u0301 a\u0323 tẹ аnd plαn ο \u2800 \u3000 Ã© â€™ \x92 \x00 \r\n -\n \ud800 🙂 İ Ⅳ -LRB- ⒜ 🅐 ᴀʙ".split(
            " "
        )
    ),
    st.sampled_from([" ", "\n", "  ", "\n\n", ". ", " , "]),
)
ANYTHING = st.lists(PIECES, max_size=12).map("".join)


@settings(deadline=None, max_examples=400)
@example("".join(w for w, _ in MENDED))
@example("\n".join(HONEST))
@given(ANYTHING)
def test_the_map_fits_any_string(text):
    view = normalize(text)
    assert view.source is text
    n = len(view.text)
    for places in (view.starts, view.ends):
        assert places.dtype == np.int32
        assert len(places) == n + 1
        assert (np.diff(places) >= 0).all()
    assert view.starts[-1] == len(text)
    assert view.ends[0] == 0
    assert (view.ends[1:] > view.starts[:-1]).all()  # each character comes from at least one
    assert (view.ends[1:] <= len(text)).all()
    i = np.arange(n)
    starts, ends = view.source_offsets(i, i + 1)
    assert [(int(a), int(b)) for a, b in zip(starts, ends, strict=True)] == [
        view.source_span(k, k + 1) for k in range(n)
    ]
    for k, (a, b) in enumerate(zip(starts, ends, strict=True)):
        if b - a == 1 and view.text[k].isascii() and text[a].isascii() and view.text[k].isalnum():
            assert view.text[k] == text[a]
    for damage in view.damage:
        assert text[damage.start : damage.end] == damage.surface != damage.repaired
    assert [d.start for d in view.damage] == sorted({d.start for d in view.damage})
    if view.text == text:
        assert view.text is text


@settings(deadline=None, max_examples=300)
@given(ANYTHING)
def test_a_second_time_changes_nothing(text):
    once = normalize(text).text
    assert normalize(once).text == once


@given(st.text(max_size=40), st.data())
def test_replacements_compose_as_they_do_on_strings(text, data):
    places = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pairs = [(a, b) for a, b in zip(places[::2], places[1::2], strict=False) if a < b]
    replacements = [Replacement(a, b, data.draw(st.text(max_size=4))) for a, b in pairs]
    view = NormalizedText.of(text).replace(replacements)
    expected, places_of = [], []
    at = 0
    for r in [*replacements, Replacement(len(text), len(text), "")]:
        expected.append(text[at : r.start] + r.text)
        places_of += [(i, i + 1) for i in range(at, r.start)]
        same = len(r.text) == r.end - r.start
        places_of += [(r.start + i, r.start + i + 1) if same else (r.start, r.end) for i in range(len(r.text))]
        at = r.end
    assert view.text == "".join(expected)
    assert list(zip(view.starts[:-1].tolist(), view.ends[1:].tolist(), strict=True)) == places_of


@pytest.mark.parametrize("step", PASSES, ids=lambda p: p.name)
def test_every_pass_has_work_in_these_tests(step):
    texts = (
        [w for w, _ in MENDED] + [write(PLAIN) for write, _ in EVASIONS.values()] + ["the pоlicy", "ɡood рорсоrn", "о"]
    )
    assert any(step.concerns(NormalizedText.of(t)) and step.find(t) for t in texts)


def test_words_of_the_view_are_those_of_the_plain_text():
    rng = random.Random(1)
    disguised = re.sub("[aeo]", lambda m: {"a": "а", "e": "е", "o": "о"}[m[0]] if rng.random() < 0.3 else m[0], PLAIN)
    assert wordfreq.tokenize(normalize(disguised).text, "en") == wordfreq.tokenize(PLAIN, "en")
    assert wordfreq.tokenize(disguised, "en") != wordfreq.tokenize(PLAIN, "en")


UNICODE_TABLE = [
    line.split(" ; ")
    for line in resources.files("detector").joinpath("data/confusables.txt").read_text(encoding="utf-8").splitlines()
    if line[:1] != "#"
]


@pytest.mark.parametrize("latin", "aceopsxyiBEHKMTX")
def test_every_foreign_look_alike_of_unicodes_table_is_seen_through(latin):
    letters = [chr(int(c, 16)) for c, seen, _ in UNICODE_TABLE if chr(int(seen, 16)) == latin]
    foreign = [c for c in letters if not unicodedata.name(c).startswith("LATIN")]
    assert len(foreign) > 1
    for c in foreign:
        text = f"A word such as mad{c}ly stands here."
        view = normalize(text)
        assert view.text == text.replace(c, latin)
        assert [d.surface for d in view.damage] == [f"mad{c}ly"]


@pytest.mark.parametrize(
    "text", ["Γειά σου Κόσμε", "Он сказал: я а не ты", "вот и хорошо, а она со мной", "рост и вес"]
)
def test_other_languages_stay(text):
    assert normalize(f"They said {text} and left.").text == f"They said {text} and left."
    assert normalize(text).text is text


def test_three_marked_function_words_prove_noise_and_two_do_not():
    text = "Wịth the dog and a café, fọr a month, "
    assert normalize(text).text is text
    view = normalize(text + "wịth them frọm here.")
    assert view.text == "With the dog and a café, for a month, with them from here."
    assert [d.repaired for d in view.damage] == ["With", "for", "with", "from"]
