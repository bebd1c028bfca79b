"""The report's files: what they say, that nothing hostile gets through, that equal data give equal bytes."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import jsonschema
import pytest

from pipelines.defs import report_asset
from pipelines.reports import charts, json_api, slugs, sql_shell, wording
from pipelines.reports.build import InvalidBaseUrl, build
from pipelines.reports.output_folder import ForeignFolder
from pipelines.reports.pages.about import METHODOLOGY
from pipelines.reports.price_lines import lines_of
from pipelines.reports.query_runner import QUERIES, TABLES
from pipelines.reports.render import HERE, hashed
from pipelines.reports.site_data import SiteData
from pipelines.serialize import printable
from pipelines.timeseries import Segment
from tests.conftest import Demo, Run
from tests.support import report_world
from tests.support.report_site import BASE, BUDGET, Site
from tests.support.report_world import HOSTILE_GPU, HOSTILE_PROVIDER, HOSTILE_TEXT
from tests.support.worlds import cli
from warehouse.storage.state_dir import Home

ATOM = "{http://www.w3.org/2005/Atom}"


def rows_of(site: Site, path: str) -> list[dict[str, Any]]:
    matches: list[dict[str, Any]] = json.loads(site.text(path))["rows"]
    return matches


# -- what is there -------------------------------------------------------------------------------------------------


def test_demo_has_a_page_per_gpu_and_provider(demo: Demo) -> None:
    site = Site(demo.home.report)
    with duckdb.connect(str(demo.home.published), read_only=True) as con:
        gpus = con.execute("select distinct gpu, gpu_memory_gb from v1.offers_latest where gpu is not null").fetchall()
        providers = con.execute("select distinct provider from v1.source_health").fetchall()
    listed = rows_of(site, "api/v1/gpus.json")
    assert {(g, float(m)) for g, m in gpus} <= {(r["gpu"], r["gpu_memory_gb"]) for r in listed}
    pages = [r["page"] for r in (*listed, *rows_of(site, "api/v1/providers.json"))]
    assert len(pages) >= len(gpus) + len(providers) >= 20
    assert set(pages) <= set(site.pages)
    assert str(demo.home.report / "index.html") in demo.stderr.splitlines()[-1]
    assert "Demo data" in site.text("index.html") and "Demo data" in site.text("gpu/a100-80gb.html")


def test_every_page_kind_is_built(site: Site) -> None:
    tops = {"index", "gpus", "providers", "compare", "tokens", "train-or-infer", "indices", "changes", "data", "schema", "sql",
            "methodology", "health", "2023"}  # fmt: skip
    assert {p.removesuffix(".html") for p in site.pages if "/" not in p} == tops
    folders = {p.split("/")[0] for p in site.pages if "/" in p}
    assert folders == {"gpu", "provider", "tokens", "index", "changes", "receipt", "methodology"}


def test_every_link_and_anchor_resolves(site: Site, demo: Demo) -> None:
    assert not list(site.broken())
    assert not list(Site(demo.home.report).broken())


def test_every_page_is_light_titled_and_unique(site: Site, demo: Demo) -> None:
    for matches in (site, Site(demo.home.report)):
        assert max(map(matches.weight, matches.pages)) <= BUDGET
        for path in matches.pages:
            facts = matches.facts(path)
            assert len(facts.ids) == len(set(facts.ids)), path
            tags = [tag for tag, _ in facts.elements]
            assert tags.count("h1") == tags.count("main") == tags.count("title") - tags.count("desc") == 1, path
            assert ("html", {"lang": "en"}) in facts.elements, path


def test_front_page_answers(site: Site) -> None:
    page = site.text("index.html")
    assert (
        "On 29 June 2026 the lowest on-demand list price of the A100 80\u00a0GB is $1.35 per GPU-hour, at Lambda"
        in page
    )
    assert "the median of 7 providers is $2.30" in page and f'<link rel="canonical" href="{BASE}/index.html">' in page


def test_sold_out_offers_are_not_lowest_if_others_are_available() -> None:
    def offer(provider: str, usd: float, availability: str, age_days: int = 0) -> dict[str, Any]:
        return {"provider": provider, "usd_per_gpu_hour": usd, "availability": availability, "age_days": age_days, "place": 1,
                "pricing_model": "on_demand"}  # fmt: skip

    world, gpu = SiteData.__new__(SiteData), ("A100", Decimal(80))
    gone, left, old = offer("lium", 0.69, "sold_out"), offer("lambda", 1.79, "unknown"), offer("aws", 1.5, "unknown", 9)
    world.__dict__["offers_by_gpu"] = {gpu: [gone, old, left]}
    assert world.lowest(gpu, "on_demand") == [left] and world.lowest(gpu, "on_demand", fresh=False) == [gone, old, left]
    world.__dict__["offers_by_gpu"] = {gpu: [gone]}
    assert world.lowest(gpu, "on_demand") == [gone]
    world.__dict__["providers"] = {}
    assert world.seller("nobody") == "nobody"


def test_gpu_page_matches_the_contract(site: Site, market: Home) -> None:
    page, level = site.text("gpu/a100-80gb.html"), "median of 7 providers $2.30"
    assert level in page and "carried forward, 7 days" in page and "rose" in page and "+12.0\u00a0%" in page
    with duckdb.connect(str(market.published), read_only=True) as con:
        lowest = con.execute(
            "select provider, min(usd_per_gpu_hour) from v1.offers_latest where gpu = 'A100' and pricing_model = 'on_demand' "
            "group by provider"
        ).fetchall()
    assert len(lowest) == 7
    for _, usd in lowest:
        assert f'<td class="n main">{usd:.3f}</td>' in page


def test_component_prices_are_not_prices_per_gpu_hour(demo: Demo) -> None:
    page = Site(demo.home.report).text("gpu/p4-8gb.html")
    assert "prices of components" in page and "gpu component" in page


def test_stale_or_empty_data_still_builds_a_site(tmp_path: Path) -> None:
    home = report_world.make(tmp_path / "home", origin="live")  # of half a year ago: no price is in force today
    build(home, tmp_path / "out")
    site = Site(tmp_path / "out")
    assert "No on-demand price is in force" in site.text("index.html") and "Demo data" not in site.text("index.html")
    assert "the last was observed on 29 June 2026" in site.text("gpu/a100-80gb.html")
    assert not list(site.broken())


# -- hostile words -------------------------------------------------------------------------------------------------


def test_scraped_markup_never_becomes_markup(site: Site) -> None:
    page = site.text(next(p for p in site.pages if p.startswith("provider/script-")))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    allowed = {f"../{p}" for p in ("assets",)} | {"assets"}
    for path in site.pages:
        text, facts = site.text(path), site.facts(path)
        assert (
            "<script>alert" not in text
            and "onerror=alert(2)>" not in text
            and "{{" not in text.replace("{{ 7*7 }}", "")
        )
        for tag, attributes in facts.elements:
            assert tag not in ("img", "iframe", "object", "style", "base"), (path, tag)
            assert not [a for a in attributes if a.startswith("on") or a == "style"], (path, tag, attributes)
            if tag == "script":
                is_data = attributes == {"type": "application/ld+json"}
                assert is_data or attributes["src"].rsplit("/", 1)[0] in allowed, (path, attributes)
        assert not [link for link in facts.links if re.match(r"\s*(javascript|data|vbscript):", link, re.IGNORECASE)], (
            path
        )
        assert "\u202e" not in text and "\u2028" not in text


def test_hostile_names_are_text_in_every_format(site: Site) -> None:
    gpu = next(r for r in rows_of(site, "api/v1/gpus.json") if r["gpu"] == HOSTILE_GPU)
    base = gpu["page"].removesuffix(".html")
    assert re.fullmatch(r"gpu/[a-z0-9.-]+", base)
    html = site.text(gpu["page"])
    assert "=cmd|&#39; /C calc&#39;!A0" in html and HOSTILE_GPU not in html
    assert {r["gpu"] for r in rows_of(site, gpu["json"])} == {HOSTILE_GPU}
    rows = list(csv.DictReader(io.StringIO(site.text(f"{base}.csv"))))
    assert {r["gpu"] for r in rows} == {f"'{HOSTILE_GPU}"} and {r["instance"] for r in rows} == {HOSTILE_TEXT}
    for path in site.root.rglob("*.csv"):
        cells = [cell for row in csv.reader(io.StringIO(path.read_text())) for cell in row]
        assert not [
            c for c in cells if c[:1] in ("=", "+", "@", "\t") or (c[:1] == "-" and not re.match(r"-[\d.]", c))
        ], path
    with duckdb.connect() as con:
        parquet = con.execute(f"select distinct gpu, instance from '{site.root / base}.parquet'").fetchall()
    assert parquet == [(HOSTILE_GPU, HOSTILE_TEXT)]  # a typed file needs no escape, and keeps what was said
    feed = ElementTree.parse(site.root / f"{base}.atom")
    titles = [t.text or "" for t in feed.iter(f"{ATOM}title")]
    assert len(titles) > 1 and all(HOSTILE_GPU in t for t in titles)
    provider = next(r for r in rows_of(site, "api/v1/providers.json") if r["provider"] == HOSTILE_PROVIDER)
    assert HOSTILE_PROVIDER in site.text(provider["json"]) and HOSTILE_PROVIDER not in site.text(provider["page"])


def test_hostile_provider_names_are_escaped_in_charts(site: Site) -> None:
    drawn = [p for p in site.pages if "<svg" in site.text(p) and p.startswith(("gpu/", "index/"))]
    assert drawn
    for path in drawn:
        for figure in re.findall(r"<figure.*?</figure>", site.text(path), re.DOTALL):
            for picture in re.findall(r"<svg.*</svg>", figure, re.DOTALL):
                ElementTree.fromstring(
                    f"<g>{picture.replace('&nbsp;', ' ')}</g>" if False else f"<g>{_closed(picture)}</g>"
                )


def _closed(picture: str) -> str:
    """The drawing alone: from the first <svg to its own end."""
    depth = 0
    for tag in re.finditer(r"<svg\b|</svg>", picture):
        depth += 1 if tag[0] != "</svg>" else -1
        if depth == 0:
            return picture[: tag.end()]
    raise AssertionError("an svg that does not end")


def test_receipts_quote_the_source_text(site: Site) -> None:
    receipts = [p for p in site.pages if p.startswith("receipt/")]
    assert receipts
    page = site.facts(receipts[0])
    quoted = printable(HOSTILE_TEXT)
    assert any(quoted in text for text in page.texts)
    assert any(re.search(r"2026-0\d-\d\d", text) for text in page.texts)


def test_invalid_url_is_not_linked(site: Site) -> None:
    texts = [site.text(p) for p in site.pages if p.startswith("receipt/")]
    shown = [t for t in texts if "javascript:alert(3)" in t]
    assert shown and not [t for t in shown if 'href="javascript' in t]


# -- machines ------------------------------------------------------------------------------------------------------


def test_json_matches_its_schema(site: Site) -> None:
    schema = json.loads(site.text("api/v1/schema.json"))
    jsonschema.Draft202012Validator.check_schema(schema)
    whole = jsonschema.Draft202012Validator(schema)
    index = json.loads(site.text("api/v1/index.json"))
    assert len(index["files"]) > 10
    for file in index["files"]:
        document = json.loads(site.text(f"api/v1/{file['path']}"))
        assert whole.is_valid(document), file["path"]
        if file["rows"] in schema["$defs"]:
            rows = {"type": "array", "items": {"$ref": f"#/$defs/{file['rows']}"}, "$defs": schema["$defs"]}
            assert jsonschema.Draft202012Validator(rows).is_valid(document["rows"]), file["path"]
    assert rows_of(site, "api/v1/latest.json") and rows_of(site, "api/v1/changes-latest.json")


def test_schema_is_as_promised() -> None:
    """Members of API v1 are added, never renamed or removed: this is the snapshot."""
    kinds = {kind: sorted(d["required"]) for kind, d in json_api.schema()["$defs"].items()}
    assert hashed(json.dumps(kinds).encode()) == "cd3e415788692ab6b56cc7a9", kinds


FEED = {
    "type": "object",
    "required": ["version", "title", "items"],
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": {"type": "string", "minLength": 1},
        "home_page_url": {"type": "string", "format": "uri"},
        "feed_url": {"type": "string", "format": "uri"},
        "items": {"type": "array", "minItems": 1, "items": {
            "type": "object",
            "required": ["id", "content_text", "date_published", "url"],
            "properties": {
                "id": {"type": "string", "pattern": "^urn:uuid:[0-9a-f-]{36}$"},
                "url": {"type": "string", "pattern": f"^{BASE}/changes/\\d{{4}}-\\d\\d-\\d\\d\\.html$"},
                "date_published": {"type": "string", "pattern": "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$"},
                "tags": {"type": "array", "items": {"enum": ["drop", "rise", "new", "gone", "back"]}},
            },
        }},
    },
}  # fmt: skip


def test_feeds_are_valid_and_use_contract_event_ids(site: Site, market: Home) -> None:
    output = json.loads(site.text("changes.json"))
    jsonschema.validate(output, FEED)
    assert output["feed_url"] == f"{BASE}/changes.json"
    atom = ElementTree.parse(site.root / "changes.atom").getroot()
    for element in (atom, *atom.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert (element.findtext(f"{ATOM}{name}") or "").strip(), name
    ids = [e.findtext(f"{ATOM}id") or "" for e in atom.iter(f"{ATOM}entry")]
    assert ids == [item["id"] for item in output["items"]] and len(ids) == len(set(ids)) == 12
    with duckdb.connect(str(market.published), read_only=True) as con:
        events = {row[0] for row in con.execute("select event_id from v1.price_changes where kind <> 'new'").fetchall()}
    assert {i.removeprefix("urn:uuid:").replace("-", "") for i in ids} == events
    assert max(e.findtext(f"{ATOM}updated") or "" for e in atom.iter(f"{ATOM}entry")) == atom.findtext(f"{ATOM}updated")


def test_first_observation_is_not_news(demo: Demo) -> None:
    site = Site(demo.home.report)
    with duckdb.connect(str(demo.home.published), read_only=True) as con:
        counted = con.execute("select count(*) filter (where kind = 'new'), count(*) from v1.price_changes").fetchall()
    (new, every) = counted[0]
    items = json.loads(site.text("changes.json"))["items"]
    assert new > 100 and len(items) <= every - new and not [i for i in items if i["tags"] == ["new"]]
    assert "come from sources observed for the first time" in site.text("changes/2026-09-20.html")


def test_data_package_lists_existing_files(site: Site) -> None:
    package = json.loads(site.text("datapackage.json"))
    assert package["licenses"] and package["homepage"] == BASE
    for resource in package["resources"]:
        assert (site.root / resource["path"]).stat().st_size == resource["bytes"]
        if "schema" in resource:
            with (site.root / resource["path"]).open(newline="") as stream:
                header = next(csv.reader(stream))
            assert set(header) <= {f["name"] for f in resource["schema"]["fields"]}, resource["path"]
    names = [r["name"] for r in package["resources"]]
    assert len(names) == len(set(names)) and all(re.fullmatch(r"[a-z0-9-]+", n) for n in names)


def test_search_engines_find_a_dataset(site: Site) -> None:
    matches = re.search(r'<script type="application/ld\+json">(.*?)</script>', site.text("gpu/a100-80gb.html"))
    assert matches
    output = json.loads(matches[1])
    assert (
        output["@type"] == "Dataset"
        and output["dateModified"] == "2026-06-29"
        and 50 <= len(output["description"]) <= 5000
    )
    for file in output["distribution"]:
        assert (site.root / file["contentUrl"].removeprefix(f"{BASE}/")).is_file()


def test_llms_and_site_map(site: Site) -> None:
    text = site.text("llms.txt")
    assert text.startswith("# gpuhour\n\n> ") and "lowest on-demand list price of the A100 80" in text
    links = re.findall(r"^- \[[^\n]*\]\(([^()\s]+)\)", text, re.MULTILINE)
    assert len(links) > 20 and not [link for link in links if not (site.root / link).is_file()]
    urls = [u.text or "" for u in ElementTree.parse(site.root / "sitemap.xml").iter() if u.tag.endswith("loc")]
    assert len(urls) > 20 and all((site.root / u.removeprefix(f"{BASE}/")).is_file() for u in urls)


def test_database_copy_opens_in_a_browser_s_duckdb(site: Site) -> None:
    path = site.root / "data" / "gpuhour.duckdb"
    assert path.read_bytes()[8:12] == b"DUCK" and int.from_bytes(path.read_bytes()[12:20], "little") == 64
    with duckdb.connect(str(path), read_only=True) as con:
        kinds = {
            kind
            for (kind,) in con.execute(
                "select distinct data_type from duckdb_columns() where schema_name = 'v1'"
            ).fetchall()
        }
        assert "TIMESTAMP WITH TIME ZONE" not in kinds
        assert con.execute("select count(*) from v1.offers_latest").fetchall()[0][0] > 0


# -- the same data, the same bytes ---------------------------------------------------------------------------------


def test_same_data_gives_the_same_bytes(site: Site, market: Home, tmp_path: Path) -> None:
    build(market, tmp_path / "again", BASE)
    first, second = site.bytes_of_all(), Site(tmp_path / "again").bytes_of_all()
    assert first.keys() == second.keys()
    differing = [path for path in first if first[path] != second[path]]
    assert not differing


def test_second_build_writes_only_missing_files(market: Home, tmp_path: Path) -> None:
    made = build(market, tmp_path / "out")
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "out").rglob("*") if p.is_file() and p.name[0] != "."}
    again = build(market, tmp_path / "out")
    assert made.written == made.files > 100 and again.written == 0
    assert before == {p: p.stat().st_mtime_ns for p in before}
    (tmp_path / "out" / "gpu" / "a100-80gb.html").unlink()
    (tmp_path / "out" / "data.html").write_text("short")
    assert build(market, tmp_path / "out").written == 2


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
    result = run("report", "build", home=Home(tmp_path))
    assert result.code == 1 and "make demo" in result.err and not result.out
    result = run("report", "serve", home=Home(tmp_path))
    assert result.code == 1 and "report build" in result.err


def test_build_command_prints_the_path(run: Run, market: Home, tmp_path: Path) -> None:
    result = run("report", "build", "--out", tmp_path / "o", "--base-url", BASE, "--json", home=market)
    (output,) = result.records()
    assert (
        result.code == 0
        and output["path"] == str(tmp_path / "o")
        and output["pages"] > 50
        and "written in" in result.err
    )
    result = run("report", "build", "--out", tmp_path / "o", "--base-url", "ftp://x", home=market)
    assert result.code == 2 and "not a web address" in result.err
    result = run("report", "build", "--out", market.root, home=market)
    assert result.code == 2 and "empty folder" in result.err


def test_report_needs_neither_dagster_nor_pandas(market: Home, tmp_path: Path) -> None:
    poisoned = "import sys\nsys.modules.update({'dagster': None, 'pandas': None})"
    done = cli("report", "build", "--out", tmp_path / "out", home=market.root, before=poisoned)
    assert done.returncode == 0 and done.stdout == f"{tmp_path / 'out' / 'index.html'}\n", done.stderr


def test_unwritable_disk_is_reported(run: Run, market: Home, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("report", "build", "--out", tmp_path / "file" / "out", home=market)
    assert result.code == 1 and "cannot write the report" in result.err


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


# -- what it reads -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(QUERIES.rglob("*.sql")), ids=lambda p: p.stem)
def test_every_query_reads_only_the_contract(path: Path) -> None:
    sql = path.read_text()
    assert sql.startswith("-- ") and ("Grain:" in sql or "One row" in sql)
    with duckdb.connect() as con:
        output = con.execute("select json_serialize_sql(?)", [re.sub(r"\$cited", "['x']", sql)]).fetchall()[0][0]
    assert not json.loads(output)["error"], output
    tables = set(re.findall(r'"schema_name":"([^"]*)","table_name":"([^"]*)"', output))
    own = set(re.findall(r'"key":"(\w+)"', output)) | set(re.findall(r"^\s*(?:with )?(\w+) as \($", sql, re.MULTILINE))
    wrong = {(s, t) for s, t in tables if s not in ("v1", "made") and not (s == "" and t in own)}
    assert not wrong
    assert {t for s, t in tables if s == "made"} <= set(TABLES)


# -- pieces --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name"),
    [("A100 80gb", "a100-80gb"), ("llama-3.1-70b", "llama-3.1-70b"), ("Quadro RTX 6000 24gb", "quadro-rtx-6000-24gb")],
)
def test_plain_names_are_kept(text: str, name: str) -> None:
    assert slugs.slug(text) == name


@pytest.mark.parametrize(
    "text", ["../../etc/passwd", "con", "nul.txt", "", "..", "a/b", "Ä", "x" * 300, "a\0b", "-rf", "a b/"]
)
def test_any_name_becomes_a_safe_file_name(text: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slugs.slug(text)) and len(slugs.slug(text)) < 60
    assert slugs.slug(text) not in ("con", "nul")


def test_names_never_share_a_file() -> None:
    names = ["A 100", "a-100", "A-100", "a_100", "a 100 ", "A 100"]
    matches = slugs.slugs((number, name) for number, name in enumerate(names))
    assert len(set(matches.values())) == len(names) and matches[0] == "a-100"


def test_number_formats() -> None:
    assert [wording.usd(v) for v in (None, 2.744705, Decimal("0.0123"), 560000, Decimal("2.005"), 12.5)] == [
        "–", "$2.74", "$0.0123", "$560,000", "$2.01", "$12.50"]  # fmt: skip
    assert [wording.pct(v) for v in (None, 3.24, -14.66, 0, -0.01)] == [
        "–",
        "+3.2\u00a0%",
        "−14.7\u00a0%",
        "0.0\u00a0%",
        "0.0\u00a0%",
    ]
    assert [wording.small(v) for v in (0.000244, 1.29, 560123, 0, 10.03, None)] == [
        "0.000244",
        "1.29",
        "560,000",
        "0",
        "10.0",
        "–",
    ]
    assert [wording.large(v) for v in (1.3e9, 15e12, 3.14e23, 580.6, None)] == ["1.3 B", "15 T", "3.14e23", "581", "–"]
    assert wording.price(Decimal("1.2345")) == "1.235" and wording.price(None) == "–"
    assert (
        wording.pricing("reserved", 36) == "reserved, 3 years"
        and wording.pricing("reserved", 6) == "reserved, 6 months"
    )
    assert wording.number(Decimal("262.500")) == "262.5" and wording.number(Decimal("8.0000")) == "8"
    assert (
        wording.several(["a"]) == "a"
        and wording.several(["a", "b"]) == "a and b"
        and wording.several(list("abcdef")) == "a, b, c and 3 more"
    )


D = date(2026, 1, 1)


def day(n: int) -> date:
    return D + timedelta(days=n)


def test_lines_have_steps_and_gaps() -> None:
    drawn = charts.steps(
        [("a", [Segment(day(0), day(10), 1.0), Segment(day(10), day(20), 2.0), Segment(day(30), day(40), 1.5)])]
    )
    assert drawn
    (line,) = drawn["lines"]
    assert line["d"] == "M0 260h250v-260h250M750 130h250"
    assert "L" not in line["d"] and drawn["rungs"][0]["label"] == "1.00"
    assert charts.steps([("a", [Segment(day(0), day(5), 1.0)])]) is None and charts.steps([]) is None


def test_band_is_closed_and_has_gaps() -> None:
    drawn = charts.steps(
        [("a", [Segment(day(0), day(40), 1.0)])],
        band=[(day(0), day(10), 1.0, 2.0), (day(10), day(20), 0.0, 1.0), (day(30), day(40), 0.5, 1.5)],
    )
    assert drawn and drawn["band"].count("M") == drawn["band"].count("z") == 2


def test_labels_do_not_overlap() -> None:
    lines = [(str(n), [Segment(day(0), day(40), 1.0 + n / 1000)]) for n in range(9)]
    drawn = charts.steps(lines)
    assert drawn and drawn["n_left_out"] == 3
    places = sorted(line["label_y"] for line in drawn["lines"])
    assert all(b - a >= 16 for a, b in pairwise(places)) and places[-1] <= 260


def run_of(since: int, until: int, usd: float, rank: int = 1, **facts: Any) -> dict[str, Any]:
    given = {
        "gpu": "A100",
        "gpu_memory_gb": Decimal(80),
        "form_factor": "SXM",
        "provider": "p",
        "pricing_model": "on_demand",
    }
    return given | {"rank": rank, "feed": f"f{rank}", "since": day(since), "until": day(until), "usd": usd} | facts


def test_better_source_wins_and_sources_are_never_spliced() -> None:
    runs = [run_of(10, 20, 3.0, 1), run_of(0, 30, 1.0, 2), run_of(5, 15, 2.0, 1, gpu_memory_gb=Decimal(40))]
    lines = lines_of(runs, day(25))
    (of_80,), (of_40,) = lines["A100", Decimal(80)]["on_demand"], lines["A100", Decimal(40)]["on_demand"]
    assert [(s.since, s.until, s.value) for s in of_80.segments] == [
        (day(0), day(5), 1.0), (day(10), day(20), 3.0), (day(20), day(26), 1.0)]  # fmt: skip
    assert [(s.since, s.until, s.value) for s in of_40.segments] == [(day(5), day(15), 2.0)]
    assert of_80.on(day(7)) is None and of_80.on(day(19)) == 3.0 and of_80.between(day(4), day(10)) == [1.0, 3.0]


PUBLISHED_METHODS = {"1.0": "931dbcd06e0dfefebf3ea2f7"}


def test_published_methodology_never_changes() -> None:
    assert set(METHODOLOGY) == set(PUBLISHED_METHODS), "pin the new version here; old ones stay"
    for version, pinned in PUBLISHED_METHODS.items():
        text = (HERE / "templates" / f"methodology_{version}.html").read_bytes()
        assert hashed(text) == pinned, f"what changed gets a new version; {version} is out"


def test_site_without_node_says_it_has_no_shell(market: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert sql_shell.fetch(tmp_path / "vendored") == "Node is not installed: reports are built without the SQL shell"
    monkeypatch.setattr(sql_shell, "installed", lambda: None)
    made = build(market, tmp_path / "out")
    page = (tmp_path / "out" / "sql.html").read_text()
    assert not made.has_shell and "built without the SQL shell" in page and "<script src" not in page
    assert "unsafe" not in page
