"""What the build keeps between builds: looks, series, runs, verdicts and intervals, extended by what newly landed.

`state.*` are plain tables, `core.*` is what the models see of them. Every newest run of a series is in state.heads, the
twelve before it in state.recent_runs, all others in state.old_runs, which only grows: a day's prices are judged by the
first two, whose size is that of the day. Of intervals, the open ones are apart from the closed.
"""

from __future__ import annotations

from warehouse.storage.connection import Connection

_RUN = """
    series_no integer, run_no integer, first_look integer, last_look integer, first_on date, last_on date,
    ended_on date, n_seen integer, price decimal(38, 18), upfront_price decimal(38, 18), currency varchar,
    price_unit varchar, availability varchar, effective_from date, price_status varchar, n_prices integer,
    usd_per_unit double, rate_on date, usd_price decimal(38, 18), usd_per_gpu_hour decimal(18, 6), gpu_label varchar,
    text varchar
"""
# price: as nearly all are stated; long_price: what has more digits. Half of an interval's bytes are prices.
_INTERVAL = """
    series_no integer, valid_from date, valid_to date, last_on date, first_look integer,
    usd_per_gpu_hour decimal(18, 6), price decimal(18, 6), long_price decimal(38, 18), upfront_price decimal(38, 18),
    currency varchar, price_unit varchar, usd_per_unit double, rate_on date, effective_from date, availability varchar,
    quality varchar, gpu_label varchar, text varchar, ended_by varchar, old_usd_per_gpu_hour decimal(18, 6),
    old_ended_by varchar
"""
N_RECENT = 12  # runs before the newest; as many as the gate asks of a series that moved once (gate.runs)
TABLES = {
    "files": "name varchar, stamp varchar",
    # build_id: of the newest build; grew_from: of the one that it added to, NULL where it made everything anew.
    "made_by": "fingerprint varchar, build_id uuid, grew_from uuid",
    "looks": """
        look_no integer, provider varchar, feed varchar, source_url varchar, captured_at timestamptz, seen_on date,
        landed_at timestamptz, origin varchar, status varchar, detail varchar, sha256 varchar, parser_version varchar,
        fetched_by varchar, n_offers bigint, n_series bigint
    """,
    "series": """
        series_no integer, main_no integer, series_id varchar, is_announced boolean, source varchar, feed varchar,
        provider varchar, instance varchar, gpu varchar, vendor varchar, form_factor varchar,
        gpu_memory_gb decimal(9, 3), gpu_count decimal(18, 10), region varchar, zone varchar, pricing_model varchar,
        term_months integer, upfront varchar, price_scope varchar, rank integer, origin varchar, gpu_label varchar,
        known_count decimal(18, 10), label_gpu varchar, label_memory_gb decimal(9, 3)
    """,
    # item: as in staging.import_seen; of imported rows, which series they are of.
    "items": "item ubigint, series_no integer",
    "old_runs": _RUN,
    "recent_runs": _RUN,
    "heads": _RUN,
    # The series that this build touches: all of their runs from from_run_no on are new (NULL: none is); what they state
    # changes from moved_on on. is_only_seen: the newest run goes on, and that is all.
    "moved": "series_no integer, from_run_no integer, moved_on date, is_only_seen boolean",
    "verdicts": """
        series_no integer, run_no integer, first_on date, verdict varchar, status varchar, rule varchar, class varchar,
        expected double, reason varchar, confirmed_by varchar
    """,
    # The runs that have a verdict, beside the price that was in force before them.
    "judged": """
        series_no integer, run_no integer, first_look integer, last_on date, price decimal(38, 18), currency varchar,
        price_unit varchar, usd_per_gpu_hour decimal(18, 6), text varchar, last_good decimal(38, 18),
        last_good_usd_per_gpu_hour decimal(18, 6)
    """,
    "findings": """
        series_no integer, run_no integer, rule varchar, verdict varchar, class varchar, is_contradiction boolean,
        expected double, reason varchar
    """,
    "price_counts": "gpu varchar, pricing_model varchar, seen_month date, price_class integer, n integer",
    "look_counts": "look_no integer, pricing_model varchar, product varchar, n_series integer, n_begun integer",
    "thin_looks": "source varchar, provider varchar, rule varchar, what varchar, date date, reason varchar",
    # A series that goes on another under a new name; series_no and main_no are both of main series.
    "aliases": """
        series_no integer, main_no integer, renamed_on date, class varchar, instance varchar, zone varchar,
        gpu_label varchar
    """,
    "unaliased": "series_no integer",
    "closed_intervals": _INTERVAL,
    "open_intervals": _INTERVAL,
    "index_prices": """
        index_id varchar, provider varchar, day date, usd_per_gpu_hour decimal(18, 6), n_offers integer
    """,
    "index_links": "index_id varchar, provider varchar, day date, log_ratio double, n_series integer",
    # How far the last build came: the newest look and day.
    "done": "look_no integer, newest_on date",
}
VIEWS = {
    "looks": "from state.looks",
    "series": "from state.series",
    "verdicts": "from state.verdicts",
    "judged": "from state.judged",
    "findings": "from state.findings",
    "aliases": "from state.aliases",
    "price_counts": "from state.price_counts",
    "look_counts": "from state.look_counts",
    "thin_looks": "from state.thin_looks",
    "runs": "from state.heads union all from state.recent_runs union all from state.old_runs",
    "heads": "from state.heads",
    "recent_runs": "from state.recent_runs",
    "old_runs": "from state.old_runs",
    "closed_intervals": "from state.closed_intervals",
    "open_intervals": "from state.open_intervals",
    "intervals": "select * replace (coalesce(long_price, price) as price) "
    "from (from core.closed_intervals union all from core.open_intervals)",
    "index_prices": "from state.index_prices",
    "index_links": "from state.index_links",
}


def start_anew(con: Connection) -> None:
    """Empty tables, in place of whatever was there."""
    con.execute("drop schema if exists state cascade")
    con.execute("create schema state")
    for name, definition in TABLES.items():
        con.execute(f"create table state.{name} ({definition})")


def _show(con: Connection, view: str) -> None:
    con.execute(f"create or replace view core.{view} as {VIEWS[view]}")


def _columns(con: Connection, table: str) -> str:
    return ", ".join(row[0] for row in con.execute(f"describe state.{table}").fetchall())


def add_looks(con: Connection) -> None:
    """core.looks: every look at a page and what came of it, numbered by time. Grain: look_no."""
    con.execute("insert into state.looks by name from staging.looks")
    _show(con, "looks")


def add_series(con: Connection) -> None:
    """core.series: what has one price history, with its GPU. Grain: series_no; series_id is the public name."""
    con.execute("insert into state.series by name from staging.new_series")
    con.execute(
        "insert into state.items select o.item, any_value(s.series_no) from staging.observations as o "
        "join state.series as s using (series_id, is_announced) "
        "where o.item is not null and o.item not in (select item from state.items) "
        "group by o.item having count(distinct s.series_no) = 1"
    )
    _show(con, "series")


def add_runs(con: Connection) -> None:
    """core.runs: stretches of looks at which a series stated the same. Grain: series_no x run_no."""
    run = _columns(con, "heads")
    newest = "(select series_no, max(run_no) as newest_no from staging.runs group by series_no) as n"
    overtaken = f"n.series_no = r.series_no and r.run_no < n.newest_no - {N_RECENT}"
    con.execute(f"insert into state.old_runs select r.* from state.recent_runs as r join {newest} on {overtaken}")  # noqa: S608
    con.execute(f"delete from state.recent_runs as r using {newest} where {overtaken}")  # noqa: S608
    for table, age in (("old_runs", f"> {N_RECENT}"), ("recent_runs", f"between 1 and {N_RECENT}")):
        con.execute(
            f"insert into state.{table} select {run} from staging.runs join {newest} using (series_no) "  # noqa: S608
            f"where newest_no - run_no {age}"
        )
    con.execute(
        "create or replace table state.heads as "  # noqa: S608 -- column names of ours, here and below
        f"select {run} from state.heads anti join staging.runs using (series_no) union all "
        f"select {run} from staging.runs where is_last order by series_no"
    )
    con.execute(
        "insert into state.moved select series_no, min(run_no) filter (where is_new), "
        "min(greatest(first_on, coalesce(effective_from, first_on))), "
        "bool_and(not is_new and is_last and ended_on is null) from staging.runs group by series_no"
    )
    _show(con, "runs")


def show_heads(con: Connection) -> None:
    """core.heads: the newest run of every series. Grain: series_no."""
    _show(con, "heads")


def show_recent_runs(con: Connection) -> None:
    """core.recent_runs: the twelve runs before the newest of every series. Grain: series_no x run_no."""
    _show(con, "recent_runs")


def show_old_runs(con: Connection) -> None:
    """core.old_runs: all runs before those of core.recent_runs. Grain: series_no x run_no."""
    _show(con, "old_runs")


def add_look_counts(con: Connection) -> None:
    """core.look_counts: how much each look stated, of what. Grain: look_no x pricing_model x product."""
    con.execute("insert into state.look_counts by name from staging.look_counts")
    _show(con, "look_counts")


def add_thin_looks(con: Connection) -> None:
    """core.thin_looks: looks that suddenly showed much less. Grain: source x provider x rule x date x what."""
    con.execute("insert into state.thin_looks by name from gate.thin_looks")
    _show(con, "thin_looks")


def add_price_counts(con: Connection) -> None:
    """core.price_counts: what was asked for each GPU, by month. Grain: gpu x pricing_model x month x price_class."""
    con.execute("insert into state.price_counts by name from gate.price_counts")
    _show(con, "price_counts")


def add_findings(con: Connection) -> None:
    """core.findings: all that the rules found; core.verdicts decides. Grain: series_no x run_no x rule."""
    con.execute(
        "delete from state.findings using gate.runs as r "
        "where findings.series_no = r.series_no and findings.run_no = r.run_no"
    )
    con.execute("insert into state.findings by name from gate.findings")
    _show(con, "findings")


def add_verdicts(con: Connection) -> None:
    """core.verdicts: runs that the gate did not simply accept, and why. Grain: series_no x run_no."""
    con.execute(
        "delete from state.verdicts using staging.changed_verdicts as c "
        "where verdicts.series_no = c.series_no and verdicts.run_no = c.run_no"
    )
    con.execute("insert into state.verdicts by name from staging.changed_verdicts where verdict is not null")
    _show(con, "verdicts")


def add_judged(con: Connection) -> None:
    """core.judged: what each run with a verdict stated, and the price before it. Grain: series_no x run_no."""
    for changed in ("staging.judged", "staging.changed_verdicts"):
        con.execute(
            f"delete from state.judged using {changed} as c "  # noqa: S608 -- names of ours
            "where judged.series_no = c.series_no and judged.run_no = c.run_no"
        )
    con.execute("insert into state.judged by name from staging.judged")
    _show(con, "judged")


def add_intervals(con: Connection) -> None:
    """core.intervals: the accepted history of every series. Grain: series_no x valid_from x first_look."""
    interval = _columns(con, "closed_intervals")
    change_closed_intervals(con, "state.closed_intervals")
    con.execute(
        "create or replace table state.open_intervals as "  # noqa: S608
        f"select {interval} from (select o.* replace (coalesce(a.last_on, o.last_on) as last_on) "
        "from state.open_intervals as o left join staging.seen_again as a using (series_no)) "
        "where series_no not in (select main_no from staging.touched) "
        f"union all select {interval} from staging.intervals where is_last order by series_no"
    )
    for view in ("closed_intervals", "open_intervals", "intervals"):
        _show(con, view)


def change_closed_intervals(con: Connection, table: str) -> None:
    """Bring a table of closed intervals, of before this build, up to it."""
    con.execute(
        f"delete from {table} as c using staging.touched as t "  # noqa: S608 -- names of ours, here and below
        "where c.series_no = t.main_no and c.valid_from >= t.from_on"
    )
    interval = _columns(con, "closed_intervals")
    con.execute(
        f"insert into {table} select {interval} from staging.intervals where not is_last "  # noqa: S608
        "order by series_no, valid_from, first_look"
    )


def add_aliases(con: Connection) -> None:
    """core.aliases: series that go on others under a new name. Grain: series_no; main_no: the one with the history.

    An old name that comes back beside the new one was no rename: both are series of their own again.
    """
    con.execute(
        "insert into state.aliases select n.main_no, o.main_no, r.renamed_on, r.class, n.instance, n.zone, n.gpu_label "
        "from gate.renames as r join state.series as o on o.series_no = r.old_series_no and not o.is_announced "
        "join state.series as n on n.series_no = r.new_series_no and not n.is_announced where r.verdict = 'alias'"
    )
    # A name may change again: all belong to the first.
    while con.execute(
        "update state.aliases as a set main_no = b.main_no from state.aliases as b where a.main_no = b.series_no"
    ).fetchall()[0][0]:
        pass
    con.execute(
        "create or replace temp table apart as "
        "with members as (select series_no, main_no, renamed_on from state.aliases "
        "union select main_no, main_no, '-infinity'::date from state.aliases) "
        "select distinct a.series_no, a.main_no from state.aliases as a "
        "join members as m on m.main_no = a.main_no and m.renamed_on < a.renamed_on "
        "join state.heads as h on h.series_no = m.series_no and h.first_on >= a.renamed_on"
    )
    con.execute("delete from state.aliases where series_no in (select series_no from apart)")
    con.execute("delete from state.unaliased")
    con.execute("insert into state.unaliased select series_no from apart union select main_no from apart")
    _show(con, "aliases")


def _replace_days(con: Connection, table: str) -> None:
    con.execute(f"delete from state.{table} where day >= (select from_on from staging.index_from)")  # noqa: S608
    con.execute(f"insert into state.{table} by name from staging.{table}")
    _show(con, table)


def add_index_prices(con: Connection) -> None:
    """core.index_prices: what each provider asks for the GPU of an index. Grain: index_id x provider x day."""
    _replace_days(con, "index_prices")


def add_index_links(con: Connection) -> None:
    """core.index_links: how its prices moved since the index's day before. Grain: index_id x provider x day."""
    _replace_days(con, "index_links")
