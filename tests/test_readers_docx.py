import io
import zipfile

import pytest
from word_files import NAMESPACES, W, everything, field, of, parts, replaced, run

from detector.errors import InputError
from detector.readers.docx import open_word


def text_of(*paragraphs):
    return open_word(of(*paragraphs)).text


def test_text_is_read_from_every_place():
    word = open_word(everything())
    assert word.text.split("\n\n") == [
        "On the patience of ferries",
        "The boat was awfully late again.",
        "First the mooring lines are checked",
        "Then a bell is rung",
        "Ship name",
        "Crew size",
        "Heron",
        "eleven sailors",
        "three of whom snore",
        "Table 1: ships of the bay",
        "Consult the tide tables before leaving.",
        "Gulls are loud and greedy.",
        "Was perhaps rather empty.",
        "Tab\there\nnew line-sand \ufffcharbour",
        "See page seven of the log Captain in Bergen at noon",
        "Beside this a box is drawn.",
        "A boxed remark on the weather",
        "An odd remark stands here.",
        " Louder than any parrot",
        "Greed was measured in herrings.",
        "A journal of slow harbours",
        "Printed on the quay, page ",
    ]
    places = [p.place for p in word.paragraphs]
    assert places == ["body"] * 16 + ["text box", "body", "footnote", "endnote", "header", "footer"]


def test_each_character_is_that_of_its_element():
    word = open_word(everything())
    for paragraph in word.paragraphs:
        end = paragraph.start
        for piece in paragraph.pieces:
            assert piece.start == end
            end = piece.end
            if piece.element.tag == f"{{{W}}}t":
                assert (piece.element.text or "") == word.text[piece.start : piece.end]
        assert word.text[end : end + 2] in ("\n\n", "")


BEGIN, END = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))


@pytest.mark.parametrize(
    ("paragraphs", "text"),
    [
        # A break of the page parts words as one of the line does.
        ([run("calm") + '<w:r><w:br w:type="page"/></w:r>' + run("sea")], "calm\nsea"),
        # Deleted paragraph marks join; text that moved away is gone, text that moved here is there.
        (["<w:pPr><w:rPr><w:del/></w:rPr></w:pPr>" + run("calm "), run("sea"), run("wind")], "calm sea\n\nwind"),
        ([f"<w:moveFrom>{run('calm ')}</w:moveFrom>{run('sea')}<w:moveTo>{run(' wind')}</w:moveTo>"], "sea wind"),
        # Only the outer field's result is on the page.
        (
            [field("IF 1 = " + "</w:instrText></w:r>" + field("X", run("inner")) + "<w:r><w:instrText>", run("outer"))],
            "outer",
        ),
        # A field that never ends hides nothing.
        ([BEGIN + run("calm"), run("sea")], "calm\n\nsea"),
        ([BEGIN + BEGIN + run("calm"), run("sea")], "calm\n\nsea"),
        ([f'<w:fldSimple w:instr="X">{BEGIN}{BEGIN}{run("calm")}</w:fldSimple>', run("sea")], "calm\n\nsea"),
        ([BEGIN + BEGIN + END + run("calm"), field("X", run("sea"))], "calm\n\nsea"),
        ([BEGIN + BEGIN + run("calm") + f"<w:del>{END}{END}</w:del>"], "calm"),
        (
            ["<w:r><w:ruby><w:rt>" + run("above") + f"</w:rt><w:rubyBase>{run('base')}</w:rubyBase></w:ruby></w:r>"],
            "base",
        ),
        (["<w:r><w:t>har</w:t><w:softHyphen/><w:lastRenderedPageBreak/><w:t>bour</w:t></w:r>"], "harbour"),
        (["<!-- a comment -->" + run("calm")], "calm"),
        ([run("cal<!-- a comment -->m <?an instruction?>sea")], "calm sea"),
        (["", run(" "), run("calm")], "calm"),
    ],
)
def test_paragraphs(paragraphs, text):
    assert text_of(*paragraphs) == text


def test_notes_are_read_at_their_references():
    # The mark is deleted: so is the note.
    data = everything()
    document = parts(data)["word/document.xml"]
    for mark in document.iter(f"{{{W}}}footnoteReference"):
        mark.tag = f"{{{W}}}t"
    from lxml import etree

    assert "parrot" not in open_word(replaced(data, "word/document.xml", etree.tostring(document))).text


def test_files_of_the_strict_standard_are_read():
    data = of(run("calm sea"))
    strict = (
        zipfile.ZipFile(io.BytesIO(data))
        .read("word/document.xml")
        .replace(W.encode(), b"http://purl.oclc.org/ooxml/wordprocessingml/main")
    )
    assert open_word(replaced(data, "word/document.xml", strict)).text == "calm sea"


@pytest.mark.parametrize(
    "name", ["[Content_Types].xml", "_rels/.rels", "word/document.xml", "word/footnotes.xml", "word/header1.xml"]
)
def test_missing_parts_are_reported(name):
    with pytest.raises(InputError, match="Word file"):
        open_word(replaced(everything(), name, None))


BOMB = b"""<!DOCTYPE w [<!ENTITY a "ferry ferry "><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>"""


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<w:document",
        b"<html/>",
        b"\0" * 100,
        BOMB + f'<w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body></w:document>'.encode(),
        f'<w:document xmlns:w="{W}">'.encode() + b"<w:p>" * 5000 + b"</w:p>" * 5000 + b"</w:document>",
        b" " * 100_000_001,
    ],
    ids=["empty", "cut", "other", "binary", "entities", "deep", "large"],
)
def test_hostile_documents_are_refused(document):
    with pytest.raises(InputError, match="Word file"):
        open_word(replaced(of(run("calm")), "word/document.xml", document))


def test_a_document_inside_the_document_is_not_passed_over_in_silence():
    body = f'<w:document {NAMESPACES}><w:body><w:altChunk r:id="rId5"/></w:body></w:document>'
    with pytest.raises(InputError, match="save it"):
        open_word(replaced(of(run("calm")), "word/document.xml", body.encode()))


def test_archives_that_unpack_to_too_much_are_refused():
    out = io.BytesIO(of(run("calm")))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        for n in range(11):
            archive.writestr(f"word/media/{n}.bmp", b"")
        for info in archive.infolist()[-11:]:
            info.file_size = 100_000_000  # as the directory says; nothing is unpacked to find out
    with pytest.raises(InputError, match="unpacked"):
        open_word(out.getvalue())


def archive_of(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"{\\rtf1 Calm sea.}", "Rich Text file: save it as .docx"),
        (b"\xef\xbb\xbf\r\n{\\rtf1 Calm sea.}", "Rich Text file: save it as .docx"),
        (b"%PDF-1.7", "PDF file: name it .pdf"),
        (b"Calm sea.", "save it as .docx, or name it"),
        (of(run("calm"))[:-30], "damaged, save it again"),
        (archive_of(mimetype="application/vnd.oasis.opendocument.text"), "OpenDocument file: save it as .docx"),
        (archive_of(mimetype="application/epub+zip"), "zip archive: unpack it"),
        (archive_of(a="b"), "zip archive: unpack it"),
        (replaced(of(run("calm")), "word/document.xml", b"<workbook/>"), "save it as .docx"),
    ],
)
def test_files_of_other_kinds_are_told_by_their_kind_with_the_way_out(data, told):
    with pytest.raises(InputError, match="not a Word file") as error:
        open_word(data)
    assert told in str(error.value)


def test_encrypted_files_are_refused():
    with pytest.raises(InputError, match="password"):
        open_word(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600)
