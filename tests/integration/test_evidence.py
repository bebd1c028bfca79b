"""The archived answer behind a price as a web archive: what it holds, what it says of its bytes, and when there is none."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.errors import CommandError, UsageError
from pipelines.queries import evidence
from scrapers.fetching import page_bodies
from scrapers.fetching.archive import Archive
from scrapers.model import Page
from tests.conftest import Demo, Run
from warehouse.publish.extract import extracting
from warehouse.storage.state_dir import Home

BODY = b'{"gpu": "A100", "usd": "1.50"}\r\n\r\nWARC/1.1\r\nWARC-Type: response\r\n'  # it cannot end its record
SHA = hashlib.sha256(BODY).hexdigest()
URL = "https://acme.example/prices?gpu=a100"
HEADERS = {"content-type": "application/json", "content-encoding": "gzip", "content-length": "31", "etag": '"1"',
           "x-note": "a\r\nWARC-Type: revisit", "bad name": "x"}  # fmt: skip
WHEN = datetime(2026, 3, 1, 6, 15, 0, 120, tzinfo=UTC)


def archived(tmp_path: Path, method: str = "GET", body: str = "", **facts: Any) -> tuple[Home, Page]:
    home = Home(tmp_path / "home")
    page = Page("acme", URL, WHEN, "api", BODY, headers=HEADERS)
    return home, Archive(home.root).save(replace(page, **facts), method, body)


def cut_down(home: Home, lines: bytes) -> None:
    """Keep only lines of the page's body, as retention does."""
    archive = Archive(home.root)
    draft = archive.draft()
    draft.write(lines)
    archive.store(draft, "acme")
    note = page_bodies.Note(SHA, "lines", "2026-04-01T00:00:00+00:00", "old", hashlib.sha256(lines).hexdigest())
    page_bodies.add_note(home.pages / "acme", note)
    page_bodies.path_of(home.pages / "acme", SHA).unlink()


# -- which answer --------------------------------------------------------------------------------------------------


def test_ids_lead_to_the_page_behind_the_price(demo: Demo) -> None:
    with extracting(demo.home) as con:
        series, sha = con.execute(
            "select series_id, sha256 from v1.offers_latest where provider = 'gcp' limit 1"
        ).fetchall()[0]
        event, moved = con.execute(
            "select event_id, sha256 from v1.price_changes where sha256 <> '' limit 1"
        ).fetchall()[0]
        assert evidence.receipt_of(con, series) == evidence.receipt_of(con, series[:16].upper()) == sha
        assert evidence.receipt_of(con, event) == moved
        (seed,) = con.execute("select event_id from v1.price_changes where sha256 = '' limit 1").fetchall()[0]
        with pytest.raises(CommandError, match="read from no page: it comes from the reference document"):
            evidence.receipt_of(con, seed)
        assert evidence.receipt_of(con, sha[:12]) == sha[:12]
        for nonsense in ("a100", "../../etc", "0123456", "0" * 65):
            with pytest.raises(UsageError, match="no id: give 8 digits"):
                evidence.receipt_of(con, nonsense)
    assert evidence.find_evidence(demo.home, sha[:12]).page.sha256 == sha


def test_the_answer_that_brought_the_bytes_is_preferred(tmp_path: Path) -> None:
    home, page = archived(tmp_path)
    archive = Archive(home.root)
    archive.record_unchanged(page, replace(page, captured_at=WHEN.replace(hour=1), status=304, content=None))
    assert evidence.find_evidence(home, SHA[:8]).page.status == 200


def test_pages_that_cannot_be_shown_are_explained(tmp_path: Path) -> None:
    home, page = archived(tmp_path)
    with pytest.raises(CommandError, match=r"no page in .* begins with 00000000.*imported"):
        evidence.find_evidence(home, "0" * 8)
    assert page.path
    page.path.write_bytes(page.path.read_bytes()[:-9])
    with pytest.raises(CommandError, match="damaged: they do not match"):
        evidence.write_warc(evidence.find_evidence(home, SHA), tmp_path / "x.warc.gz")
    assert not (tmp_path / "x.warc.gz").exists()
    page_bodies.add_note(
        home.pages / "acme", page_bodies.Note(SHA, "removed", "2026-04-01T00:00:00+00:00", "older than 30d")
    )
    page.path.unlink()
    with pytest.raises(CommandError, match="no longer kept: removed on 2026-04-01: older than 30d; its URL"):
        evidence.find_evidence(home, SHA)


@pytest.mark.parametrize("facts, words", [
    ({}, "the body as the server sent it"),
    ({"is_sample": True, "fetched_by": "replay-http"}, "the provider never served these bytes"),
    ({"fetched_by": "browser"}, "after its scripts had run in a browser"),
    ({"fetched_by": "replay-browser"}, "after its scripts had run in a browser"),
    ({"is_excerpt": True}, "an excerpt of the answer"),
    ({"status": 304}, "the server confirmed at this time that nothing had changed"),
])  # fmt: skip
def test_what_the_bytes_are_is_stated(tmp_path: Path, facts: dict[str, Any], words: str) -> None:
    home, _ = archived(tmp_path, **facts)
    kept = evidence.find_evidence(home, SHA)
    assert words in kept.statement and kept.is_response == (not facts)


def test_list_that_was_cut_down_says_so(tmp_path: Path) -> None:
    home, _ = archived(tmp_path)
    cut_down(home, b'{"gpu": "A100"}')
    kept = evidence.find_evidence(home, SHA)
    assert "only the lines that prices were read from were kept" in kept.statement and SHA in kept.statement
    assert not kept.is_response


def test_command_without_the_extra_says_what_to_install(
    run: Run, demo: Demo, tmp_path: Path, without_warcio: None
) -> None:
    with duckdb.connect(str(demo.home.published), read_only=True) as con:
        (sha,) = con.execute("select sha256 from v1.offers_latest where provider = 'gcp' limit 1").fetchall()[0]
    said = run("receipt", "export", sha, "-o", tmp_path / "x", home=demo.home)
    assert said.code == 1 and "pip install -e '.[evidence]'" in said.err and not list(tmp_path.iterdir())


@pytest.fixture
def without_warcio(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.abc

    class Absent(importlib.abc.MetaPathFinder):
        def find_spec(self, name: str, path: Any, target: Any = None) -> None:
            if name.partition(".")[0] == "warcio":
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    for name in [name for name in sys.modules if name.partition(".")[0] == "warcio"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Absent(), *sys.meta_path])


# -- the files ------------------------------------------------------------------------------------------------------


Records = Callable[[bytes], dict[str, Any]]


@pytest.fixture
def records() -> Records:
    """records(bytes) -> what warcio reads: by type, each record's headers and its body."""
    pytest.importorskip("warcio", reason="needs the extra evidence")
    from warcio.archiveiterator import ArchiveIterator

    def read(content: bytes) -> dict[str, Any]:
        kept = {}
        for record in ArchiveIterator(io.BytesIO(content), check_digests="raise"):
            kept[record.rec_type] = (record.rec_headers, record.http_headers, record.content_stream().read())
        return kept

    return read


@pytest.mark.extras
def test_warcio_reads_back_an_equal_hash(tmp_path: Path, records: Records) -> None:
    home, _ = archived(tmp_path, "POST", "query={A100}")
    evidence.write_warc(evidence.find_evidence(home, SHA), tmp_path / "x.warc.gz")
    read = records((tmp_path / "x.warc.gz").read_bytes())
    assert list(read) == ["warcinfo", "response", "request", "metadata"]
    headers, http, body = read["response"]
    assert hashlib.sha256(body).hexdigest() == SHA == headers.get_header("Gpuhour-Receipt-SHA256")
    assert headers.get_header("WARC-Target-URI") == URL
    assert headers.get_header("WARC-Date") == "2026-03-01T06:15:00.000120Z"
    assert http.get_statuscode() == "200" and http.get_header("etag") == '"1"'
    assert http.get_header("content-encoding") is None and http.get_header("content-length") == str(len(BODY))
    assert http.get_header("bad name") is None and "revisit" in http.get_header("x-note")
    _, request, sent = read["request"]
    assert f"{request.protocol} {request.statusline}" == "POST /prices?gpu=a100 HTTP/1.1" and sent == b"query={A100}"
    assert request.get_header("host") == "acme.example"
    assert f"sha256: {SHA}\r\n" in read["metadata"][2].decode()


@pytest.mark.extras
def test_what_no_server_sent_is_no_response(tmp_path: Path, records: Records) -> None:
    home, _ = archived(tmp_path)
    cut_down(home, b'{"gpu": "A100"}')
    evidence.write_warc(evidence.find_evidence(home, SHA), tmp_path / "x.warc.gz")
    read = records((tmp_path / "x.warc.gz").read_bytes())
    assert list(read) == ["warcinfo", "resource", "metadata"]
    assert read["resource"][2] == b'{"gpu": "A100"}'
    assert "not the whole list" in read["metadata"][2].decode()


@pytest.mark.extras
def test_wacz_is_valid_and_holds_the_same(run: Run, demo: Demo, tmp_path: Path, records: Records) -> None:
    pytest.importorskip("wacz", reason="needs the extra evidence")
    with duckdb.connect(str(demo.home.published), read_only=True) as con:
        (series,) = con.execute("select series_id from v1.offers_latest where provider = 'lambda' limit 1").fetchall()[
            0
        ]
    file = tmp_path / "x.wacz"
    said = run("receipt", "export", series, "--format", "wacz", "--output", file, "--json", home=demo.home)
    assert said.code == 0, said.err
    (row,) = said.records()
    assert row["file"] == str(file) and "rebuilt by hand" in row["statement"]
    validate = "import sys; from wacz.main import main; sys.exit(main(['validate', '-f', sys.argv[1]]))"  # it leaves files open
    done = subprocess.run([sys.executable, "-c", validate, file], env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0 and "is valid" in done.stdout, done.stdout + done.stderr
    with zipfile.ZipFile(file) as packed:
        read = records(packed.read("archive/receipt.warc.gz"))
        _, entry = packed.read("pages/pages.jsonl").decode().splitlines()
    assert hashlib.sha256(read["resource"][2]).hexdigest() == row["sha256"]
    assert json.loads(entry)["url"] == row["url"]
