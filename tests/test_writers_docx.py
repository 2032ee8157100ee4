import io
import zipfile
from datetime import datetime, timedelta, timezone

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from word_files import add, every, everything, of, parts, plain, replaced, run, saved, settled, w

from detector import Edit, EditAlternative, apply_plan
from detector.cues.substitution import times_likelier
from detector.errors import InputError, PlanError
from detector.readers.docx import open_word
from detector.writers import writer_for
from detector.writers.docx import AUTHOR, write

DATE = datetime(2024, 5, 6, 9, 8, 7, tzinfo=timezone(timedelta(hours=2)))


def edit_of(text, spun, original, gain=2.0, alternatives=()):
    start = text.index(spun)
    return Edit(start, start + len(spun), spun, original, gain, alternatives)


def written(data, *pairs):
    """Return the file with changes tracked, from pairs of spun and original."""
    text = open_word(data).text
    return write(data, text, [edit_of(text, *pair) for pair in pairs], DATE).data


def check(data, plan):
    """Check that all accepted is the restored text and all rejected is the input, to the last format."""
    text = open_word(data).text
    out = write(data, text, plan, DATE)
    made = [e for e in plan if e not in out.left_out]
    restored = apply_plan(text, made)
    assert open_word(out.data).text == restored
    assert open_word(settled(out.data, accept=True)).text == restored
    rejected = plain(settled(out.data, accept=False))
    expected = plain(data)
    added = {"[Content_Types].xml", "word/_rels/document.xml.rels"}  # which name the part of the comments
    if "word/comments.xml" not in expected:
        added.add("word/comments.xml")
    for content in (rejected, expected):
        for name in added:
            content.pop(name, None)
    assert rejected == expected
    return out


@pytest.mark.parametrize("gap", [0, 1, 3])
@pytest.mark.parametrize("words", [1, 2, 3, 5])
def test_accepted_is_the_restored_text_and_rejected_the_input(words, gap):
    data = everything()
    plan = every(open_word(data).text, words, gap)
    assert len(plan) > 3
    out = check(data, plan)
    # Only results of fields have no place.
    assert all(set(e.spun.split()) & {"seven", "Captain"} for e in out.left_out)
    docx.Document(io.BytesIO(out.data))


FORMATS = ["", "<w:b/>", "<w:i/>", '<w:color w:val="FF0000"/>']
PIECES = [
    "calm ",
    "sea",
    " wind and",
    "<w:tab/>",
    "<w:br/>",
    " rain",
    "",
    "<w:softHyphen/>",
    "ship",
    "<w:fldChar/>",
    ".",
]


@settings(deadline=None, max_examples=100)
@given(
    st.lists(
        st.tuples(st.sampled_from(FORMATS), st.lists(st.sampled_from(PIECES), max_size=4)), min_size=1, max_size=6
    ),
    st.lists(st.integers(2, 60), max_size=8, unique=True).map(sorted),
    st.lists(st.sampled_from(["", "storm", "an old storm", "x\ty ", " a b  c d e"]), min_size=4, max_size=4),
    st.sampled_from(["{}", "<w:hyperlink>{}</w:hyperlink>", '<w:ins w:id="5" w:author="Ann">{}</w:ins>']),
)
def test_any_edits_of_any_runs(runs, cuts, originals, wrapper):
    xml = []
    for number, (properties, pieces) in enumerate(runs):
        inner = "".join(p if p.startswith("<") else f'<w:t xml:space="preserve">{p}</w:t>' for p in pieces)
        one = f"<w:r><w:rPr>{properties}</w:rPr>{inner}</w:r>"
        xml.append(wrapper.format(one) if number % 2 else one)
    data = of(run("So") + "".join(xml), run("The end."))
    text = open_word(data).text
    limit = len(text) - len("\n\nThe end.")
    spans = zip(cuts[::2], cuts[1::2], strict=False)
    plan = [Edit(a, b, text[a:b], new, 1.0) for (a, b), new in zip(spans, originals, strict=False) if b <= limit]
    assert not check(data, plan).left_out


def changes(data, name="word/document.xml"):
    """Return the tracked texts of a part: kind, text, and the format of each run."""
    out = []
    for item in parts(data)[name].iter(w("ins"), w("del")):
        if item.get(w("author")) == AUTHOR:
            runs = [
                ("".join(r.itertext()), [p.tag.partition("}")[2] for p in r.iterfind(f"{w('rPr')}/*")])
                for r in item.iter(w("r"))
            ]
            out.append((item.tag.partition("}")[2], runs))
    return out


def test_new_words_take_the_format_of_those_they_replace():
    data = of(run("The boat was ") + run("awfully", "<w:b/>") + run(" late", "<w:i/>") + run(" again."))
    assert changes(written(data, ("was awfully late again", "is very tardy anew"))) == [
        ("del", [("was ", []), ("awfully", ["b"]), (" late", ["i"]), (" again", [])]),
        ("ins", [("is ", []), ("very", ["b"]), (" tardy", ["i"]), (" anew", [])]),
    ]
    assert changes(written(data, ("awfully late", "overdue"))) == [
        ("del", [("awfully", ["b"]), (" late", ["i"])]),
        ("ins", [("overdue", ["b"])]),
    ]


def test_author_and_date_are_named():
    root = parts(written(of(run("calm sea")), ("calm", "quiet")))["word/document.xml"]
    marks = list(root.iter(w("ins"), w("del")))
    assert len(marks) == 2
    assert {(m.get(w("author")), m.get(w("date"))) for m in marks} == {("detector", "2024-05-06T07:08:07Z")}


def test_links_keep_their_own_words():
    data = of(run("See ") + f"<w:hyperlink>{run('the tide tables')}</w:hyperlink>" + run(" now."))
    out = written(data, ("See the tide", "Consult a flood"))
    link = next(parts(out)["word/document.xml"].iter(w("hyperlink")))
    assert "".join(t.text for t in link.iter(w("t"))) == "a flood tables"


def test_marks_of_notes_and_fields_inside_an_edit_stay():
    mark = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    data = of(run("calm") + mark + run(" sea"))
    root = parts(written(data, ("calm sea", "quiet ocean")))["word/document.xml"]
    (reference,) = root.iter(w("footnoteReference"))
    assert reference.getparent().getparent().tag == w("p")


def test_changes_in_anothers_insertion_stand_beside_it():
    data = of(f'<w:ins w:id="1" w:author="Ann">{run("one calm sea")}</w:ins>')
    root = parts(written(data, ("calm", "quiet")))["word/document.xml"]
    (own,) = (i for i in root.iter(w("ins")) if i.get(w("author")) == AUTHOR)
    assert own.getparent().tag == w("p")
    assert ["".join(i.itertext()) for i in root.iter(w("ins"))] == ["one calm", "quiet", " sea"]
    ids = [i.get(w("id")) for i in root.iter() if i.get(w("id"))]
    ranges = [i.get(w("id")) for i in root.iter(w("commentRangeEnd"), w("commentReference"))]
    assert len(set(ids)) == len(ids) - len(ranges)


def comments(data):
    return {c.get(w("id")): c for c in parts(data)["word/comments.xml"]}


def test_comments_give_the_odds_and_the_other_readings():
    text = "In Could the sea is calm."
    edit = edit_of(text, "Could", "May", 3.1, (EditAlternative("March", 1.4), EditAlternative("Can", -0.5)))
    out = write(of(run(text)), text, [edit], DATE).data
    (comment,) = comments(out).values()
    assert "".join(comment.itertext()) == (
        f"“May” is {times_likelier(3.1)} here than “Could”. "
        f"Other readings: “March”, {times_likelier(1.4)}; “Can”, {times_likelier(-0.5)}."
    )
    assert (comment.get(w("author")), comment.get(w("date"))) == ("detector", "2024-05-06T07:08:07Z")


def test_a_file_without_comments_gets_a_part_for_them():
    document = docx.Document()
    add(document, run("calm sea"))
    for data in (saved(document), of(run("calm sea"))):  # with other parts and without any
        (comment,) = docx.Document(io.BytesIO(written(data, ("calm", "quiet")))).comments
        assert comment.text == "“quiet” is about 100 times likelier here than “calm”."


def test_comments_of_others_stay_and_ids_are_unique():
    data = everything()
    plan = every(open_word(data).text)
    out = write(data, open_word(data).text, plan, DATE)
    found = parts(out.data)["word/comments.xml"]
    assert [c.get(w("author")) for c in found] == ["Ann"] + ["detector"] * (len(plan) - len(out.left_out))
    numbers = [c.get(w("id")) for c in found]
    assert len(set(numbers)) == len(numbers)
    # In the order of their edits, each with one range and one mark, all in the body.
    document = parts(out.data)["word/document.xml"]
    for name in ("commentRangeStart", "commentRangeEnd", "commentReference"):
        assert sorted(e.get(w("id")) for e in document.iter(w(name))) == sorted(numbers)
    others = [root for name, root in parts(out.data).items() if name != "word/document.xml"]
    assert not any(list(root.iter(w("commentReference"))) for root in others)


@pytest.mark.parametrize(
    ("spun", "place", "beside"),
    [
        ("parrot", "footnote", "footnoteReference"),
        ("herrings", "endnote", "endnoteReference"),
        ("boxed", "text box", "drawing"),
        ("journal", "header", None),
        ("quay", "footer", None),
    ],
)
def test_comments_on_text_outside_the_body_stand_at_its_reference(spun, place, beside):
    out = written(everything(), (spun, "toucan"))
    last = list(comments(out).values())[-1]
    assert "".join(last.itertext()).startswith(f"In the {place}, for “{spun}”: “toucan” is about")
    document = parts(out)["word/document.xml"]
    (start,) = (e for e in document.iter(w("commentRangeStart")) if e.get(w("id")) == last.get(w("id")))
    if beside:
        assert any(e.tag == w(beside) for e in start.getnext().iter())
    else:
        assert start.getparent() is next(document.iter(w("p")))


def test_copies_of_a_text_box_change_alike():
    root = parts(written(everything(), ("boxed", "framed")))["word/document.xml"]
    assert ["".join(b.itertext()) for b in root.iter(w("txbxContent"))] == ["A boxedframed remark on the weather"] * 2


def test_results_of_fields_and_edits_across_paragraphs_are_left_out():
    data = everything()
    text = open_word(data).text
    plan = [
        edit_of(text, "ferries\n\nThe", "ships. The"),
        edit_of(text, "page seven", "page eight"),
        edit_of(text, "of the log", "in a log"),
        edit_of(text, "Captain", "Mate"),
    ]
    out = write(data, text, plan, DATE)
    assert out.left_out == (plan[0], plan[1], plan[3])
    assert open_word(out.data).text == apply_plan(text, [plan[2]])


def test_parts_without_a_change_keep_their_bytes():
    data = everything()
    out = written(data, ("awfully late", "overdue"))
    touched = {"word/document.xml", "word/comments.xml"}
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(io.BytesIO(out)) as after:
        assert before.namelist() == after.namelist()
        for name in set(before.namelist()) - touched:
            assert before.read(name) == after.read(name)


def test_a_file_with_nothing_to_change_keeps_all():
    data = everything()
    out = write(data, open_word(data).text, [])
    assert plain(out.data) == plain(data)


def test_tracked_formats_are_not_copied():
    change = '<w:b/><w:rPrChange w:id="3" w:author="Ann"><w:rPr/></w:rPrChange>'
    root = parts(written(of(run("calm sea", change)), ("calm", "quiet")))["word/document.xml"]
    (inserted,) = root.iter(w("ins"))
    assert [e.tag for e in inserted.iterfind(f".//{w('rPr')}/*")] == [w("b")]


def test_strict_files_stay_strict():
    strict = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
    data = of(run("calm sea"))
    document = etree.tostring(parts(data)["word/document.xml"]).replace(w("")[1:-1].encode(), strict)
    types = etree.tostring(parts(data)["_rels/.rels"]).replace(
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument",
        b"http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument",
    )
    data = replaced(replaced(data, "word/document.xml", document), "_rels/.rels", types)
    out = parts(written(data, ("calm", "quiet")))
    assert out["word/comments.xml"].tag == f"{{{strict.decode()}}}comments"
    (relationship,) = (r for r in out["word/_rels/document.xml.rels"] if r.get("Type").endswith("/comments"))
    assert relationship.get("Type") == "http://purl.oclc.org/ooxml/officeDocument/relationships/comments"


def test_a_plan_for_another_text_is_refused():
    data = of(run("calm sea"))
    with pytest.raises(PlanError, match="read from this file"):
        write(data, "quiet sea", [])
    with pytest.raises(PlanError, match="expects"):
        write(data, "calm sea", [Edit(0, 4, "loud", "x", 1.0)])


def test_damaged_files_are_reported():
    with pytest.raises(InputError, match="Word file"):
        write(b"PK\x03\x04 and no more", "", [])
    # A picture that no reader of the text looks at.
    out = io.BytesIO(of(run("calm sea")))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("word/media/image1.png", b"pixels of a calm sea")
    data = out.getvalue().replace(b"pixels", b"pixies")
    assert open_word(data).text == "calm sea"
    with pytest.raises(InputError, match="Word file"):
        write(data, "calm sea", [Edit(0, 4, "calm", "quiet", 1.0)])


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_parts_with_one_name_the_one_that_is_read_is_written():
    out = io.BytesIO(of(run("loud gull")))
    document = zipfile.ZipFile(io.BytesIO(of(run("calm sea")))).read("word/document.xml")
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("word/document.xml", document)
    changed = written(out.getvalue(), ("calm", "quiet"))
    assert open_word(changed).text == "quiet sea"
    assert zipfile.ZipFile(io.BytesIO(changed)).namelist().count("word/document.xml") == 1


def test_characters_that_xml_lacks_are_written_as_their_replacement():
    assert open_word(written(of(run("calm sea")), ("calm", "qui\x0bet"))).text == "qui\ufffdet sea"


def test_the_writer_is_found_by_name_and_suffix():
    writer = writer_for("docx")
    assert writer is writer_for(".DOCX")
    document = docx.Document()
    add(document, run("calm sea"))
    out = writer.write(saved(document), "calm sea", [Edit(0, 4, "calm", "quiet", 1.0)])
    assert open_word(out.data).text == "quiet sea"
