"""replay: tells what today's parser reads otherwise, changes nothing unless told to, and then keeps both readings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest import reparse, scrape_provider
from pipelines.ingest.reparse import COLUMNS
from scrapers import registry
from scrapers.fetching.archive import Archive
from scrapers.model import LayoutError, NoPublicPrice, Offer, Page, Provider, Request
from tests.conftest import Run
from tests.support.worlds import URL, at, building, offer, rows
from warehouse.publish import release
from warehouse.storage.connection import in_memory
from warehouse.storage.state_dir import Home

DAYS = ("2026-03-02", "2026-03-03", "2026-03-04")
Parse = Callable[[Page], Iterable[Offer]]


def read(page: Page) -> list[Offer]:
    """The parser of these tests: a page is a list of offers' facts."""
    return [offer(**facts) for facts in json.loads(page.read())]


@dataclass
class Shop:
    """A provider's archive and landing, and the parser that is used today."""

    home: Home
    monkeypatch: pytest.MonkeyPatch
    parse: Parse = read
    built: list[Home] = field(default_factory=list)

    @property
    def provider(self) -> Provider:
        return Provider("lambda", "Lambda", (Request(URL, "pricing_page"),), parse=lambda page: self.parse(page))

    def archive(self, day: str, *facts: dict[str, Any], url: str = URL) -> Path:
        """Archive a page of these offers; returns the file of its bytes."""
        content = json.dumps(facts).encode()
        page = Page("lambda", url, at(day), source="pricing_page", content=content, fetched_by="replay-http")
        kept = Archive(self.home.root).save(page).path
        assert kept
        return kept

    def land(self, *days: str) -> None:
        for day in days:
            scrape_provider.reparse(self.provider, date.fromisoformat(day), self.home)

    def today(self, parse: Parse, version: str = "another") -> None:
        """From now on pages are read so, by code of another version."""
        self.parse = parse
        self.monkeypatch.setattr(scrape_provider, "parser_version", lambda: version)
        self.monkeypatch.setattr(reparse, "parser_version", lambda: version)

    def files(self) -> set[str]:
        return {path.name for path in self.home.landing.rglob("*.parquet")}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Three days of two offers each, landed as they were read then."""
    shop = Shop(Home(tmp_path / "home"), monkeypatch)
    monkeypatch.setattr(registry, "modules", lambda: {"lambda": "", "oracle": ""})
    monkeypatch.setattr(registry, "get", lambda slug: replace(shop.provider, slug=slug))
    monkeypatch.setattr(release, "build_and_publish", shop.built.append)
    for day in DAYS:
        shop.archive(day, {"price": "2.00"}, {"price": "3.00", "instance": "two"})
    shop.land(*DAYS)
    return shop


def told(run: Run, shop: Shop, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
    result = run("replay", *arguments, "--json", home=shop.home)
    assert result.code == code, result.err
    matches = result.records()
    assert all(tuple(row) == COLUMNS for row in matches)
    return matches


def changed(page: Page) -> list[Offer]:
    """One price differs, one offer is gone, one is new."""
    return [offer("2.50"), offer("4.00", instance="three")]


def test_same_parser_gives_no_differences(run: Run, shop: Shop) -> None:
    result = run("replay", home=shop.home)
    assert (
        result.code == 0
        and len(result.out.splitlines()) == 1
        and "lambda: 3 pages parsed again, 3 unchanged" in result.err
    )


def test_differences_are_merged_and_nothing_is_landed(run: Run, shop: Shop) -> None:
    shop.today(changed)
    before = shop.files()
    matches = told(run, shop)
    assert [(r["what"], r["instance"], r["old"], r["new"]) for r in matches] == [
        ("added", "three", "", "4 USD per gpu_hour"), ("gone", "two", "3 USD per gpu_hour", ""),
        ("price", "one", "2 USD per gpu_hour", "2.5 USD per gpu_hour"),
    ]  # fmt: skip
    assert {(r["first_on"], r["last_on"], r["n_pages"]) for r in matches} == {(DAYS[0], DAYS[-1], 3)}
    assert shop.files() == before and not shop.built
    assert {r["n_pages"] for r in told(run, shop, "--since", DAYS[1], "--provider", "Lambda")} == {2}


@pytest.mark.parametrize(("facts", "what", "old", "new"), [
    ({"currency": "EUR"}, "price", "2 USD per gpu_hour", "2 EUR per gpu_hour"),
    ({"price": None, "price_status": "contact_sales"}, "price", "2 USD per gpu_hour", "contact_sales"),
    ({"upfront_price": Decimal(9)}, "price", "2 USD per gpu_hour", "2 + 9 upfront USD per gpu_hour"),
    ({"availability": "sold_out"}, "facts", "2 USD per gpu_hour, unknown", "2 USD per gpu_hour, sold_out"),
    ({"effective_from": date(2026, 4, 1)}, "facts", "2 USD per gpu_hour, unknown",
     "2 USD per gpu_hour, unknown, from 2026-04-01"),
    ({"effective_until": date(2026, 4, 1)}, "facts", "2 USD per gpu_hour, unknown",
     "2 USD per gpu_hour, unknown, until 2026-04-01"),
    ({"text": "other words"}, None, "", ""), ({"price": "2.0000"}, None, "", ""), ({"gpu_count": Decimal("1.0")}, None, "", ""),
])  # fmt: skip
def test_kinds_of_differences(
    run: Run, shop: Shop, facts: dict[str, Any], what: str | None, old: str, new: str
) -> None:
    shop.today(lambda page: [offer(**{"price": "2.00"} | facts), offer("3.00", instance="two")])
    assert {(r["what"], r["old"], r["new"]) for r in told(run, shop)} == ({(what, old, new)} if what else set())


@pytest.mark.parametrize(
    "facts", [{"region": "eu"}, {"gpu_label": "H100"}, {"price_unit": "instance_hour"}, {"term_months": 12}]
)
def test_changed_identity_is_one_gone_and_one_added(run: Run, shop: Shop, facts: dict[str, Any]) -> None:
    shop.today(lambda page: [offer("2.00", **facts), offer("3.00", instance="two")])
    assert [r["what"] for r in told(run, shop)] == ["added", "gone"]


def test_duplicate_offer_is_one_added(run: Run, shop: Shop) -> None:
    shop.today(lambda page: [*read(page), offer("2.00")])
    assert [(r["what"], r["new"]) for r in told(run, shop)] == [("added", "2 USD per gpu_hour")]


@pytest.mark.parametrize("error", [LayoutError, RuntimeError])
def test_unreadable_pages_are_reported(run: Run, shop: Shop, error: type[Exception]) -> None:
    def broken(page: Page) -> list[Offer]:
        raise LayoutError(page, "a table") if error is LayoutError else RuntimeError("tripped")

    shop.today(broken)
    (row,) = told(run, shop, code=3)
    assert row["what"] == "no longer read" and row["n_pages"] == 3 and row["url"] == URL
    before = shop.files()
    assert run("replay", "--apply", home=shop.home).code == 3 and shop.files() == before  # it supersedes nothing


def test_newly_readable_pages_are_reported(run: Run, shop: Shop) -> None:
    def broken(page: Page) -> list[Offer]:
        raise LayoutError(page, "a table")

    shop.parse = broken
    shop.archive("2026-03-05", {"price": "2.00"})
    shop.land("2026-03-05")
    shop.today(read)
    (row,) = told(run, shop)
    assert (row["what"], row["old"], row["new"]) == ("now read", "layout_changed", "ok, 1 offers")
    shop.archive("2026-03-06", {"price": "2.00"})  # a kill came before it was landed
    assert {r["old"] for r in told(run, shop)} == {"layout_changed", "not landed"}


def test_page_without_public_prices(run: Run, shop: Shop) -> None:
    def none(page: Page) -> list[Offer]:
        raise NoPublicPrice(page, "Contact sales")

    shop.today(none)
    (row,) = told(run, shop)
    assert (row["what"], row["old"], row["new"]) == ("now read", "ok", "no_public_price, 0 offers")


def test_missing_and_damaged_archive_pages(run: Run, shop: Shop) -> None:
    for path in (shop.home.pages / "lambda" / DAYS[0]).iterdir():
        path.unlink()
    (page,) = Archive(shop.home.root).pages("lambda", date.fromisoformat(DAYS[1]))
    body = page.path
    assert body
    body.unlink()  # a hard link may hold other days' bytes
    body.write_bytes(b"spoilt")
    matches = told(run, shop, code=3)
    assert {(r["what"], r["first_on"]) for r in matches} == {("not archived", DAYS[0]), ("damaged", DAYS[1])}
    assert "1 landed pages missing from the archive" in run("replay", home=shop.home).err


def test_apply_supersedes_and_keeps_both(run: Run, shop: Shop) -> None:
    shop.today(changed)
    before = shop.files()
    matches = told(run, shop, "--since", DAYS[2], "--apply")
    assert len(matches) == 3 and before < shop.files() and shop.built == [shop.home]
    with in_memory() as con:
        landed = rows(con, "from read_parquet(?) where captured_at::date = ?",
                      str(shop.home.landing / "offers/lambda/*.parquet"), DAYS[2])  # fmt: skip
    assert sorted(row["price"] for row in landed) == [2, Decimal("2.5"), 3, 4]
    with building(shop.home, "staging.offers") as con:
        newest = rows(
            con, "select price from staging.offers where provider = 'lambda' and observed_at::date = ?", DAYS[2]
        )
        older = rows(
            con, "select price from staging.offers where provider = 'lambda' and observed_at::date = ?", DAYS[1]
        )
    assert sorted(r["price"] for r in newest) == [Decimal("2.5"), 4] and sorted(r["price"] for r in older) == [2, 3]
    assert told(run, shop, "--since", DAYS[2]) == []
    assert told(run, shop, "--since", DAYS[2], "--apply") == [] and len(shop.built) == 1


def test_failed_build_is_reported(run: Run, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Home) -> None:
        raise RuntimeError("no room")

    monkeypatch.setattr(release, "build_and_publish", broken)
    shop.today(changed)
    result = run("replay", "--apply", home=shop.home)
    assert result.code == 1 and "landed, but the build failed" in result.err and "no room" in result.err


def test_landing_files_of_an_older_version_lack_columns(run: Run, shop: Shop) -> None:
    for path in (shop.home.landing / "offers" / "lambda").glob("*.parquet"):
        with in_memory() as con:
            con.execute(
                f"create table old as select * exclude (zone, upfront, effective_from, effective_until) from read_parquet('{path}')"
            )
            con.execute(f"copy old to '{path}' (format parquet)")
    assert told(run, shop) == []


def test_too_many_differences_are_counted(run: Run, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reparse, "MAX_DIFFERENCES", 2)
    shop.today(changed)
    assert len(told(run, shop)) == 2
    assert "3 more differences: narrow with --since" in run("replay", home=shop.home).err


@pytest.mark.parametrize(("arguments", "code", "why"), [
    (("--provider", "nosuch"), 2, "oracle"), (("--since", "soon"), 2, "not a time span"),
    (("--provider", "oracle"), 1, "no archived page"), (("--since", "2026-04-01"), 0, "no page was archived since 2026-04-01"),
])  # fmt: skip
def test_missing_archive_is_reported(run: Run, shop: Shop, arguments: tuple[str, ...], code: int, why: str) -> None:
    result = run("replay", *arguments, home=shop.home)
    assert result.code == code and why in result.err
