"""A report is built again, in part, or not: bytes, files, the command, the asset."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines.defs import report_asset
from pipelines.reports import sql_shell
from pipelines.reports.build import InvalidBaseUrl, build
from pipelines.reports.output_folder import ForeignFolder
from tests.conftest import Run
from tests.support.report_site import BASE, Site
from tests.support.report_world import HOSTILE_PROVIDER
from tests.support.worlds import cli
from warehouse.storage.state_dir import Home

# -- the same data, the same bytes ---------------------------------------------------------------------------------


def test_same_data_gives_the_same_bytes(site: Site, market: Home, tmp_path: Path) -> None:
    build(market, tmp_path / "again", BASE)
    first, second = site.bytes_of_all(), Site(tmp_path / "again").bytes_of_all()
    assert first.keys() == second.keys()
    differing = [path for path in first if first[path] != second[path]]
    assert not differing


def test_second_build_writes_only_missing_files(market: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = build(market, tmp_path / "out")
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "out").rglob("*") if p.is_file() and p.name[0] != "."}
    with monkeypatch.context() as patch:
        patch.setattr("pipelines.reports.build.SiteData", None)  # nothing is read where nothing changed
        again = build(market, tmp_path / "out")
    assert made.written == made.files > 100
    assert (again.pages, again.files, again.written) == (made.pages, made.files, 0)
    assert before == {p: p.stat().st_mtime_ns for p in before}
    (tmp_path / "out" / "gpu" / "a100-80gb.html").unlink()
    (tmp_path / "out" / "data.html").write_text("short")
    assert build(market, tmp_path / "out").written == 2
    moved = build(market, tmp_path / "out", "https://example.org/gpu")
    assert moved.written > 0 and "https://example.org/gpu/" in (tmp_path / "out" / "sitemap.xml").read_text()


def test_changed_files_are_written_and_old_ones_removed(market: Home, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.root.mkdir()
    shutil.copy(market.published, home.published)
    build(home, tmp_path / "out")
    (tmp_path / "out" / "mine.txt").write_text("not of the report")
    with duckdb.connect(str(home.published)) as con:
        (hostile,) = con.execute(
            "select series_no from intermediate.series where provider = ? limit 1", [HOSTILE_PROVIDER]
        ).fetchall()[0]
        con.execute("delete from intermediate.open_intervals where series_no in (select series_no from intermediate.series where provider = ?)",
                    [HOSTILE_PROVIDER])  # fmt: skip
        assert hostile
    again = build(home, tmp_path / "out")
    assert 0 < again.written < again.files / 2
    assert HOSTILE_PROVIDER not in (tmp_path / "out" / "api" / "v1" / "latest.json").read_text()
    assert (tmp_path / "out" / "mine.txt").exists()
    assert not list(Site(tmp_path / "out").broken())


def test_folder_with_other_files_is_refused(market: Home, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(ForeignFolder, match="letter"):
        build(market, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]


# -- the command ---------------------------------------------------------------------------------------------------


def test_missing_data_is_reported_with_a_hint(run: Run, tmp_path: Path) -> None:
    said = run("report", "build", home=Home(tmp_path))
    assert said.code == 1 and "make demo" in said.err and not said.out
    said = run("report", "serve", home=Home(tmp_path))
    assert said.code == 1 and "report build" in said.err


def test_build_command_prints_the_path(run: Run, market: Home, tmp_path: Path) -> None:
    said = run("report", "build", "--out", tmp_path / "o", "--base-url", BASE, "--json", home=market)
    (told,) = said.records()
    assert said.code == 0 and told["path"] == str(tmp_path / "o") and told["pages"] > 50 and "written in" in said.err
    said = run("report", "build", "--out", tmp_path / "o", "--base-url", "ftp://x", home=market)
    assert said.code == 2 and "not a web address" in said.err
    said = run("report", "build", "--out", market.root, home=market)
    assert said.code == 2 and "empty folder" in said.err


@pytest.mark.extras
def test_report_needs_neither_dagster_nor_pandas(market: Home, tmp_path: Path) -> None:
    poisoned = "import sys\nsys.modules.update({'dagster': None, 'pandas': None})"
    done = cli("report", "build", "--out", tmp_path / "out", home=market.root, before=poisoned)
    assert done.returncode == 0 and done.stdout == f"{tmp_path / 'out' / 'index.html'}\n", done.stderr


def test_unwritable_disk_is_reported(run: Run, market: Home, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = run("report", "build", "--out", tmp_path / "file" / "out", home=market)
    assert said.code == 1 and "cannot write the report" in said.err


def test_owner_chooses_the_terms_of_the_data(site: Site, market: Home, tmp_path: Path) -> None:
    build(market, tmp_path / "out", BASE, "Ask <b>us</b> https://creativecommons.org/licenses/by/4.0/")
    link = '<a href="https://creativecommons.org/licenses/by/4.0/">Ask &lt;b&gt;us&lt;/b&gt;</a>'
    assert link in (tmp_path / "out" / "data.html").read_text()
    assert "creativecommons.org" in (tmp_path / "out" / "datapackage.json").read_text()
    assert '"license": "https://creativecommons.org/licenses/by/4.0/"' in (tmp_path / "out" / "gpus.html").read_text()
    assert '<a href="https://spdx.org/licenses/MIT.html">MIT</a>' in (site.root / "data.html").read_text()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://", "https://a b", 'https://x"y', "//x", "x"])
def test_invalid_base_urls_are_rejected(market: Home, tmp_path: Path, url: str) -> None:
    with pytest.raises(InvalidBaseUrl):
        build(market, tmp_path / "out", url)


def test_asset_builds_unless_it_is_off(market: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    import dagster as dg

    from pipelines.defs.resources import Workspace

    (asset,) = report_asset.report_assets()
    resources = {"workspace": Workspace(home=str(market.root))}
    published = dg.SourceAsset(["published", "database"])
    done = dg.materialize([published, asset], resources=resources)
    assert done.success and not market.report.exists()
    monkeypatch.delenv("GPUHOUR_REPORT")
    monkeypatch.setenv("GPUHOUR_REPORT_URL", BASE)
    done = dg.materialize([published, asset], resources=resources)
    assert done.success and (market.report / "sitemap.xml").exists()
    shutil.rmtree(market.report)


def test_site_without_node_says_it_has_no_shell(market: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert sql_shell.fetch(tmp_path / "vendored") == "Node is not installed: reports are built without the SQL shell"
    monkeypatch.setattr(sql_shell, "installed", lambda: None)
    made = build(market, tmp_path / "out")
    page = (tmp_path / "out" / "sql.html").read_text()
    assert not made.has_shell and "built without the SQL shell" in page and "<script src" not in page
    assert "unsafe" not in page
