"""A small market to build a report of: seven providers over half a year, with moves, a gap, spot, terms, and hostile names."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb

from scrapers.model import Offer
from tests.support.worlds import offer, seen
from warehouse.publish import release
from warehouse.storage.landing import Origin, land
from warehouse.storage.state_dir import Home

FIRST, WEEKS = date(2026, 1, 5), 26
LAST = FIRST + timedelta(weeks=WEEKS - 1)
# A page and two files each: those of all models would be most of what a site's tests write and read.
LANGUAGE_MODELS = ("llama-3.1-8b", "llama-3.3-70b", "qwen2.5-0.5b", "deepseek-r1", "gpt-oss-120b")
PROVIDERS = ("lambda", "aws", "azure", "gcp", "oracle", "coreweave", "acme")
GPUS = ("A100 80GB SXM", "H100 80GB SXM", "L4 24GB")
HOSTILE_PROVIDER = "<script>alert(1)</script>"
HOSTILE_GPU = "=cmd|' /C calc'!A0"
HOSTILE_TEXT = '"><img src=x onerror=alert(2)>&\u202egnp.exe ]]> -- \u2028 {{ 7*7 }}'


def make(folder: Path, hostile: bool = False, origin: Origin = "recorded") -> Home:
    """Make a state folder with a published database of this market."""
    home = Home(folder)
    for number, provider in enumerate(PROVIDERS):
        looks = []
        for week in range(WEEKS):
            day = FIRST + timedelta(weeks=week)
            if provider == "azure" and 8 <= week < 15:
                continue  # no scrapes for seven weeks
            if provider == "oracle" and week == WEEKS - 1:
                looks.append(seen(day.isoformat(), status="failed", provider=provider, detail="HTTP 503", sha256="",
                                  origin=origin))  # fmt: skip
                continue
            looks.append(seen(day.isoformat(), _offers(number, week), provider=provider, origin=origin,
                              url=f"https://{provider}.example/pricing?week={week}&x=1"))  # fmt: skip
        land(home, provider, looks, parser_version="1")
    release.build_and_publish(home)
    with duckdb.connect(str(home.published)) as con:
        con.execute("delete from marts.inference_speed where not list_contains(?, model)", [LANGUAGE_MODELS])
    if hostile:
        _poison(home)
    return home


def _offers(number: int, week: int) -> list[Offer]:
    found = []
    for place, gpu in enumerate(GPUS[: 3 if number % 2 else 2]):
        price = Decimal("1.50") + Decimal(number) * Decimal("0.35") + Decimal(place) * Decimal("1.10")
        if week >= 12 and number in (0, 3):
            price *= Decimal("0.9")
        if week >= 20 and number == 4:
            price *= Decimal("1.12")
        price = price.quantize(Decimal("0.0001"))
        facts = {"gpu_label": gpu, "region": "us-east-1" if number % 2 else "eu-1", "instance": f"box.{place}"}
        found.append(offer(str(price), **facts))
        if number < 4:
            found.append(
                offer(str((price * Decimal("0.4")).quantize(Decimal("0.0001"))), pricing_model="spot", **facts)
            )
        if number == 1:
            found.append(
                offer(
                    str((price * Decimal("0.6")).quantize(Decimal("0.0001"))),
                    pricing_model="reserved",
                    term_months=12,
                    **facts,
                )
            )
    return found


def _poison(home: Home) -> None:
    """Rename things in the published file to what a hostile page might call them."""
    with duckdb.connect(str(home.published)) as con:
        columns = con.execute(
            "select schema_name || '.' || table_name, column_name from duckdb_columns() join duckdb_tables() "
            "using (schema_name, table_name) where schema_name in ('core', 'intermediate', 'v1', 'marts')"
        ).fetchall()
        for table, column in columns:
            if column == "provider":
                con.execute(f"update {table} set provider = ? where provider = 'acme'", [HOSTILE_PROVIDER])
            if column == "gpu":
                con.execute(f"update {table} set gpu = ? where gpu = 'L4'", [HOSTILE_GPU])
        con.execute("update intermediate.series set instance = ? where gpu = ?", [HOSTILE_TEXT, HOSTILE_GPU])
        for table in ("closed_intervals", "open_intervals"):
            con.execute(f"update intermediate.{table} set text = ?, gpu_label = ?", [HOSTILE_TEXT, HOSTILE_GPU])
        con.execute("update intermediate.scrapes set source_url = 'javascript:alert(3)' where provider = 'gcp'")
        con.execute(
            "update intermediate.scrapes set source_url = 'https://x.example/\"><script>alert(4)</script>' where provider = 'aws'"
        )
