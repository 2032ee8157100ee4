"""The server: its JSON equals the library's answers, its limits hold, and strangers are refused."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

import docx
import jsonschema
import language_tool_python
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from detector import InputError, detect, reverse
from detector.api import model_info
from detector.cues import CUE_IDS
from detector.readers import InputDocument, parse_document
from detector.report.json import document_object, schema
from detector.report.model import JudgedDocument, findings, restoration_of
from detector.serve.app import ServeSettings, create_app, open_socket
from detector.serve.guard import host_name
from detector.serve.languagetool import utf16_offsets
from detector.serve.work import answer
from detector.writers import writer_for

ARTICLES = Path(__file__).resolve().parents[1] / "notebooks" / "articles"
SPUN = (ARTICLES / "harbour-talks-spun.txt").read_text(encoding="utf-8")
HUMAN = (ARTICLES / "harbour-talks.txt").read_text(encoding="utf-8")
EMOJI = "\N{GRINNING FACE} A note \N{ROCKET} first.\r\n\r\n" + SPUN
HOME = "http://127.0.0.1:8765"
SCHEMA = schema()


@pytest.fixture(scope="module")
def client():
    settings = ServeSettings(n_workers=1, hosts=("team.example",), origins=("https://editor.example",))
    with TestClient(create_app(settings), base_url=HOME) as made:
        yield made


class Served:
    """`detector serve` as a program of its own."""

    def __init__(self, *options):
        command = [sys.executable, "-m", "detector", "serve", "--port", "0", "--workers", "1", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.first_line = self.process.stderr.readline()
        self.url = re.search(r"http://\S+/", self.first_line).group()
        self.port = int(self.url.rstrip("/").rpartition(":")[2])

    def post(self, path, body, headers=()):
        connection = HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request("POST", path, body, dict(headers))
        response = connection.getresponse()
        out = response.status, dict(response.getheaders()), response.read()
        connection.close()
        return out

    def workers(self):
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
        # Not the process that multiprocessing starts besides, to clean up after it.
        return [int(pid) for pid in children.split() if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]

    def stop(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        out, errors = self.process.communicate(timeout=60)
        return self.process.returncode, out, self.first_line + errors


@pytest.fixture
def serve():
    started = []

    def start(*options):
        started.append(Served(*options))
        return started[-1]

    yield start
    for served in started:
        served.stop()


def body_of(*documents, **more):
    return json.dumps({"documents": documents, **more})


def data_of(path, data, **more):
    return {"path": path, "data": b64encode(data).decode(), **more}


def word_file(text):
    made, out = docx.Document(), BytesIO()
    for line in text.splitlines():
        made.add_paragraph(line)
    made.save(out)
    return out.getvalue()


def html_file(text):
    paragraphs = "".join(f"<p>{line}</p>\n" for line in text.splitlines() if line)
    return f"<!doctype html><html><body><article><h1>Talks</h1>{paragraphs}</article></body></html>".encode()


def library_object(path, text, **more):
    report = detect(text, **more)
    judged = JudgedDocument(InputDocument(path, text), report, model_info()["thresholds"]["fpr=0.01"])
    return json.loads(json.dumps(document_object(judged)))


# --- the contract's JSON


def test_annotate_answers_as_the_library_does(client):
    response = client.post("/v1/annotate", content=body_of({"path": "a.txt", "text": EMOJI}, {"text": HUMAN}))
    assert response.status_code == 200
    answer = response.json()
    jsonschema.validate(answer, SCHEMA)
    assert answer["documents"] == [library_object("a.txt", EMOJI), library_object("document 2", HUMAN)]
    assert answer["documents"][0]["evidence"]
    assert answer["errors"] == []
    assert answer["tool"]["signature"] == model_info()["signature"]


def test_threshold_and_prior_are_those_that_were_sent(client):
    sent = body_of({"text": SPUN}, threshold=1.0, prior=0.01)
    (document,) = client.post("/v1/annotate", content=sent).json()["documents"]
    assert document["verdict"] == detect(SPUN, 1.0).verdict
    assert document["prior"] == 0.01
    assert document["probability_at_prior"] < document["probability"]
    (named,) = client.post("/v1/score", content=body_of({"text": SPUN}, threshold="fpr=0.01")).json()["documents"]
    assert named["threshold"] == model_info()["thresholds"]["fpr=0.01"]


def test_score_leaves_the_parts_out(client):
    answer = client.post("/v1/score", content=body_of({"path": "a", "text": SPUN})).json()
    jsonschema.validate(answer, SCHEMA)
    whole = library_object("a", SPUN)
    assert answer["documents"] == [{k: v for k, v in whole.items() if k not in ("passages", "evidence", "damage")}]


def test_reverse_answers_as_the_library_does(client):
    edits = reverse(SPUN).plan
    keep = [[edits[0].start, edits[0].end], [edits[-1].start, edits[-1].end]]
    sent = body_of({"path": "a", "text": SPUN}, {"path": "b", "text": SPUN, "keep": keep})
    answer = client.post("/v1/reverse", content=sent).json()
    jsonschema.validate(answer, SCHEMA)
    wanted = [reverse(SPUN), reverse(SPUN, keep=keep)]
    assert [{**r.to_dict(), "path": p} for r, p in zip(wanted, "ab", strict=True)] == answer["documents"]
    assert len(wanted[1].plan) < len(wanted[0].plan)
    strict = client.post("/v1/reverse", content=body_of({"text": SPUN}, min_gain=2.0)).json()["documents"][0]
    assert strict["text"] == reverse(SPUN, min_gain=2.0).text


def test_a_report_with_kept_spans_implies_the_restoration_of_reverse():
    plan = reverse(EMOJI).plan
    for edit in plan[:: max(1, len(plan) // 4)]:
        keep = [(edit.start, edit.end)]
        assert restoration_of(EMOJI, detect(EMOJI, keep=keep)) == reverse(EMOJI, keep=keep)


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.docx", word_file(SPUN)), ("b.HTML", html_file(SPUN)), ("c.md", SPUN.encode()), ("d.txt", SPUN.encode())],
)
def test_files_are_read_by_their_suffix(client, name, data):
    document = parse_document(Path(name), data, Path(name).suffix)
    (annotated,) = client.post("/v1/annotate", content=body_of(data_of(name, data))).json()["documents"]
    assert annotated["probability"] == detect(document.judged_text).probability
    text = annotated.get("text", document.text)
    assert text == document.text
    assert all(text[e["start"] : e["end"]] == e["surface"] for e in annotated["evidence"])
    (restored,) = client.post("/v1/reverse", content=body_of(data_of(name, data))).json()["documents"]
    assert restored["plan"]


@pytest.mark.parametrize(
    ("name", "data"), [("a.docx", word_file(SPUN)), ("b.html", html_file(SPUN)), ("c.md", SPUN.encode())]
)
def test_a_file_comes_back_as_its_own_kind(client, name, data):
    writer = writer_for(Path(name).suffix)
    document = parse_document(Path(name), data, Path(name).suffix)
    response = client.post("/v1/reverse", content=body_of(data_of(name, data), format=writer.name))
    assert response.status_code == 200
    found = [e for e in reverse(document.judged_text).plan if document.text[e.start : e.end] == e.spun]
    if writer.name == "docx":  # which carries the time of the changes
        assert docx.Document(BytesIO(response.content)).element.xpath("//w:ins")
    else:
        assert response.content == writer.write(data, document.text, found).data


def test_other_formats(client):
    text = client.post("/v1/reverse", content=body_of({"text": EMOJI}, format="text"))
    assert text.content.decode() == reverse(EMOJI).text
    page = client.post("/v1/annotate", content=body_of({"path": "a", "text": SPUN}, format="html"))
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.text.startswith("<!doctype html>")


def test_one_bad_file_does_not_spoil_the_others(client):
    sent = body_of(data_of("bad.docx", b"no archive"), data_of("bad.pdf", b"%PDF-none"), {"path": "a", "text": SPUN})
    answer = client.post("/v1/annotate", content=sent).json()
    assert [e["path"] for e in answer["errors"]] == ["bad.docx", "bad.pdf"]
    assert answer["documents"] == [library_object("a", SPUN)]


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ("{", 400, "not JSON"),
        ("[" * 100_000, 400, "not JSON"),
        (b"\xff\xfe", 400, "not JSON"),
        ("[]", 400, "object"),
        ("{}", 400, "documents is missing"),
        ('{"documents": []}', 400, "documents is missing"),
        ('{"documents": {}}', 400, "must be a list"),
        ('{"documents": [1]}', 400, "each document"),
        ('{"documents": [{}]}', 400, "either text, or data"),
        ('{"documents": [{"text": "a", "data": "YQ=="}]}', 400, "either text, or data"),
        ('{"documents": [{"text": 1}]}', 400, "text must be a string"),
        ('{"documents": [{"data": "*"}]}', 400, "not base64"),
        ('{"documents": [{"text": "a", "keep": [1]}]}', 400, "keep must be spans"),
        ('{"documents": [{"text": "a"}], "treshold": 1}', 400, "unknown member 'treshold'"),
        ('{"documents": [{"text": "a"}], "threshold": true}', 400, "threshold must be"),
        ('{"documents": [{"text": "a"}], "prior": 2}', 400, "from 0 to 1"),
        ('{"documents": [{"text": "a"}], "prior": NaN}', 400, "from 0 to 1"),
        ('{"documents": [{"text": "a"}], "format": "tarot"}', 400, "unknown format"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_in_words(client, sent, status, said):
    response = client.post("/v1/annotate", content=sent)
    assert response.status_code == status
    assert said in response.json()["error"]


def test_values_that_the_library_refuses_are_reported_by_document(client):
    wrong = [{"text": SPUN, "keep": [[0, 10**9]]}, {"text": SPUN, "keep": [["a", "b"]]}, {"text": HUMAN}]
    answer = client.post("/v1/annotate", content=body_of(*wrong)).json()
    assert len(answer["errors"]) == 2
    assert all("keep" in e["message"] for e in answer["errors"])
    answer = client.post("/v1/annotate", content=body_of({"text": SPUN}, threshold="fpr=7")).json()
    assert "unknown threshold" in answer["errors"][0]["message"]
    sent = body_of({"text": SPUN}).replace("}", '}], "min_gain": 1e400}', 1)[:-2]
    assert "finite" in client.post("/v1/reverse", content=sent).json()["errors"][0]["message"]


def test_a_file_of_another_kind_is_not_written(client):
    response = client.post("/v1/reverse", content=body_of({"text": SPUN}, format="docx"))
    assert response.status_code == 400
    two = client.post("/v1/reverse", content=body_of({"text": SPUN}, {"text": SPUN}, format="text"))
    assert two.status_code == 400


def test_any_text_has_an_answer(client):
    odd = ["", " ", "\ud800 lone", "\x00\x1b[31m", "w" * 50_000, "\u202e" + SPUN, "<script>alert(1)</script>" * 30]
    for kind in ("annotate", "score", "reverse"):
        answer = client.post(f"/v1/{kind}", content=body_of(*({"path": t[:9], "text": t} for t in odd))).json()
        assert len(answer["documents"]) == len(odd)
    response = client.post("/page/read", content=body_of(*({"path": t[:9], "text": t} for t in odd)))
    assert all("<script" not in d["html"] for d in response.json()["documents"])


def test_words_that_stay_by_wish_are_not_found_odd():
    text = " ".join(["We hold up the house for the ferry, and the garden was shut by the mayor."] * 2) + "\n\n" + SPUN
    spans = [[e.start, e.end] for e in detect(text).evidence]
    sent = json.dumps({"documents": [{"path": "a", "text": text, "keep": spans}]}).encode()
    (document,) = json.loads(answer("annotate", sent).content)["documents"]
    assert not [e for e in document["evidence"] for a, b in spans if e["start"] < b and a < e["end"]]


# --- the description


def test_the_description_names_every_path(client):
    described = client.get("/openapi.json").json()
    offered = {path for path in described["paths"] if path.startswith(("/v1", "/v2"))}
    routes = {route.path for route in client.app.routes if route.path.startswith(("/v1", "/v2"))}
    assert offered == routes
    refs = re.findall(r'"\$ref": "#/components/schemas/([^"]+)"', json.dumps(described))
    assert set(refs) <= set(described["components"]["schemas"])
    assert described["components"]["schemas"]["cue"]["enum"] == list(CUE_IDS)
    sent = described["paths"]["/v1/annotate"]["post"]["requestBody"]["content"]["application/json"]["example"]
    assert client.post("/v1/annotate", json=sent).status_code == 200


# --- LanguageTool


def surfaces(text):
    report = detect(text)
    edits = {(e.start, e.end) for e in restoration_of(text, report).plan}
    spans = [(f.start, f.end) for f in findings(report)]
    return spans if report.verdict == "spun" else [s for s in spans if s in edits]


def test_a_client_of_languagetool_reads_the_answer_unchanged(serve):
    tool = language_tool_python.LanguageTool("en-US", remote_server=serve().url)
    matches = tool.check(EMOJI)
    assert matches
    assert {(m.offset, m.offset + m.error_length) for m in matches} <= set(surfaces(EMOJI))
    spans = {(e.start, e.end): e for e in reverse(EMOJI).plan}
    assert spans.keys() <= {(m.offset, m.offset + m.error_length) for m in matches}
    for match in matches:
        start, end = match.offset, match.offset + match.error_length
        shown = match.context[match.offset_in_context : match.offset_in_context + match.error_length]
        assert shown == EMOJI[start:end]
        assert (start, end) not in spans or match.replacements[0] == spans[start, end].original
        assert EMOJI[start:end] in match.sentence
    assert tool.correct(EMOJI) == reverse(EMOJI).text or len(matches) > len(spans)
    tool.disabled_rules = {m.rule_id for m in matches}
    assert tool.check(EMOJI) == []


def check(client, **form):
    return client.post(
        "/v2/check", content=urlencode(form), headers={"Content-Type": "application/x-www-form-urlencoded"}
    )


def test_markup_is_left_out_and_offsets_count_it(client):
    first, rest = SPUN.split("\n\n", 1)
    pieces = [
        {"markup": "<h1>\N{ROCKET}"},
        {"text": first},
        {"markup": "</h1>", "interpretAs": "\n\n"},
        {"text": rest},
        {"markup": "<!-- end -->"},
    ]
    whole = "".join(p.get("text", "") + p.get("markup", "") for p in pieces)
    answer = check(client, language="auto", data=json.dumps({"annotation": pieces})).json()
    plain = check(client, language="auto", text=SPUN).json()
    units = whole.encode("utf-16-le")
    cut = [units[2 * m["offset"] : 2 * (m["offset"] + m["length"])].decode("utf-16-le") for m in answer["matches"]]
    offsets = [(m["offset"], m["length"]) for m in plain["matches"]]
    assert cut == [SPUN[a : a + n] for a, n in offsets]
    assert cut


def test_rules_and_categories_can_be_chosen(client):
    matches = check(client, language="en-US", text=SPUN).json()["matches"]
    rules = {m["rule"]["id"] for m in matches}
    one = min(rules)
    only = check(client, language="en-US", text=SPUN, enabledOnly="true", enabledRules=one).json()["matches"]
    assert only == [m for m in matches if m["rule"]["id"] == one]
    assert check(client, language="en", text=SPUN, disabledCategories="SPUN_TEXT,DAMAGED_TEXT").json()["matches"] == []
    picky = check(client, language="en", text=HUMAN, level="picky").json()["matches"]
    assert len(picky) >= len(check(client, language="en", text=HUMAN).json()["matches"])


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"text": "a"}, "Missing 'language'"),
        ({"language": "en"}, "Missing 'text' or 'data'"),
        ({"language": "de-DE", "text": "a"}, "not a language code"),
        ({"language": "en", "text": "a", "data": "{}"}, "only 'text' or 'data'"),
        ({"language": "en", "data": "{}"}, "'annotation'"),
        ({"language": "en", "data": '{"annotation": [{"text": 1}]}'}, "'annotation'"),
    ],
)
def test_languagetool_refusals_are_plain_text(client, form, said):
    response = check(client, **form)
    assert response.status_code == 400
    assert said in response.text


def test_languages_and_healthcheck(client):
    assert client.get("/v2/healthcheck").text == "OK"
    assert {"en", "en-US"} <= {item["longCode"] for item in client.get("/v2/languages").json()}


@given(st.text(st.characters(codec=None)))
def test_utf16_offsets_are_those_of_the_encoding(text):
    counted = [len(text[:i].encode("utf-16-le", "surrogatepass")) // 2 for i in range(len(text) + 1)]
    assert utf16_offsets(text).tolist() == counted


# --- strangers


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("127.0.0.1:8765", None, 200),
        ("localhost:8765", None, 200),
        ("LOCALHOST", None, 200),
        ("[::1]:8765", None, 200),
        ("team.example", None, 200),
        ("127.0.0.1:8765", "http://127.0.0.1:8765", 200),
        ("team.example", "https://team.example", 200),
        ("127.0.0.1:8765", "https://editor.example", 200),
        ("evil.example:8765", None, 403),
        ("127.0.0.1.evil.example", None, 403),
        ("user@127.0.0.1", None, 403),
        ("", None, 403),
        ("127.0.0.1:8765", "http://127.0.0.1:3000", 403),
        ("127.0.0.1:8765", "https://evil.example", 403),
        ("127.0.0.1:8765", "https://editor.example.evil.example", 403),
        ("127.0.0.1:8765", "null", 403),
        ("127.0.0.1:8765", "chrome-extension://127.0.0.1:8765", 403),
    ],
)
def test_hosts_and_origins(client, host, origin, status):
    headers = {"Host": host, **({"Origin": origin} if origin else {})}
    for response in (
        client.get("/v2/languages", headers=headers),
        client.post("/v1/score", content=body_of({"text": "Few."}), headers=headers),
    ):
        assert response.status_code == status
        allowed = response.headers.get("access-control-allow-origin")
        assert allowed == (origin if origin == "https://editor.example" else None)


def test_a_preflight_is_answered_for_allowed_origins_alone(client):
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    good = client.options("/v2/check", headers={"Origin": "https://editor.example", **asked})
    assert good.status_code == 204
    assert good.headers["access-control-allow-origin"] == "https://editor.example"
    bad = client.options("/v2/check", headers={"Origin": "https://evil.example", **asked})
    assert bad.status_code == 403
    assert "access-control-allow-origin" not in bad.headers


@given(st.text() | st.from_regex(r"[A-Za-z0-9.-]+(:[0-9]+)?", fullmatch=True))
def test_a_host_is_a_name_or_nothing(host):
    name = host_name(host)
    assert name == "" or name in host.lower()


def test_every_answer_forbids_storing_and_framing(client):
    for response in (
        client.get("/"),
        client.get("/static/page.js"),
        client.get("/static/page.html"),
        client.get("/nowhere"),
        client.get("/v1/score"),
        client.post("/v1/score", content="{"),
        client.get("/", headers={"Host": "evil.example"}),
    ):
        assert response.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in response.headers["content-security-policy"]
        assert response.headers["x-content-type-options"] == "nosniff"


def test_only_the_page_s_own_files_are_served(client):
    assert client.get("/static/page.css").status_code == 200
    for name in ("report.html", "..%2Fapp.py", "..%2f..%2ferrors.py", "page.html"):
        assert client.get(f"/static/{name}").status_code == 404


def test_the_page_names_nothing_outside(client):
    served = [client.get(path).text for path in ("/", "/static/page.js", "/static/page.css", "/static/style.css")]
    assert not re.search(r"(?:src|href)=.?(?:https?:)?//|@import|url\(|fetch\(.https?:", "".join(served))
    assert "Nothing leaves this computer" in served[0]
    assert "Texts go to this server" in client.get("/", headers={"Host": "team.example"}).text


# --- limits


def test_a_body_beyond_the_limit_is_refused(serve):
    served = serve("--max-bytes", "5000")
    status, _, said = served.post("/v1/score", body_of({"text": "w " * 4000}))
    assert status == 413
    assert "5,000 bytes" in json.loads(said)["error"]
    chunks = (b"x" * 1000 for _ in range(9))  # whose size is not announced
    assert served.post("/v1/score", chunks)[0] == 413
    assert served.post("/v1/score", body_of({"text": "Few words."}))[0] == 200


def test_a_request_that_takes_too_long_is_given_up_and_the_next_is_answered(serve):
    served = serve("--timeout", "3")
    (worker,) = served.workers()[-1:]
    os.kill(worker, signal.SIGSTOP)  # it never answers
    status, headers, _ = served.post("/v1/score", body_of({"text": SPUN}))
    assert status == 503
    assert int(headers["retry-after"]) > 0
    status = 503
    while status == 503:  # until the new worker has its models
        status, _, answer = served.post("/v1/score", body_of({"text": HUMAN}))
    assert worker not in served.workers()
    assert json.loads(answer)["documents"][0]["probability"] == detect(HUMAN).probability


def test_a_worker_that_dies_is_replaced(serve):
    served = serve()
    os.kill(served.workers()[-1], signal.SIGKILL)
    answers = [served.post("/v1/score", body_of({"text": HUMAN})) for _ in range(2)]
    assert answers[0][0] == 500
    assert answers[1][0] == 200


def test_a_full_server_says_when_to_ask_again(serve):
    served = serve("--waiting", "0")
    body = body_of({"text": HUMAN}).encode()
    (worker,) = served.workers()[-1:]
    os.kill(worker, signal.SIGSTOP)
    with ThreadPoolExecutor(2) as clients:
        # One has the place until the worker goes on.
        asked = [clients.submit(served.post, "/v1/score", body) for _ in range(2)]
        refused = next(as_completed(asked))
        status, headers, said = refused.result()
        assert status == 429
        assert int(headers["retry-after"]) > 0
        assert "ask again" in json.loads(said)["error"]
        os.kill(worker, signal.SIGCONT)
        assert {a.result()[0] for a in asked} == {200, 429}
    # And free again.
    assert next(a for a in iter(lambda: served.post("/v1/score", body), None) if a[0] != 429)[0] == 200


@contextmanager
def half_sent(served, body, n_sent):
    """Send the first bytes of a body once the server reads it, and yield the connection."""
    head = f"POST /v1/score HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    with socket.create_connection(("127.0.0.1", served.port), timeout=60) as slow:
        slow.sendall(head.encode())
        assert slow.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        slow.sendall(body[:n_sent])
        yield slow


def test_whoever_sends_slowly_takes_no_place(serve):
    served = serve("--waiting", "0")
    body = body_of({"text": HUMAN}).encode()
    with ExitStack() as stack:
        slow = [stack.enter_context(half_sent(served, body, 1)) for _ in range(5)]
        assert served.post("/v1/score", body)[0] == 200
        slow[0].sendall(body[1:])
        assert slow[0].recv(12) == b"HTTP/1.1 200"


def test_bodies_that_are_being_read_have_a_limit_of_bytes_together(serve):
    served = serve("--waiting", "0", "--max-bytes", "1000")
    body = body_of({"text": "Few words. " * 80}).encode()
    answers = iter(lambda: served.post("/v1/score", body), None)
    with half_sent(served, body, 900) as slow:
        # The bytes are taken as soon as the server has read them.
        assert next(a for a in answers if a[0] != 200)[0] == 429
        slow.sendall(body[900:])
        assert slow.recv(12) == b"HTTP/1.1 200"
    with half_sent(served, body, 900):
        pass
    assert next(a for a in answers if a[0] != 429)[0] == 200


def test_many_clients_at_once_get_each_their_own_answer(serve):
    served = serve()
    words = HUMAN.split()
    texts = [" ".join(words[i : i + 40 + 3 * i]) for i in range(25)]
    wanted = {text: library_object("a", text) for text in texts}
    with ThreadPoolExecutor(25) as clients:
        asked = clients.map(lambda t: (t, served.post("/v1/annotate", body_of({"path": "a", "text": t}))), texts * 2)
        answers = list(asked)
    assert [status for _, (status, _, _) in answers] == [200] * 50
    assert all(json.loads(said)["documents"] == [wanted[text]] for text, (_, _, said) in answers)


# --- the end


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_it_stops_clean_and_has_logged_nothing(serve, number):
    served = serve()
    assert served.post("/v1/annotate", body_of({"path": "secret.txt", "text": SPUN}))[0] == 200
    assert served.post("/v1/annotate", "{")[0] == 400
    assert served.post("/nowhere", SPUN.encode())[0] == 404
    for sent in (
        "no request\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", served.port), timeout=60) as stranger:
            stranger.sendall(sent.encode())
            assert stranger.recv(9) == b"HTTP/1.1 "
    workers = served.workers()
    code, out, errors = served.stop(number)
    assert code == 0
    assert out == ""
    assert errors.splitlines() == [f"detector: serving at {served.url}; Ctrl-C stops it", "detector: stopped"]
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


@pytest.mark.parametrize("host", ["a..b", "192.0.2.1"])
def test_a_host_that_is_none_of_ours_is_told_as_such(host):
    with pytest.raises(InputError, match="give another --host"):
        open_socket(host, 0)


def test_a_port_that_is_taken_is_wrong_usage():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        run = subprocess.run(
            [sys.executable, "-m", "detector", "serve", "--port", port], capture_output=True, text=True, check=False
        )
    assert run.returncode == 2
    assert f"port {port}" in run.stderr
    assert len(run.stderr.splitlines()) == 1


def test_missing_models_are_reported_in_a_line(tmp_path):
    run = subprocess.run(
        [sys.executable, "-m", "detector", "serve", "--port", "0", "--workers", "1"],
        env={**os.environ, "DETECTOR_MODELS": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 3
    assert "Traceback" not in run.stderr
    assert "model" in run.stderr
