"""Measures the gate against real history with known faults and known true moves; reports 2024 apart from the years it was tuned on.

`python -m tests.support.scorecard` imports the history into a home of its own and prints the card. Nothing here is fitted to an entry:
an entry is caught when a quality event overlaps it in provider, source, dates, and in instance, region and pricing
model as far as the entry names them; where its instance is prose, the class must be the same, too.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

from tests.support.reference_data import SHARED

ROOT = Path(__file__).resolve().parents[2]
HISTORY = SHARED / "history"
PRICES = "gpu_price_daily_2011_2024.parquet"
TUNED_UNTIL = "2023-12-31"
TRUE_MOVES = ("real_drop", "real_increase", "market_move", "real_or_correction")
OF_SOURCES = ("gap", "partial_snapshot", "product_vanished", "stale_source")

LOAD = """
create or replace temp table price_rows as
select row_number() over () as row_no, date, provider, coalesce(region, '') as region, coalesce("zone", '') as "zone",
    instance, gpu_name_raw as gpu, pricing_model, price_usd_per_hour as price, source_repo, observed_at
from read_parquet('{history}/{prices}');

create or replace temp table seen as
select provider, source_repo, min(date) as first_on, max(date) as last_on from price_rows group by all;

create or replace temp table entries as
with typed as (
    select * replace (date_from::date as date_from, date_to::date as date_to),
        string_split(instance, ' ; ') as instances, string_split(region, ' ') as regions,
        string_split(pricing_model, '+') as models
    from read_csv('{history}/anomalies.csv', all_varchar = true, nullstr = '\\N')
),
names as (
    select provider, source_repo, list(distinct instance) as instances, list(distinct region) as regions
    from price_rows group by all
)
select t.*,
    -- A list cut off in the file ends in a word that is no name: then every name of the scope is meant.
    list_has_any(t.instances, n.instances) and list_contains(n.instances, t.instances[-1]) as names_instances,
    t.region <> '' and list_contains(n.regions, t.regions[-1]) as names_regions,
    t.instance not in ('', 'all') and t.instance not like 'all %' and not list_has_any(t.instances, n.instances) as is_prose
from typed as t left join names as n using (provider, source_repo);

create or replace temp table scope as
select e.anomaly_id, r.row_no
from entries as e
join price_rows as r
    on r.source_repo = e.source_repo and (e.provider = 'all' or r.provider = e.provider)
    and r.date between e.date_from and e.date_to
    and (not e.names_instances or list_contains(e.instances, r.instance))
    and (not e.names_regions or list_contains(e.regions, r.region))
    and (e.pricing_model = '' or list_contains(e.models, 'all') or list_contains(e.models, r.pricing_model))
where e.expected_action in ('quarantine', 'flag', 'alias (keep one series)');
"""

# A fault that the file does not contain cannot be found in it.
MATCHABLE = """
create or replace temp table matchable as
select e.*, coalesce(case
    when e.class = 'duplicate_conflict' then exists (
        select 1 from scope as s join price_rows as r using (row_no) where s.anomaly_id = e.anomaly_id
        group by r.instance, r.gpu, r.region, r."zone", r.pricing_model, r.observed_at having count(distinct r.price) > 1)
    when e.class = 'flapping' then (
        select count(distinct r.price) > 1 from scope as s join price_rows as r using (row_no) where s.anomaly_id = e.anomaly_id)
    when e.class in ('gap', 'partial_snapshot', 'product_vanished') then exists (
        select 1 from seen as s where s.source_repo = e.source_repo and e.provider in (s.provider, 'all')
        and s.first_on < e.date_to and s.last_on >= e.date_from)
    else exists (select 1 from scope as s where s.anomaly_id = e.anomaly_id)
end, false) as is_matchable
from entries as e
where e.expected_action in ('quarantine', 'flag');
"""

CAUGHT = """
create or replace temp table caught as
select e.anomaly_id, e.class, e.expected_action, e.date_from, e.is_matchable,
    count(v.class) > 0 as is_caught,
    coalesce(bool_or(v.class = e.class), false) as same_class,
    coalesce(bool_or(v.verdict = e.expected_action), false) as same_verdict
from matchable as e
left join events as v
    on v.source_repo = e.source_repo and (v.provider in (e.provider, 'all') or e.provider = 'all')
    and v.date <= e.date_to and v.date_to >= e.date_from
    and (
        (v.instance = 'all' and v.class = e.class)
        or (
            v.instance <> 'all'
            and (not e.names_instances or list_contains(e.instances, v.instance))
            and (not e.names_regions or list_contains(e.regions, v.region))
            and (e.pricing_model = '' or list_contains(e.models, 'all') or list_contains(e.models, v.pricing_model))
            and (not e.is_prose or v.class = e.class)
            and e.class not in {of_sources}
        )
    )
group by all;

create or replace temp table held as
select r.row_no, list(distinct v.class) as classes
from price_rows as r
join events as v
    on v.status in ('held', 'rejected') and v.source_repo = r.source_repo and v.provider = r.provider
    and v.instance = r.instance and v.region = r.region and v."zone" = r."zone" and v.pricing_model = r.pricing_model
    and r.date between v.date and v.date_to
group by all;

-- Rows that are none of the known faults': of an entry in prose, only what is held under its class is its own.
create or replace temp table others as
select r.row_no, r.date, h.row_no is not null as is_held
from price_rows as r
left join held as h using (row_no)
left join scope as s using (row_no)
left join entries as e using (anomaly_id)
group by all
having not coalesce(bool_or(not e.is_prose or list_contains(h.classes, e.class)), false);
"""

MOVES = """
create or replace temp table moves as
select 'list' as kind, event_id as id, date_new_price_first_seen as date, provider, example_instance as instance,
    [] as regions, '' as "zone", pricing_model, source_repo
from read_csv('{history}/list_price_events.csv') where verdict in {true_moves}
union all by name
select 'spot' as kind, 'S' || event_no as id, date_new_price_first_seen as date, provider, instance,
    [region] as regions, coalesce("zone", '') as "zone", 'spot' as pricing_model, source_repo
from read_csv('{history}/spot_price_drops.csv')
union all by name
select 'drawdown' as kind, 'D' || row_number() over () as id, date, provider, instance, [region] as regions, "zone",
    'spot' as pricing_model, 'skypilot-org/skypilot-catalog' as source_repo
from read_csv('{history}/aws_spot_drawdowns_30pct.csv')
union all by name
select 'repricing' as kind, 'R' || row_number() over () as id, date, 'gcp' as provider,
    string_split(largest_drop, ' ')[2] as instance, [string_split(largest_drop, ' ')[1]] as regions, '' as "zone",
    'spot' as pricing_model, 'Cyclenerd/google-cloud-pricing-cost-calculator' as source_repo
from read_csv('{history}/gcp_spot_repricing_days.csv');

create or replace temp table passed as
select m.kind, m.id, m.date, count(r.row_no) > 0 as is_found, count(h.row_no) > 0 as is_lost
from moves as m
left join price_rows as r
    on r.date = m.date and r.provider = m.provider and r.source_repo = m.source_repo and r.instance = m.instance
    and r.pricing_model = m.pricing_model and r."zone" = m."zone"
    and (m.kind = 'list' or list_contains(m.regions, r.region))
left join held as h using (row_no)
group by all;
"""


def score(con: duckdb.DuckDBPyConnection, history: Path = HISTORY) -> None:
    """Fill `caught`, `held`, `passed` from a table `events` of the same connection.

    events: source_repo, provider, instance ('all': a whole source), region, zone, pricing_model (as in the history: reserved_1y), date,
    date_to (inclusive), verdict, status, class.
    """
    values = {
        "history": history,
        "prices": PRICES,
        "of_sources": OF_SOURCES,
        "true_moves": TRUE_MOVES,
    }
    for part in (LOAD, MATCHABLE, CAUGHT, MOVES):
        con.execute(part.format(**values))


BY_CLASS = f"""
select class, expected_action as expected,
    count(*) filter (where is_matchable) as matchable,
    count(*) filter (where is_matchable and is_caught) as caught,
    count(*) filter (where is_matchable and same_class) as same_class,
    count(*) filter (where is_matchable and same_verdict) as same_verdict,
    count(*) filter (where is_matchable and date_from > '{TUNED_UNTIL}') as of_2024,
    count(*) filter (where is_matchable and is_caught and date_from > '{TUNED_UNTIL}') as caught_2024,
    string_agg(anomaly_id, ' ' order by anomaly_id) filter (where is_matchable and not is_caught) as missed,
    count(*) filter (where not is_matchable) as unmatchable
from caught group by grouping sets ((class, expected_action), ()) order by class nulls last
"""
OTHERS = f"""
select if(date <= '{TUNED_UNTIL}', '2011-2023', '2024') as years, count(*) as other_rows,
    count(*) filter (where is_held) as held, round(100.0 * count(*) filter (where is_held) / count(*), 3) as percent
from others group by rollup (years) order by years
"""
LOST = f"""
select kind, if(date <= '{TUNED_UNTIL}', '2011-2023', '2024') as years, count(*) as moves,
    count(*) filter (where not is_found) as not_in_file, count(*) filter (where is_lost) as lost,
    string_agg(id, ' ') filter (where is_lost) as which
from passed group by all order by all
"""


def card(con: duckdb.DuckDBPyConnection) -> str:
    """Format the three tables as text, after `score`."""
    parts = ("Known faults by class", BY_CLASS), ("All other rows", OTHERS), ("True moves", LOST)
    return "\n\n".join(f"{title}\n{con.sql(query).df().to_string(index=False, na_rep='-')}" for title, query in parts)


EVENTS = """
create or replace temp table events as
select
    regexp_replace(e.source, '^[^/]*/', '') as source_repo, e.provider, e.instance, coalesce(e.region, '') as region,
    coalesce(e."zone", '') as "zone",
    coalesce(e.pricing_model, '') || case s.term_months when 12 then '_1y' when 36 then '_3y' else '' end as pricing_model,
    e.date, coalesce(e.date_to, '9999-12-31'::date) as date_to, e.verdict, e.status, e.class
from v1.quality_events as e
left join v1.series as s using (series_id)
where e.source <> ''
"""


def main() -> None:
    """Import the history into a fresh home, then print the card."""
    if not (HISTORY / PRICES).exists():
        sys.exit(f"no history at {HISTORY}: the scorecard needs it")
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"GPUHOUR_HOME": folder}
        gpuhour = [sys.executable, "-c", "import sys; from pipelines.cli.app import main; sys.exit(main())"]
        command = [*gpuhour, "import", str(HISTORY / PRICES), "--source", "archive"]
        subprocess.run(command, check=True, env=environment, cwd=ROOT)
        con = duckdb.connect(f"{folder}/published.duckdb", read_only=True)
        con.execute(EVENTS)
        score(con)
        print(card(con))


if __name__ == "__main__":
    main()
