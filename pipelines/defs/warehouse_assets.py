"""The warehouse as assets: every SQL model from one build, then its checks, then the published database.

One run writes at a time, by `writer_lock`: the kernel frees it when a run is killed, while a slot of a Dagster pool
stays taken until a daemon looks, and `gpuhour refresh` would wait for it forever.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from pipelines.defs import backfill_asset
from pipelines.defs.resources import Workspace
from pipelines.defs.scrape_assets import FRESH, HOSTED_LISTS, THROUGHPUT_LISTS, ecb_rates, scrape_assets
from warehouse.engine import build, checks, model_graph
from warehouse.engine.model_graph import Model
from warehouse.publish import publish, release
from warehouse.storage import connection, last_refresh


def _landed() -> dict[str, list[dg.AssetKey]]:
    """Return the assets whose files lie behind each landing table."""
    hosted = [asset.key for asset in HOSTED_LISTS]
    throughput = [asset.key for asset in THROUGHPUT_LISTS]
    others = {ecb_rates.key, *hosted, *throughput}
    offers = [*(asset.key for asset in scrape_assets() if asset.key not in others), backfill_asset.KEY]
    return {
        "landing.pages": offers,
        "landing.offers": offers,
        "landing.rates": [ecb_rates.key],
        "landing.hosted_scrapes": hosted,
        "landing.hosted_prices": hosted,
        "landing.throughput_scrapes": throughput,
        "landing.throughput_rows": throughput,
    }


def _key(name: str) -> dg.AssetKey:
    return dg.AssetKey(name.split("."))


def _specs(models: Mapping[str, Model]) -> dict[str, dg.AssetSpec]:
    landed = _landed()
    return {
        name: dg.AssetSpec(
            _key(name),
            deps={*(_key(r) for r in model.reads if r in models), *(k for r in model.reads for k in landed.get(r, ()))},
            description=model.head.description,
            group_name=model.schema,
            kinds={"duckdb", "sql", *(["python"] if model.inputs else [])},
            metadata={
                "materialized": model.head.materialized,
                "key": ", ".join(model.head.key),
                "columns": "\n".join(f"{column.name}: {column.meaning}" for column in model.head.columns),
            },
        )
        for name, model in models.items()
    }


def _check_specs() -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec(c.check_name, asset=_key(c.table), description=c.description, blocking=c.is_error)
        for c in checks.all_checks()
    ]


def _recorded(models: Mapping[str, Model]) -> set[str]:
    """Return the tables of which each run records that it made them: those that others read, and those with checks.

    Of the steps between, Dagster shows the lineage alone. To record a table takes longer than to make most of them: it
    was half of a small refresh's CPU time.
    """
    checked = {check.table for check in checks.all_checks()}
    return {name for name, model in models.items() if model.schema not in ("staging", "intermediate")} | checked


def warehouse_assets() -> list[dg.AssetsDefinition | dg.AssetSpec]:
    """Return the build (all tables in one transaction, with their checks) and the publication that follows it."""
    models = model_graph.load()
    specs, recorded = _specs(models), _recorded(models)

    @dg.multi_asset(
        name="warehouse", specs=[spec for name, spec in specs.items() if name in recorded], check_specs=_check_specs()
    )
    def warehouse_tables(workspace: Workspace) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:  # type: ignore[type-arg]
        home = workspace.state()
        with connection.writer_lock(home), connection.warehouse(home) as con:
            with build.building(con, home) as order:  # each table after its inputs, as Dagster requires
                there = _relations(con)
                facts = {name: _facts(con, name) for name in order if name in recorded and name in there}
            for name in order:
                if name in recorded:  # a table that rests on nothing new was not made
                    yield dg.MaterializeResult(asset_key=_key(name), metadata=facts.get(name, {"is_up_to_date": True}))
            for check in checks.all_checks():
                offending = con.execute(check.sql).fetchall()
                yield dg.AssetCheckResult(
                    passed=not offending,
                    asset_key=_key(check.table),
                    check_name=check.check_name,
                    severity=dg.AssetCheckSeverity.ERROR if check.is_error else dg.AssetCheckSeverity.WARN,
                    metadata={"offending": len(offending), "examples": "\n".join(map(str, offending[:5]))},
                )

    @dg.asset(
        key=["published", "database"],
        deps=[_key(n) for n in models if n.split(".")[0] in publish.SCHEMAS],
        group_name="published",
        kinds={"duckdb", "parquet", "csv"},
        freshness_policy=FRESH,
        description="The files for readers: published.duckdb (schemas v1 and marts) and exports/, replaced as a whole.",
    )
    def published_database(workspace: Workspace) -> dg.MaterializeResult:  # type: ignore[type-arg]
        home = workspace.state()
        with connection.writer_lock(home), connection.warehouse(home) as con:
            files = release.publish_everywhere(con, home)
        last_refresh.record(home, datetime.now(UTC))
        where = dg.MetadataValue.path(str(home.published))
        return dg.MaterializeResult(metadata={"path": where, "exports": len(files)})

    return [*(spec for name, spec in specs.items() if name not in recorded), warehouse_tables, published_database]


def _relations(con: connection.Connection) -> set[str]:
    query = "select table_schema || '.' || table_name from information_schema.tables"
    return {name for (name,) in con.execute(query).fetchall()}


def _facts(con: connection.Connection, name: str) -> dict[str, Any]:
    columns = con.execute(f"describe {name}").fetchall()
    rows = con.execute(f"select count(*) from {name}").fetchall()[0][0]  # noqa: S608 -- our own table names
    schema = dg.TableSchema([dg.TableColumn(c[0], c[1]) for c in columns])
    return {
        "dagster/row_count": rows,
        "dagster/column_schema": dg.MetadataValue.table_schema(schema),
        "dagster/table_name": name,
    }
