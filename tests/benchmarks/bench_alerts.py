"""All kinds of alert rules over 100,000 series of which a fifth moved today: one day's evaluation, and all of history anew.

`python -m tests.benchmarks.bench_alerts` prints seconds; what counts is how they relate to each other and to the rows.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from pipelines.alerts.config.schema import KINDS, AlertConfig
from pipelines.alerts.rules.evaluate import evaluate
from warehouse.engine import model_graph
from warehouse.storage import connection
from warehouse.storage.state_dir import Home

SERIES = 100_000
DAYS = 120
TODAY = date(2026, 4, 30)
NOW = datetime(2026, 4, 30, 7, tzinfo=UTC)
MORE: dict[str, dict[str, object]] = {
    "below": {"price": 1.5}, "above": {"price": 9}, "drop_pct": {"pct": 5}, "rise_pct": {"pct": 5}, "change_pct": {"pct": 5},
    "below_median": {"pct": 10}, "index_move": {"pct": 5}, "cheapest_changed": {"where": {}},
    "cost_per_token_below": {"model": "m", "usd_per_m_tokens": 0.5},
}  # fmt: skip

MADE = """
create schema v1;
create schema marts;
create table v1.series as
select
    md5(n::varchar) as series_id, 'list' as source, 'list' as feed, 'provider-' || (n % 50) as provider, 'i-' || n as instance,
    'GPU' || (n % 20) as gpu, 'NVIDIA' as vendor, 'SXM' as form_factor, 80::decimal(9, 3) as gpu_memory_gb,
    8::decimal(18, 10) as gpu_count, 'region-' || (n % 30) as region, '' as zone,
    ['on_demand', 'spot', 'reserved'][n % 3 + 1] as pricing_model, if(n % 3 = 2, 12, 0) as term_months, '' as upfront,
    'instance' as price_scope, 1 as rank, false as is_bound, n
from range({series}) as r(n);
create table v1.price_intervals as
with steps as (
    select n, unnest([0, 24, 48, 72, 96]) as step from v1.series
    union all
    select n, {days} - 1 from v1.series where n % 5 = 0
),
priced as (
    select
        s.* exclude (n), date '{today}' - ({days} - 1) + t.step::integer as valid_from,
        (1 + (s.n % 97) / 10 + ((s.n * 7 + t.step) % 13) / 20)::decimal(18, 6) as usd_per_gpu_hour
    from v1.series as s
    join steps as t using (n)
)
select
    p.*,
    lead(valid_from) over same as valid_to, coalesce(lead(valid_from) over same - 1, date '{today}') as last_seen_on,
    (valid_from::timestamp + interval 6 hour) at time zone 'UTC' as observed_at,
    (usd_per_gpu_hour * 8)::decimal(38, 18) as price, 'USD' as currency, 'instance_hour' as price_unit, 1::double as usd_per_unit,
    'available' as availability, 'ok' as quality, null::varchar as ended_by, 'live' as origin,
    null::date as effective_from, null::date as effective_until, 'https://example.com/list' as source_url, 'ab' as sha256, '$' as text, '1' as parser_version,
    lag('change') over same as old_ended_by, lag(usd_per_gpu_hour) over same as old_usd_per_gpu_hour
from priced as p
window same as (partition by series_id order by valid_from);
update v1.price_intervals set ended_by = 'change' where valid_to is not null;
create table v1.source_health as
select 'provider-' || p as provider, 'list' as source, date '{today}' - d::integer as seen_on, 'ok' as status, '' as detail,
    (date '{today}' - d::integer + interval 6 hour)::timestamp at time zone 'UTC' as last_tried_at
from range(50) as a(p), range({days}) as b(d);
create table v1.quality_events (
    event_id varchar, series_id varchar, provider varchar, source varchar, instance varchar, date date, date_to date,
    verdict varchar, status varchar, rule varchar, class varchar, reason varchar, currency varchar,
    usd_per_gpu_hour decimal(18, 6), last_good_usd_per_gpu_hour decimal(18, 6), source_url varchar, sha256 varchar
);
create table v1.meta as
select '1' as schema_version, timestamptz '{today} 06:30:00+00' as built_at, true as has_live, true as follows_clock, date '{today}' as newest_on;
create table v1.index_daily (
    index_id varchar, gpu varchar, gpu_memory_gb decimal(9, 3), pricing_model varchar, day date, chained_base100 decimal(18, 4),
    chain_start date, status varchar, vintage varchar
);
create table v1.cost_per_token as
select 'roofline' as method, 'm' as model, 'FP16' as precision, 'chat' as workload, gpu, form_factor, gpu_memory_gb, 8 as tp,
    min(0.1)::float as usd_per_m_tokens, 1::decimal(18, 6) as usd_per_gpu_hour
from v1.series group by all;
"""


def make(home: Home, series: int = SERIES) -> None:
    """Make a published database with the tables of v1 that alerts read."""
    with duckdb.connect(str(home.published)) as con:
        con.execute("set TimeZone = 'UTC'")
        for statement in model_graph.macros():
            con.execute(statement)
        for statement in MADE.format(series=series, days=DAYS, today=TODAY).split(";\n"):
            if statement.strip():
                con.execute(statement)


def all_rules() -> AlertConfig:
    """Return one rule of every kind, about every series."""
    return AlertConfig.model_validate({"rules": [{"id": kind, "kind": kind} | MORE.get(kind, {}) for kind in KINDS]})


def main() -> None:
    """Print the times."""
    series = int(sys.argv[1]) if len(sys.argv) > 1 else SERIES
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        make(home, series)
        rules = all_rules().rules
        with connection.published(home) as con:
            rows = con.execute("select count(*) from v1.price_intervals").fetchall()[0][0]
            print(f"{series:,} series, {rows:,} prices, {len(rules)} rules, {series // 5:,} moved today")
            for what, since in (("one day", TODAY), ("all of history", None)):
                for kinds, chosen in (
                    ("every kind", rules),
                    ("but cheapest_changed", [r for r in rules if r.kind != "cheapest_changed"]),
                ):
                    started, spent = time.perf_counter(), time.process_time()
                    events = evaluate(con, chosen, NOW, since=since)
                    wall, cpu = time.perf_counter() - started, time.process_time() - spent
                    print(f"{what:15} {kinds:20} {wall:6.2f} s  {cpu:6.2f} s of processor  {len(events):,} events")


if __name__ == "__main__":
    main()
