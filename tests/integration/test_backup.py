"""A backup brings back what was published, may be made while others write, and is refused when it is not whole."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.support.effort import first_of
from tests.support.worlds import offer, put, rows, seen
from warehouse.publish import release
from warehouse.storage import connection, home_backup, home_restore, ledger
from warehouse.storage.home_restore import BadBackup, NotEmpty
from warehouse.storage.state_dir import Home

pytestmark = pytest.mark.usefixtures("module_without_costs")


def published(home: Home) -> list[list[dict[str, object]]]:
    tables = ("price_intervals", "price_changes", "source_health", "offers_latest", "quality_events")
    with connection.published(home) as con:
        return [rows(con, f"from v1.{table} order by all") for table in tables]


def page(home: Home, day: str, content: bytes) -> Path:
    path = home.pages / "lambda" / day / "page.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A published home with a price that a person rejected."""
    home = Home(tmp_path_factory.mktemp("world"))
    put(
        home, seen("2026-09-20", [offer("2.00")]), seen("2026-09-21", [offer("0")]), seen("2026-09-22", [offer("1.80")])
    )
    release.build_and_publish(home)
    with connection.published(home) as con:
        (event,) = rows(con, "select event_id from v1.quality_events where status = 'held'")
    ledger.decide(home, event["event_id"], "rejected", "ann", "no such price")
    release.build_and_publish(home)
    return home


@pytest.fixture
def home(world: Home, tmp_path: Path) -> Home:
    """A copy of it, with two pages of equal bytes and files of one's own."""
    home = Home(tmp_path / "home")
    shutil.copytree(world.root, home.root, ignore=shutil.ignore_patterns("warehouse.duckdb", "exports", "locks"))
    first = page(home, "2026-09-20", b"the page")
    (home.pages / "lambda" / "2026-09-22").mkdir()
    (home.pages / "lambda" / "2026-09-22" / "page.gz").hardlink_to(first)
    (home.root / "alerts.yaml").write_text("rules: []\n")
    (home.root / "models.csv").write_text("name\n")
    return home


def is_empty(home: Home) -> bool:
    return not home.root.exists() or [path.name for path in home.root.iterdir()] == ["locks"]


def names(file: Path) -> set[str]:
    with tarfile.open(file) as tar:
        return set(tar.getnames())


@pytest.mark.parametrize("with_pages", first_of([True, False]))
def test_restored_home_publishes_the_same_rows(home: Home, tmp_path: Path, with_pages: bool) -> None:
    contents = home_backup.back_up(home, tmp_path / "b.tar", with_pages=with_pages)
    assert contents.files["landing"] == 6 and contents.files["ledger.sqlite"] == 1
    other = Home(tmp_path / "other")
    home_restore.restore(other, tmp_path / "b.tar")
    assert {path.name for path in other.root.iterdir()} == {
        "alerts.yaml", "landing", "ledger.sqlite", "locks", "models.csv", *(["pages"] if with_pages else []),
    }  # fmt: skip
    release.build_and_publish(other)
    assert published(other) == published(home)
    assert ledger.decisions(other) == ledger.decisions(home)
    if with_pages:
        first, second = sorted(other.pages.rglob("page.gz"))
        assert first.read_bytes() == b"the page" and first.samefile(second)  # stored once, there and here
        assert contents.bytes["pages"] == len(b"the page")


def test_backup_while_a_scrape_lands_has_offers_for_every_page(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page without its offers would say that they are gone."""
    add, days = home_backup._add, iter(range(1, 100))

    def land_another_first(*arguments: object) -> None:
        put(home, seen(f"2026-10-{next(days):02d}", [offer("3.00")]))
        add(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(home_backup, "_add", land_another_first)
    home_backup.back_up(home, tmp_path / "b.tar")
    landed = names(tmp_path / "b.tar")
    pages = {name.partition("landing/pages/")[2] for name in landed if name.startswith("landing/pages/")}
    offers = {name.partition("landing/offers/")[2] for name in landed if name.startswith("landing/offers/")}
    assert len(pages) >= 3 and pages < offers  # some offers have no page yet, and count only with one


def test_unfinished_files_and_links_are_left_out(home: Home, tmp_path: Path) -> None:
    (home.pages / ".drafts").mkdir()
    (home.pages / ".drafts" / "a.tmp").write_bytes(b"half")
    (home.landing / "pages" / "lambda" / "a.parquet.1.part").write_bytes(b"half")
    (home.root / "dagster").mkdir()
    (home.root / "dagster" / "dagster.yaml").symlink_to(tmp_path / "of-the-checkout.yaml")
    (home.root / ".env").write_text("GPUHOUR_SALAD_TOKEN=secret")
    home_backup.back_up(home, tmp_path / "b.tar")
    assert not [name for name in names(tmp_path / "b.tar") if name.endswith((".tmp", ".part", ".env", "dagster.yaml"))]


def test_failed_backup_keeps_the_one_before(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "backups" / "b.tar"
    home_backup.back_up(home, file)
    before = file.read_bytes()
    home.ledger.write_bytes(b"junk" * 5000)
    with pytest.raises(ledger.LedgerError):
        home_backup.back_up(home, file)
    assert file.read_bytes() == before and [path.name for path in file.parent.iterdir()] == ["b.tar"]


def _edited(file: Path, edit: Callable[[dict[str, bytes]], None]) -> None:
    """Write a backup again with other contents, as text of its manifest or bytes of its files."""
    with tarfile.open(file) as tar:
        files = {m.name: tar.extractfile(m).read() for m in tar.getmembers()}  # type: ignore[union-attr]
    edit(files)
    with tarfile.open(file, "w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


def _listed(name: str, content: bytes = b"x") -> Callable[[dict[str, bytes]], None]:
    """Return an edit that adds a file, and lists it with its true hash."""

    def edit(files: dict[str, bytes]) -> None:
        manifest = json.loads(files["manifest.json"])
        manifest["files"][name] = hashlib.sha256(content).hexdigest()
        files |= {name: content, "manifest.json": json.dumps(manifest).encode()}

    return edit


def _flip(files: dict[str, bytes]) -> None:
    files["alerts.yaml"] = b"rules: [] "


DAMAGED: dict[str, tuple[Callable[[dict[str, bytes]], None], str]] = {
    "other bytes": (_flip, "the bytes of alerts.yaml differ"),
    "a file less": (lambda files: files.__delitem__("alerts.yaml"), "alerts.yaml is only in the manifest"),
    "a file more": (lambda files: files.update({"mine.csv": b"x"}), "mine.csv is only in the manifest, or"),
    "no manifest": (lambda files: files.__delitem__("manifest.json"), "has no manifest.json"),
    "junk for a manifest": (lambda files: files.update({"manifest.json": b"[1"}), "manifest.json cannot be read"),
    "a path outside": (_listed("../outside.csv"), "'../outside.csv', which no backup has"),
    "a path within a folder, outside": (_listed("landing/../../outside.csv"), "which no backup has"),
    "an absolute path": (_listed("/outside.csv"), "which no backup has"),
    "another file of the home": (_listed("published.duckdb"), "'published.duckdb', which no backup has"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_backup_restores_nothing(home: Home, tmp_path: Path, name: str) -> None:
    edit, reason = DAMAGED[name]
    file, other = tmp_path / "b.tar", Home(tmp_path / "other")
    home_backup.back_up(home, file)
    _edited(file, edit)
    with pytest.raises(BadBackup, match=re.escape(reason)):
        home_restore.restore(other, file)
    assert is_empty(other) and not (tmp_path / "outside.csv").exists()
    _edited(file, lambda files: None)  # writing it again is not what was refused
    home_backup.back_up(home, file)
    home_restore.restore(other, file)


@pytest.mark.parametrize("size", [0, 100, 5_000, -2_000])
def test_cut_backup_restores_nothing(home: Home, tmp_path: Path, size: int) -> None:
    file, other = tmp_path / "b.tar", Home(tmp_path / "other")
    home_backup.back_up(home, file)
    with tarfile.open(file) as tar:
        end = tar.getmember("manifest.json").offset_data + 10  # the file is padded to a multiple of 10 KB
    os.truncate(file, size if size >= 0 else end)
    with pytest.raises(BadBackup):
        home_restore.restore(other, file)
    assert is_empty(other)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE, tarfile.GNUTYPE_SPARSE])
def test_only_files_are_restored(home: Home, tmp_path: Path, kind: bytes) -> None:
    file, other = tmp_path / "b.tar", Home(tmp_path / "other")
    home_backup.back_up(home, file)
    with tarfile.open(file, "a") as tar:
        member = tarfile.TarInfo("landing/pages/x")
        member.type, member.linkname = kind, "/etc"
        tar.addfile(member)
    with pytest.raises(BadBackup, match="which no backup has"):
        home_restore.restore(other, file)


def test_more_than_the_disk_holds_is_refused_at_once(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home_backup.back_up(home, tmp_path / "b.tar")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10, 9, 1))
    with pytest.raises(BadBackup, match="has 1 left"):
        home_restore.restore(Home(tmp_path / "other"), tmp_path / "b.tar")


def test_home_with_files_is_moved_aside_only_when_forced(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "b.tar"
    home_backup.back_up(home, file)
    put(home, seen("2026-09-23", [offer("1.50")]))
    with pytest.raises(NotEmpty, match=r"alerts\.yaml"):
        home_restore.restore(home, file)
    home_restore.restore(home, file, is_forced=True)
    (aside,) = home.root.glob("replaced-*")
    assert len(list(aside.glob("landing/pages/*/*"))) == 4 and (aside / "published.duckdb").exists()
    assert len(list(home.landing.glob("pages/*/*"))) == 3 and not home.published.exists()


def test_nothing_is_restored_under_a_build(home: Home, tmp_path: Path) -> None:
    home_backup.back_up(home, tmp_path / "b.tar")
    with connection.writer_lock(home), pytest.raises(connection.WarehouseBusy):
        home_restore.restore(home, tmp_path / "b.tar", is_forced=True)


def test_commands(run: Run, home: Home, tmp_path: Path) -> None:
    file, other = tmp_path / "b.tar", Home(tmp_path / "other")
    made = run("backup", file, "--json", home=home)
    assert made.code == 0 and {row["part"]: row["files"] for row in made.records()} == {
        "landing": 6, "pages": 2, "alerts.yaml": 1, "models.csv": 1, "ledger.sqlite": 1,
    }  # fmt: skip
    assert "pages" not in run("backup", tmp_path / "c.tar", "--without-pages", home=home).out
    restored = run("restore", file, "--home", other.root, "--json", home=home)
    assert restored.code == 0 and restored.records() == made.records()
    assert published(other) == published(home)
    again = run("restore", file, home=other)
    assert again.code == 2 and "--force moves that aside" in again.err
    assert run("restore", file, "--force", home=other).code == 0 and published(other) == published(home)
    assert run("backup", tmp_path / "b.tar.gz", home=home).code == 2
    assert run("restore", tmp_path / "absent.tar", home=other).code == 1
    assert run("backup", file, home=Home(tmp_path / "absent")).code == 1
