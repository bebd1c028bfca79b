"""The archive keeps pages intact whatever happens to the process or the disk."""

from __future__ import annotations

import errno
import gzip
import hashlib
import json
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scrapers.fetching.archive import Archive, Draft, is_intact
from scrapers.model import FetchError, Page

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

NOON = datetime(2026, 9, 20, 12, tzinfo=UTC)
PAGE = Page("lambda", "https://example.com/pricing", NOON, "pricing_page", b"<html>$1.10</html>", final_url="x",
            headers={"etag": '"1"'}, is_excerpt=True, is_index=True)  # fmt: skip


def test_saved_page_is_read_back_unchanged(tmp_path: Path) -> None:
    saved = Archive(tmp_path).save(PAGE)
    (page,) = Archive(tmp_path).pages("lambda", NOON.date())
    assert page == saved == replace(PAGE, content=None, path=saved.path, sha256=saved.sha256)
    assert page.read() == PAGE.content and page.sha256 == hashlib.sha256(PAGE.read()).hexdigest()
    assert saved.path == tmp_path / "pages" / "lambda" / "bodies" / f"{page.sha256}.zst"
    assert zstd.decompress(saved.path.read_bytes()) == PAGE.content


def test_equal_bytes_give_equal_files(tmp_path: Path) -> None:
    one, two = Archive(tmp_path / "a").save(PAGE), Archive(tmp_path / "b").save(PAGE)
    assert one.path and two.path and one.path.read_bytes() == two.path.read_bytes()


def test_content_is_stored_once_whatever_the_day_and_every_fetch_recorded(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    visits = [replace(PAGE, captured_at=NOON + timedelta(hours=h)) for h in (0, 1, 12)]
    other = replace(PAGE, url="https://example.com/copy")
    for page in (*visits, other, visits[0]):
        archive.save(page)
    assert [page.captured_at.hour for page in archive.pages("lambda", NOON.date())] == [12, 12, 13]
    assert len(list(tmp_path.rglob("*.zst"))) == 1 and len(list(tmp_path.rglob("*.json"))) == 4
    newest = archive.newest("lambda", PAGE.url)
    assert newest and newest.captured_at == visits[2].captured_at
    assert archive.newest("lambda", "https://example.com/") is archive.newest("aws", PAGE.url) is None


def test_unchanged_page_survives_deletion_of_its_old_day(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    old = archive.save(PAGE)
    again = archive.record_unchanged(old, replace(PAGE, content=None, status=304, captured_at=NOON + timedelta(days=1)))
    for file in (tmp_path / "pages/lambda/2026-09-20").iterdir():
        file.unlink()
    (page,) = archive.pages("lambda", again.captured_at.date())
    assert page.read() == PAGE.content and page.status == 304 and is_intact(page)


def of_older_layout(home: Path, page: Page = PAGE) -> Path:
    """Archive a page as versions up to 0.2 did: its bytes beside the record; return their file."""
    saved = Archive(home).save(page)
    (record,) = (home / "pages" / page.provider / page.captured_at.date().isoformat()).glob("*.json")
    beside = record.with_name(f"{page.captured_at:%H%M%S}-{saved.sha256[:8]}.body.gz")
    beside.write_bytes(gzip.compress(page.read()))
    record.write_text(json.dumps(json.loads(record.read_text()) | {"file": beside.name}))
    assert saved.path
    saved.path.unlink()
    return beside


def test_archive_of_an_older_layout_is_read(tmp_path: Path) -> None:
    beside, archive = of_older_layout(tmp_path), Archive(tmp_path)
    (old,) = archive.pages("lambda", NOON.date())
    assert old.path == beside and old.read() == PAGE.content and is_intact(old)
    assert archive.newest("lambda", PAGE.url) == old
    again = archive.record_unchanged(old, replace(PAGE, content=None, captured_at=NOON + timedelta(days=1)))
    beside.unlink()
    assert again.read() == PAGE.content and is_intact(again)


def test_record_whose_hash_is_a_path_is_skipped(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    Archive(tmp_path).save(PAGE)
    (record,) = tmp_path.rglob("*.json")
    (tmp_path / "secret.zst").write_bytes(zstd.compress(b"secret"))
    record.write_text(json.dumps(json.loads(record.read_text()) | {"sha256": "../../../secret"}))
    with caplog.at_level("WARNING", logger="scrapers"):
        assert Archive(tmp_path).pages("lambda", NOON.date()) == []
    assert "is no SHA-256" in caplog.text


def test_newest_ignores_responses_to_post(tmp_path: Path) -> None:
    Archive(tmp_path).save(PAGE, "POST", "{}")
    assert Archive(tmp_path).newest("lambda", PAGE.url) is None
    assert len(Archive(tmp_path).pages("lambda", NOON.date())) == 1


def test_damaged_page_is_skipped_or_detected(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    saved = archive.save(PAGE)
    assert saved.path and is_intact(saved)
    for damaged in (zstd.compress(b"other"), b"no frame", saved.path.read_bytes()[:-3]):
        saved.path.write_bytes(damaged)
        assert not is_intact(saved)
    assert is_intact(archive.save(PAGE))  # the same content again heals the file
    saved.path.unlink()
    assert archive.pages("lambda", NOON.date()) == []


def test_only_old_drafts_are_deleted(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    old, young = archive.draft(), archive.draft()
    os.utime(old.path, (1, 1))
    archive.draft().discard()
    assert young.path.exists() and not old.path.exists()
    for draft in (old, young):
        draft.discard()


def _full(handle: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_disk_filling_at_any_step_leaves_no_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """The steps are those that reach the disk: the bytes, their folder, the record, its folder."""
    calls, real = iter(range(1, 9)), os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: _full(handle) if next(calls) == step else real(handle))
    with pytest.raises(FetchError, match="cannot write"):
        Archive(tmp_path).save(PAGE)
    monkeypatch.undo()
    assert len(Archive(tmp_path).pages("lambda", NOON.date())) == (1 if step == 4 else 0)
    assert Archive(tmp_path).save(PAGE).read() == PAGE.content


def test_record_states_the_origin_of_a_page(tmp_path: Path) -> None:
    Archive(tmp_path).save(PAGE, "POST", "{}")
    (record,) = tmp_path.rglob("*.json")
    facts = json.loads(record.read_text())
    assert facts["method"] == "POST" and facts["body"] == "{}" and facts["captured_at"] == "2026-09-20T12:00:00+00:00"


def test_draft_keeps_both_ends(tmp_path: Path) -> None:
    draft = Draft(tmp_path)
    for _ in range(3):
        draft.write(b"a" * 50_000 + b"z")
    seen = draft.seal()
    assert seen.size == 150_003 and len(seen.head) == len(seen.tail) == 65_536
    assert seen.head[:1] == b"a" and seen.tail[-1:] == b"z" and seen.read()[50_000:50_001] == b"z"
    draft.discard()
    assert not draft.path.exists()


@pytest.mark.parametrize("facts", [{"headers": None}, {"headers": ["etag"]}, {"url": None}, {"sha256": 7}])
def test_record_whose_facts_are_of_another_kind_is_skipped(
    tmp_path: Path, facts: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    archive = Archive(tmp_path)
    archive.save(PAGE)
    (record,) = tmp_path.rglob("*.json")
    record.write_text(json.dumps(json.loads(record.read_text()) | facts))
    with caplog.at_level("WARNING", logger="scrapers"):  # progress of a refresh hides warnings
        assert archive.pages("lambda", NOON.date()) == [] and archive.newest("lambda", PAGE.url) is None
    assert f"skipped the archived page {record}" in caplog.text
