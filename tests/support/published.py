"""A small handmade published database with v1's history tables, for tests that only read it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from warehouse.paths import MACROS
from warehouse.storage.state_dir import Home

SERIES = """
    series_id varchar, source varchar, feed varchar, provider varchar, instance varchar, gpu varchar, vendor varchar,
    form_factor varchar, gpu_memory_gb decimal(9,3), gpu_count decimal(18,10), region varchar, region_id varchar,
    country varchar, continent varchar, zone varchar, pricing_model varchar, term_months integer, upfront varchar, price_scope varchar, rank integer
"""
TABLES = {
    "series": SERIES,
    "price_intervals": SERIES
    + """, valid_from date, valid_to date, observed_at timestamptz, last_seen_on date, price decimal(38,18),
    upfront_price decimal(38,18), currency varchar, price_unit varchar, usd_per_unit double, rate_on date,
    usd_per_gpu_hour decimal(18,6),
    effective_from date, effective_until date, availability varchar, quality varchar, ended_by varchar, origin varchar,
    landed_at timestamptz, gpu_label varchar, text varchar, source_url varchar, sha256 varchar, parser_version varchar
    """,
    "quality_events": """
    event_id varchar, series_id varchar, provider varchar, source varchar, instance varchar, region varchar,
    region_id varchar, country varchar, continent varchar, zone varchar, gpu varchar, pricing_model varchar, date date, date_to date, verdict varchar, status varchar,
    rule varchar, class varchar, reason varchar, price decimal(38,18), currency varchar, last_good decimal(38,18),
    source_url varchar, sha256 varchar, parser_version varchar
    """,
    "price_changes": SERIES
    + """, event_id varchar, seq bigint, changed_on date, observed_at timestamptz, kind varchar,
    old_usd_per_gpu_hour decimal(18,6), new_usd_per_gpu_hour decimal(18,6), pct double, source_url varchar,
    sha256 varchar
    """,
    "source_health": """
    provider varchar, source varchar, seen_on date, status varchar, detail varchar, n_pages bigint, n_offers bigint,
    last_tried_at timestamptz
    """,
    "meta": "schema_version varchar, built_at timestamptz, has_live boolean, follows_clock boolean, newest_on date",
}
A_SERIES: dict[str, Any] = {
    "series_id": "s1", "source": "price_list", "feed": "price_list", "provider": "aws", "instance": "p4d.24xlarge",
    "gpu": "A100", "vendor": "NVIDIA", "form_factor": "SXM", "gpu_memory_gb": 40, "gpu_count": 8,
    "region": "us-east-1", "zone": "", "pricing_model": "on_demand", "term_months": 0, "upfront": "",
    "price_scope": "instance", "rank": 1,
}  # fmt: skip
A_RECEIPT = {"source_url": "https://aws.example/prices.csv", "sha256": "ab" * 32, "parser_version": "0123456789ab"}
AN_INTERVAL = A_SERIES | A_RECEIPT | {
    "valid_from": "2022-01-01", "valid_to": None, "observed_at": "2022-01-01 06:00:00+00",
    "last_seen_on": "2024-12-31", "price": "32.7726", "currency": "USD", "price_unit": "instance_hour",
    "usd_per_unit": 1, "rate_on": None, "usd_per_gpu_hour": "4.096575", "effective_from": None,
    "availability": "available", "quality": "ok", "ended_by": None, "origin": "live",
    "landed_at": "2022-01-01 06:01:00+00", "gpu_label": "A100", "text": "$32.7726 per On Demand p4d.24xlarge",
}  # fmt: skip
AN_EVENT = A_RECEIPT | {
    "event_id": "e" * 32, "series_id": "s1", "provider": "aws", "source": "price_list", "instance": "p4d.24xlarge",
    "region": "us-east-1", "zone": "", "gpu": "A100", "pricing_model": "on_demand", "date": "2023-05-01",
    "date_to": "2023-05-02", "verdict": "quarantine", "status": "held", "rule": "zero", "class": "zero_price",
    "reason": "a price of 0 is no price", "price": 0, "currency": "USD", "last_good": "32.7726",
}  # fmt: skip
A_CHANGE = A_SERIES | {
    "event_id": "c1", "seq": 1, "changed_on": "2024-12-20", "observed_at": "2024-12-20 06:00:00+00", "kind": "drop",
    "old_usd_per_gpu_hour": "4.096575", "new_usd_per_gpu_hour": "2.0", "pct": -51.2, "sha256": "ab" * 32,
    "source_url": "https://aws.example/prices.csv",
}  # fmt: skip
META = {"schema_version": "1.1.0", "built_at": "2024-12-31 07:00:00+00", "has_live": False, "follows_clock": False,
        "newest_on": "2024-12-31"}  # fmt: skip


def make(root: Path, **tables: list[dict[str, Any]]) -> Home:
    """Make a home whose published database holds these rows, by table of v1; each row names the columns it fills."""
    home = Home(root)
    root.mkdir(parents=True, exist_ok=True)
    home.published.unlink(missing_ok=True)
    with duckdb.connect(str(home.published)) as con:
        con.execute("set TimeZone = 'UTC'")
        con.execute("create schema v1; create schema marts")
        con.execute("create macro hours_per_month() as 730; create macro hours_per_year() as 8760")
        con.execute((MACROS / "renting.sql").read_text())
        for name, columns in TABLES.items():
            con.execute(f"create table v1.{name} ({columns})")
            for row in tables.get(name, [META] if name == "meta" else []):
                _insert(con, name, row)
    return home


def _insert(con: duckdb.DuckDBPyConnection, table: str, row: dict[str, Any]) -> None:
    names = ", ".join(row)
    con.execute(f"insert into v1.{table} ({names}) values ({', '.join('?' * len(row))})", list(row.values()))
