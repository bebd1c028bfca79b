"""Decides whether a build may append newly landed files, or has to rebuild everything.

An append needs: the same code and seeds, no known file gone or touched, every new look later than all known looks at
its source and not on an earlier day than the newest (the gate compares with other providers' earlier days), and nothing
that changes how known prices were read (late exchange rates, live pages that replace replayed ones).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from warehouse.engine.fingerprint import fingerprint
from warehouse.storage import hosted_landing, month_files, throughput_landing
from warehouse.storage.connection import Connection, quoted
from warehouse.storage.landing import OFFER_TYPES, PAGE_TYPES, RATE_TYPES, landed, stamped
from warehouse.storage.ledger import Decision, decisions, files_set_aside
from warehouse.storage.state_dir import Home

ROWS_AT_ONCE = 3_000_000  # about 1.5 GB of memory while they are normalised
FILES_AT_ONCE = 200  # of those that are read once: each that is open takes 0.2 MB
FEW_OFFERS = 50_000  # a day of all providers has a fifth of that
ONE_THREAD = 2_000_000  # offers that one thread builds from in the time that two take
# What is landed, by kind: the folder of its files, the view over them, and their columns.
LANDED = {
    "pages": PAGE_TYPES, "offers": OFFER_TYPES, "rates": RATE_TYPES,
    "hosted_scrapes": hosted_landing.SCRAPE_TYPES, "hosted_prices": hosted_landing.PRICE_TYPES,
    "throughput_scrapes": throughput_landing.SCRAPE_TYPES, "throughput_rows": throughput_landing.ROW_TYPES,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A batch of landing rows: of these files, <folder>/<file>, the rows of these providers."""

    names: list[str]
    providers: list[str]
    n_offers: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """The landing files to read, batch by batch, and whether to rebuild everything."""

    is_whole: bool
    why: str
    parts: list[Part]
    files: dict[str, str]  # all landed files after this build: <kind>/<name> -> size and modification time
    fingerprint: str
    decisions: list[Decision]  # people's decisions on the gate's events
    changed: frozenset[str] = frozenset()  # of an append: relations of the landing with news, and "day" on another day
    has_news: bool = True  # False: the warehouse was built from these very files, today

    @property
    def is_small(self) -> bool:
        """Whether so little is to be read that planning a query takes longer than running it."""
        return self.n_offers <= FEW_OFFERS

    @property
    def n_offers(self) -> int:
        """How many offers are to be read."""
        return sum(part.n_offers for part in self.parts)


def plan(con: Connection, home: Home) -> Plan:
    """Plan a build of what lies in the landing now, but for files that this code could not build from."""
    return plan_of(con, home, usable(home))


def usable(home: Home) -> list[str]:
    """Return the landed files of pages that are not set aside."""
    aside = files_set_aside(home, fingerprint())
    return [name for name in landed(home, "pages") if name not in aside]


def plan_of(con: Connection, home: Home, pages: list[str]) -> Plan:
    """Plan a build of these files of pages, with the offers of the same names."""
    whole = {"pages": set(pages), "offers": set(pages)}  # offers count only with their page
    files = {
        f"{kind}/{name}": stamp
        for kind in LANDED
        for name, stamp in stamped(home, kind).items()
        if name in whole.get(kind, {name})
    }
    decided = decisions(home)
    files["ledger"] = hash_of(decided)
    built_from = month_files.renamed(home.landing, _known(con), files)
    new = [n for n in pages if f"pages/{n}" not in built_from]
    why = _why_whole(con, home, built_from, files, new)
    if why:
        return Plan(True, f"building anew: {why}", _parts(con, home, pages), files, fingerprint(), decided)
    changed = {f"landing.{name.partition('/')[0]}" for name in files.keys() - built_from.keys()}
    if con.execute("select 1 from state.done where built_on <> now()::date").fetchall():
        changed.add("day")
    parts = _parts(con, home, new)
    has_news = bool(changed) or files != _known(con)
    why = f"adding {len(new)} landed files" if has_news else "nothing has landed since the last build"
    return Plan(False, why, parts, files, fingerprint(), decided, frozenset(changed), has_news)


def hash_of(decided: list[Decision]) -> str:
    """Return a hash of the verdicts, equal for equal verdicts on the same events."""
    return hashlib.sha256(repr([(d.event_id, d.verdict) for d in decided]).encode()).hexdigest()


def remember(con: Connection, done: Plan, news: Collection[str]) -> None:
    """Record what the warehouse was built from, its newest scrape and day, and the relations whose rows changed."""
    before = [] if done.is_whole else con.execute("select build_id from state.made_by").fetchall()
    for table, rows, values in (
        ("files", "select unnest(?::varchar[]), unnest(?::varchar[])", [list(done.files), list(done.files.values())]),
        ("news", "select unnest(?::varchar[])", [sorted(news)]),
        ("done", "select max(scrape_no), max(seen_on), now()::date from state.scrapes", []),
        ("made_by", "values (?, uuid(), ?::uuid)", [done.fingerprint, str(before[0][0]) if before else None]),
    ):
        con.execute(f"delete from state.{table}")  # noqa: S608 -- our own tables
        con.execute(f"insert into state.{table} {rows}", values)
    con.execute("create or replace view core.build as select build_id, grew_from from state.made_by")


def news(con: Connection) -> set[str]:
    """Return the relations whose rows are others than before the last build; all, where that made everything anew."""
    return {name for (name,) in con.execute("from state.news").fetchall()}


def built_before(con: Connection) -> set[str]:
    """Return the files of pages that the last build was made from, whatever code made it."""
    if not _is_made(con, "files"):
        return set()
    names = con.execute("select name from state.files where starts_with(name, 'pages/')").fetchall()
    return {name.removeprefix("pages/") for (name,) in names}


def _known(con: Connection) -> dict[str, str]:
    if not (_is_made(con, "made_by") and _is_made(con, "files")):
        return {}  # no warehouse yet, or one of an older version: it is rebuilt from facts
    if con.execute("select fingerprint from state.made_by").fetchall() != [(fingerprint(),)]:
        return {}
    return dict(con.execute("from state.files").fetchall())


def _is_made(con: Connection, table: str) -> bool:
    """Return whether state has a table. Not by a query that may fail: since DuckDB 2 that ends the transaction."""
    return bool(
        con.execute(
            "select 1 from duckdb_tables() "
            "where database_name = current_database() and schema_name = 'state' and table_name = $name",
            {"name": table},
        ).fetchall()
    )


def _why_whole(con: Connection, home: Home, built_from: dict[str, str], files: dict[str, str], new: list[str]) -> str:
    """Return why an append would differ from a rebuild; empty where it would not."""
    if not built_from:
        return "there is no warehouse by this version"
    changed = [name for name, stamp in built_from.items() if files.get(name) != stamp]
    if changed:
        if changed == ["ledger"]:
            return "a person decided on what is held"
        return f"known landing files are gone or were touched: {', '.join(changed[:3])}"
    rates = [n for n in files if n.startswith("rates/") and n not in built_from]
    if rates and _changes_rates(con, home, rates, built_from):
        return "exchange rates came late"
    return _late(con, home, new) if new else ""


def _changes_rates(con: Connection, home: Home, new: list[str], built_from: dict[str, str]) -> bool:
    """Return whether new rates concern days before the newest scrape and were not known."""
    old = [n for n in built_from if n.startswith("rates/")]
    seen = f"select rate_on, currency from {_parquet(home, old)}" if old else "select null::date, null::varchar"  # noqa: S608
    return bool(
        con.execute(
            f"select 1 from (select rate_on, currency from {_parquet(home, new)} except {seen}) "  # noqa: S608
            "where rate_on < (select max(seen_on) from state.scrapes where origin <> 'seed') limit 1"
        ).fetchall()
    )


def _late(con: Connection, home: Home, new: list[str]) -> str:
    reasons = con.execute(
        f"""
        with fresh as (
            select provider, source as feed, min(captured_at)::date as first_on, bool_or(origin = 'live') as is_live,
                bool_or(origin in ('recorded', 'sample')) as is_replayed
            from {_parquet(home, [f"pages/{n}" for n in new])}
            group by all
        ),
        known as (
            select provider, feed, max(seen_on) as last_on, bool_or(origin = 'live') as is_live,
                bool_or(origin in ('recorded', 'sample')) as is_replayed
            from state.scrapes where origin <> 'seed'
            group by all
        ),
        newest as (select max(last_on) as newest_on from known)
        select case
            when f.first_on <= k.last_on then concat(f.provider, ' ', f.feed, ' has looks up to ', k.last_on)
            when f.first_on < n.newest_on then concat(f.provider, ' ', f.feed, ' tells of an earlier day: ', f.first_on)
            when (f.is_live and p.is_replayed) or (f.is_replayed and (f.is_live or p.is_live))
                then concat(f.provider, ' has live and replayed pages')
        end as why
        from fresh as f
        cross join newest as n
        left join known as k using (provider, feed)
        left join (
            select provider, bool_or(is_live) as is_live, bool_or(is_replayed) as is_replayed from known group by all
        ) as p using (provider)
        where why is not null
        order by all
        limit 1
        """  # noqa: S608 -- paths of ours, quoted
    ).fetchall()
    return str(reasons[0][0]) if reasons else ""


def _parquet(home: Home, names: list[str]) -> str:
    files = ", ".join(f"'{quoted(home.landing / name)}'" for name in names)
    return f"read_parquet([{files}], union_by_name = true)"


def _parts(con: Connection, home: Home, pages: list[str]) -> list[Part]:
    """Return batches of whole providers, about ROWS_AT_ONCE offers each; at least one, even if empty."""
    if not pages:
        return [Part([], [])]
    sizes: Counter[str] = Counter()
    for first in range(0, len(pages), FILES_AT_ONCE):
        batch = [f"pages/{name}" for name in pages[first : first + FILES_AT_ONCE]]
        rows = con.execute(
            f"select provider, coalesce(sum(n_offers), 0)::bigint from {_parquet(home, batch)} "  # noqa: S608
            "where provider is not null group by provider"
        )
        for provider, size in rows.fetchall():
            sizes[provider] += size
    parts = [Part(pages, [])]
    for provider, size in sorted(sizes.items()):
        if parts[-1].providers and parts[-1].n_offers + size > ROWS_AT_ONCE:
            parts.append(Part(pages, []))
        parts[-1] = Part(pages, [*parts[-1].providers, provider], parts[-1].n_offers + size)
    return parts
