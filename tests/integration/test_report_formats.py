"""Machine-readable formats of the report, and hostile text in every format."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any
from xml.etree import ElementTree

import duckdb
import jsonschema

from pipelines.reports import json_api
from pipelines.reports.render import hashed
from pipelines.serialize import printable
from tests.conftest import Demo
from tests.support.report_site import BASE, Site
from tests.support.report_world import HOSTILE_GPU, HOSTILE_PROVIDER, HOSTILE_TEXT
from warehouse.storage.state_dir import Home

ATOM = "{http://www.w3.org/2005/Atom}"


def rows_of(site: Site, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(site.text(path))["rows"]
    return found


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
    assert hashed(json.dumps(kinds).encode()) == "7449c0165be9f3cd091a551d", kinds


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
    told = json.loads(site.text("changes.json"))
    jsonschema.validate(told, FEED)
    assert told["feed_url"] == f"{BASE}/changes.json"
    atom = ElementTree.parse(site.root / "changes.atom").getroot()
    for element in (atom, *atom.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert (element.findtext(f"{ATOM}{name}") or "").strip(), name
    ids = [e.findtext(f"{ATOM}id") or "" for e in atom.iter(f"{ATOM}entry")]
    assert ids == [item["id"] for item in told["items"]] and len(ids) == len(set(ids)) == 12
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
    names = [r["name"] for r in package["resources"]]
    assert len(names) == len(set(names)) and all(re.fullmatch(r"[a-z0-9-]+", n) for n in names)


def test_search_engines_find_a_dataset(site: Site) -> None:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', site.text("gpu/a100-80gb.html"))
    assert found
    told = json.loads(found[1])
    assert (
        told["@type"] == "Dataset" and told["dateModified"] == "2026-06-29" and 50 <= len(told["description"]) <= 5000
    )
    for file in told["distribution"]:
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
