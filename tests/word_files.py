"""Word files for tests: made with python-docx, with XML of our own where it has no call, and read back by rules
written apart from the writer's, as a word processor accepts or rejects changes."""

import io
import re
import zipfile

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from lxml import etree

from detector import Edit, EditAlternative

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
NAMESPACES = (
    f'xmlns:w="{W}" xmlns:mc="{MC}" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
w = f"{{{W}}}".__add__


def element(xml):
    """Return an element from XML that may use the usual prefixes."""
    name, rest = xml[1:].split(None, 1) if " " in xml.split(">")[0] else (xml[1:].split(">")[0].rstrip("/"), None)
    head = f"<{name} {NAMESPACES}"
    return parse_xml(f"{head} {rest}" if rest else xml.replace(f"<{name}", head, 1))


def run(text, properties=""):
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def field(code, result):
    """Return the runs of a field."""
    begin, separate, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end"))
    return f"{begin}<w:r><w:instrText> {code} </w:instrText></w:r>{separate}{result}{end}"


def add(document, inner):
    """Add a paragraph whose content is given as XML."""
    paragraph = element(f"<w:p>{inner}</w:p>")
    document.element.body.insert_element_before(paragraph, "w:sectPr")
    return paragraph


def add_notes(document, kind, notes):
    """Add footnotes or endnotes, by their number."""
    inner = "".join(f'<w:{kind} w:id="{n}"><w:p>{xml}</w:p></w:{kind}>' for n, xml in notes.items())
    separator = f'<w:{kind} w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:{kind}>'
    part = Part(
        PackURI(f"/word/{kind}s.xml"),
        f"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}s+xml",
        f"<w:{kind}s {NAMESPACES}>{separator}{inner}</w:{kind}s>".encode(),
        document.part.package,
    )
    document.part.relate_to(part, getattr(RELATIONSHIP_TYPE, f"{kind.upper()}S"))


def saved(document):
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"


def of(*inner):
    """Return the smallest Word file of paragraphs given as XML."""
    body = "".join(f"<w:p>{xml}</w:p>" for xml in inner)
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{TYPES}"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
            f'relationships+xml"/><Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{RELATIONSHIPS}"><Relationship Id="rId1" '
            f'Type="{RELATIONSHIP_TYPE.OFFICE_DOCUMENT}" Target="word/document.xml"/></Relationships>',
        )
        archive.writestr("word/document.xml", f"<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>")
    return out.getvalue()


def parts(data):
    """Return the roots of a file's XML parts by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {n: etree.fromstring(archive.read(n)) for n in archive.namelist() if n.endswith((".xml", ".rels"))}


def with_parts(data, contents):
    """Return the file with the bytes of some parts replaced by others; without those parts whose bytes are None."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w") as changed:
        for name in archive.namelist():
            content = contents[name] if name in contents else archive.read(name)
            if content is not None:
                changed.writestr(name, content)
    return out.getvalue()


def replaced(data, name, new):
    """Return the file with the bytes of one part replaced; without the part if they are None."""
    return with_parts(data, {name: new})


def _unwrapped(item):
    for child in list(item):
        item.addprevious(child)
    item.getparent().remove(item)


def settled(data, accept, author="detector"):
    """Return the file with one author's changes accepted or rejected, and that author's comments gone."""
    keep, drop = ("ins", "del") if accept else ("del", "ins")
    roots = {name: root for name, root in parts(data).items() if name.startswith("word/")}
    comments = roots.get("word/comments.xml", ())
    own = {c.get(w("id")) for c in comments if c.get(w("author")) == author}
    for root in roots.values():
        for item in list(root.iter(w(drop))):
            if item.get(w("author")) == author:
                item.getparent().remove(item)
        for item in list(root.iter(w(keep))):
            if item.get(w("author")) == author:
                for text in list(item.iter(w("delText"))):
                    text.tag = w("t")
                _unwrapped(item)
        for item in list(root.iter(w("commentRangeStart"), w("commentRangeEnd"), w("commentReference"), w("comment"))):
            if item.get(w("id")) in own:
                gone = item.getparent() if item.tag == w("commentReference") else item
                gone.getparent().remove(gone)
    return with_parts(data, {name: etree.tostring(root) for name, root in roots.items()})


def _text_of(part):
    return etree.tostring(part, with_tail=False)


def _merge(root, name, same):
    for item in list(root.iter(w(name))):
        before = item.getprevious()
        if before is not None and before.tag == item.tag and same(before) == same(item):
            yield before, item


def plain(data):
    """Return the canonical XML of each part, with runs and insertions that differ in nothing joined.

    Two files with the same look the same in every word processor.
    """
    out = {}
    for name, root in parts(data).items():
        for item in root.iter():
            if item.tag == w("t"):
                item.attrib.pop("{http://www.w3.org/XML/1998/namespace}space", None)
        for before, item in _merge(root, "ins", lambda i: (i.get(w("author")), i.get(w("date")))):
            item[0:0] = list(before)
            item.set(w("id"), before.get(w("id")))
            before.getparent().remove(before)
        for before, item in _merge(root, "r", lambda r: b"".join(_text_of(p) for p in r.findall(w("rPr")))):
            content = [c for c in before if c.tag != w("rPr")]
            first = next((i for i, c in enumerate(item) if c.tag == w("rPr")), -1) + 1
            item[first:first] = content
            before.getparent().remove(before)
        for before, item in _merge(root, "t", lambda t: None):
            item.text = (before.text or "") + (item.text or "")
            before.getparent().remove(before)
        out[name] = etree.tostring(root, method="c14n")
    return out


def add_fields_and_boxes(document):
    add(
        document,
        run("See page ")
        + field("PAGE", run("seven"))
        + field('HYPERLINK "https://example.org/log"', run(" of the log"))
        + f'<w:fldSimple w:instr="AUTHOR">{run(" Captain")}</w:fldSimple>'
        f'<w:smartTag w:element="place">{run(" in Bergen")}</w:smartTag>'
        f"<w:sdt><w:sdtPr/><w:sdtContent>{run(' at noon')}</w:sdtContent></w:sdt>",
    )
    box = f"<w:txbxContent><w:p>{run('A boxed remark on the weather')}</w:p></w:txbxContent>"
    add(
        document,
        run("Beside this a box")
        + f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline distT="0" distB="0" distL="0" '
        f'distR="0"><wp:extent cx="2000000" cy="500000"/><wp:docPr id="7" name="Box"/><a:graphic>'
        '<a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>'
        '<wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="2000000" cy="500000"/></a:xfrm>'
        f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></wps:spPr><wps:txbx>{box}</wps:txbx><wps:bodyPr/></wps:wsp>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape "
        f'style="width:150pt;height:40pt"><v:textbox>{box}</v:textbox></v:shape></w:pict></mc:Fallback>'
        "</mc:AlternateContent></w:r>" + run(" is drawn."),
    )


def everything():
    """Return a Word file with all that text can stand in."""
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "A journal of slow harbours"
    document.sections[0].footer.paragraphs[0].text = "Printed on the quay, page "
    document.add_heading("On the patience of ferries", 1)
    bold = document.add_paragraph("The boat was ")
    bold.add_run("awfully ").bold = True
    bold.add_run("late").italic = True
    bold.add_run(" again.")
    document.add_paragraph("First the mooring lines are checked", style="List Bullet")
    document.add_paragraph("Then a bell is rung", style="List Number")
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ["Ship name", "Crew size", "Heron", "eleven sailors"], strict=True):
        cell.text = text
    inner = table.cell(1, 1).add_table(1, 1)
    inner.cell(0, 0).text = "three of whom snore"
    document.add_paragraph("Table 1: ships of the bay", style="Caption")
    link = document.part.relate_to("https://example.org/tides", RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    add(
        document,
        run("Consult ") + f'<w:hyperlink r:id="{link}">{run("the tide ", "<w:u/>")}{run("tables", "<w:b/>")}'
        "</w:hyperlink>" + run(" before leaving."),
    )
    add(
        document,
        run("Gulls are loud")
        + '<w:r><w:footnoteReference w:id="2"/></w:r>'
        + run(" and greedy.")
        + '<w:r><w:endnoteReference w:id="2"/></w:r>',
    )
    add_notes(
        document, "footnote", {2: "<w:r><w:footnoteRef/></w:r>" + run(" Louder than any ") + run("parrot", "<w:i/>")}
    )
    add_notes(document, "endnote", {2: run("Greed was measured in herrings.")})
    add(
        document,
        run("Was ") + f'<w:ins w:id="90" w:author="Ann" w:date="2020-01-01T00:00:00Z">{run("perhaps rather ")}</w:ins>'
        '<w:del w:id="91" w:author="Ann" w:date="2020-01-01T00:00:00Z"><w:r><w:delText>sure </w:delText></w:r></w:del>'
        + run("empty."),
    )
    add(
        document,
        run("Tab") + "<w:r><w:tab/><w:t>here</w:t><w:br/><w:t>new line</w:t><w:noBreakHyphen/><w:t>s</w:t></w:r>"
        '<w:r><w:t xml:space="preserve">and </w:t><w:sym w:font="Wingdings" w:char="F04A"/>'
        "<w:t>har</w:t><w:softHyphen/><w:t>bour</w:t></w:r>",
    )
    add_fields_and_boxes(document)
    noted = document.add_paragraph("An odd remark stands here.")
    document.add_comment(noted.runs, "Is it odd?", author="Ann", initials="A")
    return saved(document)


def every(text, words=1, gap=1):
    """Return a plan that replaces every so many words of the text, none of which divides a paragraph."""
    spans = [m.span() for m in re.finditer(r"\w+", text)]
    plan = []
    for first in range(0, len(spans) - words + 1, words + gap):
        start, end = spans[first][0], spans[first + words - 1][1]
        if "\n\n" not in text[start:end]:
            plan.append(Edit(start, end, text[start:end], f"word{first} new", 2.0, (EditAlternative("other", 0.5),)))
    return plan
