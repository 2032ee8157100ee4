import builtins
import io
import os
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pdf_files import page_of_lines

from detector import detect
from detector.errors import InputError
from detector.readers import decode, iter_paths, kind_suffix, parse_document, read_document

PROSE = "The ferry was late again, and most of the passengers sat down on their bags."


def masked(source):
    """Return a Markdown file as it is judged: all that is not prose is spaces."""
    return parse_document(Path("a.md"), source.encode(), ".md").judged_text


@pytest.mark.parametrize(
    ("source", "gone", "stays"),
    [
        ("Run `rm -rf x` now.", "rm -rf", "now"),
        ("---\ntitle: Front\n---\nBody text.", "Front", "Body text."),
        ("Before\n\n```py\ncode = 1\n```\nafter", "code", "after"),
        ("See [the harbour](http://x.org/a(b)) there.", "x.org", "the harbour"),
        ("One <!-- hidden --> two", "hidden", "two"),
        ("A <b class='x'>bold</b> word", "class", "bold"),
        ("Text\r\n\r\n    indented code\r\n\r\nmore", "indented", "more"),
        ("[ref]: http://example.org/x\n\nWords", "example", "Words"),
    ],
)
def test_markdown_masks_all_but_prose_in_place(source, gone, stays):
    out = masked(source)
    assert len(out) == len(source)
    assert [i for i, c in enumerate(out) if c in "\r\n"] == [i for i, c in enumerate(source) if c in "\r\n"]
    assert gone not in out
    assert out.index(stays) == source.index(stays)


def test_markdown_offsets_point_into_the_file(tmp_path):
    path = tmp_path / "a.md"
    path.write_bytes(f"\ufeff# Head\r\n\r\n`x` {PROSE}\r\n".encode())
    document = read_document(path)
    assert document.judged.index(PROSE) == document.text.index(PROSE)
    assert "`x`" not in document.judged


@pytest.mark.parametrize(
    "source",
    [
        "A lone ` tick.\n\nThe mayor came by ferry.\n\nAnother ` tick.",
        "Quoted ``like this'' the mayor came by ferry.",
        "An open <!-- comment. The mayor came by ferry.",
        "A\x0cform feed\n\n```\ncode\n```\n\nThe mayor came by ferry.",
        "Two < three. The mayor came by ferry. Four > two.",
    ],
)
def test_markdown_leaves_prose_that_only_looks_marked_up(source):
    start = source.lower().index("the mayor came by ferry.")
    assert masked(source)[start : start + 24] == source[start : start + 24]
    assert "code" not in masked(source)


@given(st.text(alphabet="ab `~<>!-[]():*_#\n\r\t\x0c\u2028|+= ", max_size=80))
def test_markdown_keeps_length_and_lines(source):
    out = masked(source)
    assert len(out) == len(source)
    assert all(a == b or (b == " " and a not in "\r\n") for a, b in zip(source, out, strict=True))


def test_markdown_of_nothing_but_ticks_is_read_at_once():
    # Searching each end anew took minutes here.
    source = "".join("`" * n + " " for n in range(1, 600))
    assert masked(source) == source


def test_a_region_of_a_page_that_is_switched_off_is_not_read(tmp_path):
    path = tmp_path / "a.html"
    body = "".join(f"<p>{PROSE} Number {i} of them found a fiddle.</p>" for i in range(6))
    off = "<!-- detector: off --><p>The gangway was painted green on Monday morning.</p><!-- detector: on -->"
    path.write_text(f"<html><body><article>{body}{off}{body}</article></body></html>", encoding="utf-8")
    assert "gangway" in read_document(path).text  # a stranger's page cannot switch us off
    document = read_document(path, regions=True)
    assert "gangway" not in document.text
    assert document.omitted_words == document.cut_words == 8


def test_html_gives_the_article(tmp_path):
    path = tmp_path / "a.html"
    body = "".join(f"<p>{PROSE} Number {i} of them found a fiddle.</p>" for i in range(6))
    path.write_text(f"<html><body><nav>Menu Home About</nav><article>{body}</article></body></html>", encoding="utf-8")
    document = read_document(path)
    assert document.extracted
    assert PROSE in document.text
    assert "Menu" not in document.text


def test_html_blocks_are_paragraphs_of_their_own(tmp_path):
    path = tmp_path / "a.html"
    table = "".join(f"<tr><td>{ship}</td><td>{tons}</td></tr>" for ship, tons in (("Ship", "Tons"), ("Marlow", "310")))
    blocks = (
        f"<h2>the harbour in May</h2><p>{PROSE}</p><ul><li>ropes</li><li>nets</li></ul>"
        f"<table>{table}</table><p>one line<br>another line</p>"
        f"<blockquote><p>{PROSE}</p><p>so they said.</p></blockquote>"
    )
    path.write_text(f"<html><body><article>{blocks}</article></body></html>", encoding="utf-8")
    document = read_document(path)
    cells = ["Ship", "Tons", "Marlow", "310"]
    expected = [
        "the harbour in May",
        PROSE,
        "- ropes",
        "- nets",
        *cells,
        "one line\nanother line",
        PROSE,
        "so they said.",
    ]
    assert document.text.split("\n\n") == expected
    ((start, end, reason),) = document.omitted
    assert (document.text[start:end].split("\n\n"), reason) == (cells, "table")
    assert document.omitted_words == 4


def test_a_page_without_text_says_so(tmp_path):
    path = tmp_path / "empty.html"
    path.write_text("<html></html>", encoding="utf-8")
    with pytest.raises(InputError, match="no article text"):
        read_document(path)


def test_word_paragraphs(tmp_path):
    import docx

    path = tmp_path / "a.docx"
    made = docx.Document()
    made.add_paragraph(PROSE)
    made.add_paragraph("Second.")
    made.save(str(path))
    assert read_document(path).text == f"{PROSE}\n\nSecond."


def test_word_tables_are_read_in_their_place(tmp_path):
    import docx

    made = docx.Document()
    made.add_paragraph("Before.")
    table = made.add_table(2, 2)
    for number, cell in enumerate(table._cells):
        cell.text = f"Cell {number}."
    table.cell(0, 0).merge(table.cell(0, 1))
    made.add_paragraph("After.")
    made.save(str(tmp_path / "a.docx"))
    parts = read_document(tmp_path / "a.docx").text.split("\n\n")
    assert parts == ["Before.", "Cell 0.", "Cell 1.", "Cell 2.", "Cell 3.", "After."]


@pytest.mark.parametrize("suffix", ["txt", "md", "html", "pdf", "docx"])
def test_an_empty_file_of_any_kind_is_not_an_error(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(b"")
    assert read_document(path).text == ""


def _damaged(kind):
    """Yield files of a kind with something wrong in many places."""
    import docx

    if kind == "pdf":
        good = page_of_lines(["A line of text."])
    else:
        out = io.BytesIO()
        made = docx.Document()
        made.add_paragraph(PROSE)
        made.save(out)
        good = out.getvalue()
    for at in range(0, len(good), max(1, len(good) // 40)):
        yield good[:at]
        yield good[:at] + b"\xff<<" + good[at + 3 :]
    if kind == "docx":
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(good)) as archive, zipfile.ZipFile(out, "w") as broken:
            for name in archive.namelist():
                broken.writestr(name, b"<w:document" if name == "word/document.xml" else archive.read(name))
        yield out.getvalue()


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_damaged_files_are_read_or_give_one_error(tmp_path, kind, capfd, caplog):
    path = tmp_path / f"a.{kind}"
    told = 0
    for data in _damaged(kind):
        path.write_bytes(data)
        try:
            read_document(path)
        except InputError:
            told += 1
    assert told > 10
    assert capfd.readouterr() == ("", "")
    assert not caplog.records


@pytest.mark.parametrize("suffix", ["pdf", "docx"])
def test_broken_files_are_errors_in_words(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(b"this is not such a file")
    with pytest.raises(InputError, match="can be read"):
        read_document(path)
    with zipfile.ZipFile(tmp_path / "z.docx", "w") as archive:
        archive.writestr("x", "y")
    with pytest.raises(InputError, match="Word"):
        read_document(tmp_path / "z.docx")


@pytest.mark.parametrize(("suffix", "module"), [("html", "trafilatura"), ("pdf", "pypdfium2"), ("docx", "lxml")])
def test_a_missing_extra_says_which_install_mends_it(tmp_path, monkeypatch, suffix, module):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.split(".")[0] == module:
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(b"x")
    with pytest.raises(InputError, match=rf"pip install {module}"):
        read_document(path)


def test_encodings():
    assert decode("café “x”".encode("cp1252")) == "café “x”"
    assert decode("naïve".encode("utf-16")) == "naïve"
    assert decode("\ufeffx".encode()) == "\ufeffx"
    with pytest.raises(InputError, match="not text"):
        decode(bytes(range(256)) * 4)


def test_folders_are_walked_in_order_and_hidden_files_left(tmp_path):
    for name in ("b.txt", "a.md", ".hidden.txt", "c.bin", "sub/d.html"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x", encoding="utf-8")
    found = [p.relative_to(tmp_path).as_posix() for p in iter_paths([str(tmp_path)])]
    assert found == ["a.md", "b.txt", "sub/d.html"]
    assert list(iter_paths([str(tmp_path / "gone.txt")])) == [Path(tmp_path / "gone.txt")]


posix = pytest.mark.skipif(os.name == "nt", reason="needs pipes, devices and links of POSIX")


@posix
def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.txt")
    with pytest.raises(InputError, match="not a regular file"):
        read_document(tmp_path / "a.txt")


@posix
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/tty", "/dev"])
def test_a_device_is_refused_and_not_read_for_ever(device):
    with pytest.raises(InputError):
        read_document(Path(device))


@posix
def test_a_link_to_a_device_is_refused(tmp_path):
    (tmp_path / "a.txt").symlink_to("/dev/zero")
    with pytest.raises(InputError, match="not a regular file"):
        read_document(tmp_path / "a.txt")


@posix
def test_folders_are_searched_for_regular_files_alone(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "zero.txt").symlink_to("/dev/zero")
    (tmp_path / "nowhere.txt").symlink_to("nothing.txt")
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "circle").symlink_to(tmp_path)
    (tmp_path / "b.txt").write_text(PROSE)
    (tmp_path / "link.txt").symlink_to("b.txt")
    assert [p.name for p in iter_paths([str(tmp_path)])] == ["b.txt", "link.txt"]


@posix
def test_a_pattern_does_not_follow_links_to_folders_without_end(tmp_path):
    (tmp_path / "in" / "deep").mkdir(parents=True)
    for name in ("a.txt", "deep/b.txt", ".hidden.txt"):
        (tmp_path / "in" / name).write_text(PROSE)
    for name in ("up", "again"):
        (tmp_path / "in" / name).symlink_to(".")
    (tmp_path / "link").symlink_to("in")
    for pattern, names in (
        ("in/**/*.txt", ["a.txt", "b.txt"]),
        ("link/**", ["a.txt", "b.txt"]),
        ("**/b.txt", ["b.txt"]),
    ):
        assert [path.name for path in iter_paths([str(tmp_path / pattern)])] == names


@posix
def test_a_folder_that_may_not_be_listed_is_told():
    with tempfile.TemporaryDirectory() as folder:  # which another user can reach, unlike pytest's own
        os.chmod(folder, 0o755)
        Path(folder, "closed").mkdir(mode=0)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                if os.getuid() == 0:  # who may read everywhere
                    os.setuid(65534)
                (path,) = iter_paths([folder])
                read_document(path)
            except InputError as error:
                code = 0 if "permission" in str(error) and path == Path(folder, "closed") else 2
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@posix
def test_a_file_name_that_is_not_utf_8_is_read(tmp_path):
    name = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    with open(name, "wb") as file:
        file.write(PROSE.encode())
    (path,) = iter_paths([str(tmp_path)])
    document = read_document(path)
    assert document.text == PROSE
    assert os.fsencode(document.path) == name


@pytest.mark.parametrize("name", ["a\0.txt", "a" * 5_000, "", "."])
def test_an_impossible_name_is_one_error(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError):
        read_document(Path(name))


@posix
def test_a_working_folder_that_is_gone_is_one_error(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(InputError, match="no such file"):
        read_document(Path("a.txt"))
    (tmp_path / "a.txt").write_text(PROSE)
    assert read_document(tmp_path / "a.txt").text == PROSE


def test_a_file_that_is_too_large_is_refused(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("a" * 1_001)
    with pytest.raises(InputError, match=r"larger than 1,000 bytes, the most that is read"):
        read_document(path, max_bytes=1_000)
    assert len(read_document(path, max_bytes=1_001).text) == 1_001


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-32", "utf-8-sig", "cp1252"])
def test_encodings_are_found(encoding):
    text = f"{PROSE} It cost £3, said Zoë."
    assert decode(text.encode(encoding)).removeprefix("\ufeff") == text


@pytest.mark.parametrize(
    "data", [b"a\0b\0c", b"\0" * 100, b"\0a" * 50 + b"\0", bytes(range(256)) * 4, b"\xff\xfea", b"\xff\xfe\0\xd8"]
)
def test_bytes_that_are_not_text_are_refused(data):
    with pytest.raises(InputError, match="not text"):
        decode(data)


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\r\n", b"\xef\xbb\xbf \n"])
def test_kinds_are_recognised_behind_a_byte_order_mark_and_blank_lines(before):
    with pytest.raises(InputError, match="Rich Text"):
        decode(before + b"{\\rtf1 The mayor came by ferry.}")
    assert kind_suffix("", before + b"%PDF-1.7") == ".pdf"
    assert kind_suffix("", before + b"<HTML>") == ".html"


SPUN = "The aggressor flew over the settlement, and the greater part of the inhabitants took their seats on the floor."


@pytest.mark.parametrize(
    "source",
    [
        "```\n{}\n```",
        "```text\n{}\n\n{}\n```",
        "~~~\n{}",
        "    {}",
        "---\ntitle: x\nabout: {}\n---\n\nEnd.",
        "---\n\n{}\n\n---\n\nEnd.",
        "<div>\n{}\n</div>",
        "<!-- detector: off -->\n\n{}\n",
        "An open <!-- comment.\n\n{}\n\nAnd its --> end.",
        "[a]: {}",
        "[a]({})",
        "`{}`",
        "<x {}>",
        "<script-x>\n{}\n</script-x>",
        "<style-guide>\n{}\n</style-guide>",
        "<script></script> {}",
        "<style></style x> {}",
        "<!--> {} -->",
        "<!-- a --!> {} -->",
    ],
)
def test_markup_hides_no_prose(tmp_path, source):
    path = tmp_path / "a.md"
    path.write_text(source.replace("{}", SPUN))
    document = read_document(path)
    assert SPUN in document.judged_text
    assert "detector" in document.judged_text or document.omitted_words <= 3


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("```\n{}\n```\n\nEnd.", "code"),
        ("---\nabout: {}\n---\n\nEnd.", "front_matter"),
        ("One. <!-- detector: off --> {} <!-- detector: on --> End.", "region"),
        ("<!-- detector: off -->\n\n{}\n", "region"),
    ],
)
def test_marks_are_obeyed_if_that_is_asked_for_and_counted(tmp_path, source, reason):
    path = tmp_path / "a.md"
    path.write_text(source.replace("{}", SPUN))
    document = read_document(path, regions=True)
    assert "aggressor" not in document.judged_text
    assert reason in {r for *_, r in document.omitted}
    assert document.omitted_words >= len(SPUN.split())
    assert len(document.judged_text) == len(document.text)


def test_a_comment_that_code_interrupts_is_none(tmp_path):
    path = tmp_path / "a.md"
    path.write_text("Run <!-- this\n```\nx = f(1)\n```\nor --> that.")
    document = read_document(path)
    assert document.omitted == ((18, 27, "code"),)
    assert "this" in document.judged_text


def test_parts_left_out_of_plain_text_are_reported(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(f"{PROSE}\n\nx = read(1)\nif x == 2:\n    y = x + 1\n\n{PROSE}")
    document = read_document(path)
    report = detect(document.judged_text)
    ((start, end, reason),) = [(o.start, o.end, o.reason) for o in report.omitted]
    assert (document.text[start:end].split()[0], reason) == ("x", "code")
    assert report.omitted_words > 5
    assert report.n_words == 2 * detect(PROSE).n_words


def test_a_region_of_plain_text_is_left_out_if_that_is_asked_for(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(f"{PROSE} <!-- detector: off --> Hidden words.")
    assert "Hidden" in read_document(path).judged_text
    document = read_document(path, regions=True)
    assert document.judged_text.strip() == PROSE
    assert document.omitted == ((len(PROSE) + 1, len(document.text), "region"),)


def test_a_tag_of_many_attributes_is_read(tmp_path):
    path = tmp_path / "a.html"
    body = "".join(f"<p>{PROSE} Number {i} of them found a fiddle.</p>" for i in range(6))
    many = " ".join(f"a{i}='<b>'" for i in range(200_000))
    path.write_text(f"<html><body><article><p {many}>The mayor sang.</p>{body}</article></body></html>")
    assert "Number 5" in read_document(path).text


def test_unclosed_links_inside_each_other_are_read():
    page = f"<html><body>{'<a>' * 50_000}{PROSE}</body></html>"
    assert parse_document(Path("a.html"), page.encode(), ".html").text == PROSE


@pytest.mark.parametrize("tag", ["div", "b", "blockquote", "ul><li", "table><tr><td"])
def test_tags_inside_each_other_beyond_all_measure_are_reported(tag):
    page = f"<html><body>{f'<{tag}>' * 50_000}{PROSE}</body></html>"
    with pytest.raises(InputError, match="no article text found"):
        parse_document(Path("a.html"), page.encode(), ".html")


def test_a_pile_of_marks_in_a_page_is_read(tmp_path):
    path = tmp_path / "a.html"
    body = "".join(f"<p>{PROSE} Number {i} of them found a fiddle.</p>" for i in range(6))
    path.write_text(
        f"<html><body><article><p>Zo\u0308e {'x' + chr(0x300) * 200_000} sang.</p>{body}</article></body></html>"
    )
    text = read_document(path).text
    assert "Number 5" in text
    assert text.count("\u0300") < 40


def test_a_word_file_that_unpacks_to_too_much_is_refused(tmp_path):
    import docx

    made = io.BytesIO()
    docx.Document().save(made)
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("word/big.xml", "w") as part:
        for _ in range(1_001):
            part.write(bytes(1_000_000))
    (tmp_path / "a.docx").write_bytes(made.getvalue())
    with pytest.raises(InputError, match="bytes unpacked, at most"):
        read_document(tmp_path / "a.docx")
