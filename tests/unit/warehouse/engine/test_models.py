"""The SQL models on landed offers and on the reference document: units, currencies, identity, claims, costs."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from currency_converter import CurrencyConverter

from scrapers.model import Offer
from tests.support import hosted_worlds, throughput_worlds
from tests.support.worlds import building, built, extending, offer, put, rows, seen
from warehouse.engine import build, build_plan, front_matter, incremental, model_graph, python_inputs
from warehouse.engine import seeds as seed_tables
from warehouse.engine.checks import all_checks
from warehouse.paths import SEEDS
from warehouse.storage import connection
from warehouse.storage.state_dir import Home

THURSDAY, FRIDAY, SATURDAY, MONDAY = "2026-03-05", "2026-03-06", "2026-03-07", "2026-03-09"


@pytest.fixture(scope="module")
def found() -> dict[str, model_graph.Model]:
    return model_graph.load()


# -- the files ---------------------------------------------------------------------------------------------------


def test_every_model_describes_its_rows(found: dict[str, model_graph.Model]) -> None:
    assert len(found) > 15
    words = re.compile(r"\bone row\b|\bno key\b", re.IGNORECASE)
    without = {name for name, model in found.items() if not model.head.key and model.schema != "core"}
    assert not [name for name, model in found.items() if not model.head.description]
    unsaid = {name for name in without if not words.search(found[name].head.description)}
    assert not unsaid, "state the key, or say that a table has one row or no key"


def test_dependencies_are_read_from_the_sql(tmp_path: Path) -> None:
    (tmp_path / "core").mkdir()
    for name, sql in {
        "plain": "-- a\nselect 1 as x",
        "hidden": "-- b\nwith c as (select * from core.plain) select (select max(x) from seeds.t) from c, v1.w",
        "called": "-- c\nfrom core.prices_as_of('2026-01-01')",
        "deeper": "-- e\nfrom marts.server_offers_as_of('2026-01-01')",
        "handed": "-- d\nwith mine as (from core.plain) from marts.latency_bound_of('core.called'), marts.inference_of('mine')",
    }.items():
        (tmp_path / "core" / f"{name}.sql").write_text(sql)
    loaded = model_graph.load(tmp_path)
    assert {name: set(model.reads) for name, model in loaded.items() if name != "core.deeper"} == {
        "core.plain": set(),
        "core.hidden": {"core.plain", "seeds.t", "v1.w"},
        "core.called": {"core.meta", "core.price_intervals", "intermediate.source_days"},
        "core.handed": {"core.plain", "core.called", "marts.theta", "marts.gpu_specs", "marts.llm_specs"},
    }
    assert loaded["core.called"].calls == {"core.prices_as_of"}
    each_behind = {"marts.server_offers_as_of", "marts.cost_offers_as_of", "core.prices_as_of"}
    assert loaded["core.deeper"].calls == each_behind, "DuckDB binds the macro behind a macro when it is made"
    formulas = {"marts.inference_of", "marts.loads_of", "marts.pairs_of", "marts.served_of"}
    assert loaded["core.handed"].calls == {"marts.latency_bound_of", *formulas}
    order = model_graph.in_order(loaded)
    assert order.index("core.plain") < order.index("core.hidden")


def test_order_puts_each_after_what_it_reads(found: dict[str, model_graph.Model]) -> None:
    order = model_graph.in_order(found)
    assert sorted(order) == sorted(found)
    for name in order:
        assert all(order.index(r) < order.index(name) for r in found[name].reads if r in found), name


def test_earlier_rows_are_read_before_they_are_written(found: dict[str, model_graph.Model]) -> None:
    order = model_graph.in_order(found)
    writers = {model.stem: name for name, model in found.items() if model.head.is_kept}
    readers = [(name, stem) for name, model in found.items() for stem in model.reads_state if stem in writers]
    assert len(readers) > 10
    for name, stem in readers:
        assert order.index(name) <= order.index(writers[stem]), f"{name} reads state.{stem}"


def test_layers_point_one_way(found: dict[str, model_graph.Model]) -> None:
    layers = ("landing", "seeds", "state", *model_graph.LAYERS)
    wrong = [
        f"{name} reads {read}: move it up a layer, or what it reads down"
        for name, model in found.items()
        for read in model.reads
        if layers.index(read.partition(".")[0]) > layers.index(model.schema)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("-- a\n-- materialized: cube\nselect 1", "materialized must be one of"),
        ("-- a\n-- materialized: append\nselect 1 as x", "states all of its columns with their types"),
        ("-- a\n-- materialized: replace\n-- columns:\n--   x integer: y\nselect 1 as x", "delete belongs to"),
        ("-- a\n-- parts: days\nselect 1", "parts must be series"),
        ("-- a\n-- few_rows: table\nselect 1", "few_rows belongs to"),
        ("-- a\n-- columns:\n--   no meaning\nselect 1", "cannot read the column line"),
    ],
)
def test_invalid_front_matter_is_rejected(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"core.x: .*{message}"):
        front_matter.parse(text, "core.x")


def test_front_matter_is_parsed() -> None:
    head = front_matter.parse(
        "-- Prices by day,\n-- one a day.\n-- materialized: replace\n-- key: day, gpu\n-- join_order: as_written\n"
        "-- delete: using core.y\n--   where y.day = x.day\n-- columns:\n--   day date: the UTC day\n"
        "--   low, high decimal(18, 6): USD per GPU-hour,\n--     lowest and highest\nselect 1",
        "core.x",
    )
    assert head.description == "Prices by day, one a day." and head.is_kept and head.is_joined_as_written
    assert (head.materialized, head.key, head.delete) == ("replace", ("day", "gpu"), "using core.y where y.day = x.day")
    assert [(c.name, c.type) for c in head.columns] == [
        ("day", "date"), ("low", "decimal(18, 6)"), ("high", "decimal(18, 6)"),
    ]  # fmt: skip
    assert head.columns[2].meaning == "USD per GPU-hour, lowest and highest"


@pytest.mark.parametrize(("most", "kind"), [(1, "BASE TABLE"), (0, "VIEW")])
def test_what_several_models_read_is_planned_once_while_it_is_small(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, kind: str
) -> None:
    monkeypatch.setattr(build_plan, "FEW_OFFERS", most)
    put(Home(tmp_path), seen(FRIDAY, [offer("2.00")]))
    with building(Home(tmp_path), "v1.price_intervals") as con:
        asked = (
            "select table_type from information_schema.tables where table_schema = 'staging' and table_name = 'offers'"
        )
        assert con.execute(asked).fetchall() == [(kind,)]
        prices = con.execute("select usd_per_gpu_hour from v1.price_intervals where source <> 'seed'").fetchall()
        assert prices == [(Decimal(2),)]


def test_a_build_of_few_rows_runs_on_one_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole or appended; all cores are for long ones."""
    put(Home(tmp_path), seen(FRIDAY, [offer("2.00")]))
    threads = []
    with connection.in_memory() as con:
        con.execute("reset threads")
        usual = con.execute("select current_setting('threads')").fetchall()
        for day, most in ((SATURDAY, 500), (MONDAY, 500), ("2026-03-10", 0)):
            monkeypatch.setattr(build_plan, "ONE_THREAD", most)
            with extending(con, Home(tmp_path), "v1.price_intervals"):
                threads += con.execute("select current_setting('threads')").fetchall()
            put(Home(tmp_path), seen(day, [offer("2.00")]))
    assert threads == [(1,), (1,), *usual]


def test_keys_are_unique_and_columns_exist(tmp_path: Path, found: dict[str, model_graph.Model]) -> None:
    """Check every model, intermediate steps too, in whole builds and appends."""
    home = Home(tmp_path)
    offers = [offer("2.00"), offer("3.00", gpu_label="H100 80GB", instance="two", gpu_count=Decimal(2))]
    put(home, seen(THURSDAY, offers), seen(FRIDAY, [offer("1.50"), *offers[1:]]))
    with connection.in_memory() as con:
        for day in (None, MONDAY):
            if day:
                put(home, seen(day, [offer("1.40"), *offers[1:]]))
            throughput_worlds.read(home, day or FRIDAY, [throughput_worlds.measured("1400" if day else "1500")])
            hosted_worlds.read(home, day or FRIDAY, hosted_worlds.both("0.1", "0.3" if day else "0.4"))
            with build.building(con, home):
                for name, model in found.items():
                    columns = {row[0] for row in con.execute(f"describe {name}").fetchall()}
                    assert columns >= {*model.head.key, *(column.name for column in model.head.columns)}, name
                    if model.head.key:
                        key = ", ".join(f'"{column}"' for column in model.head.key)
                        query = f"select {key} from {name} group by all having count(*) > 1"
                        assert not con.execute(query).fetchall(), f"{name} by {key}"


def test_file_without_exactly_one_select_is_rejected_by_name(tmp_path: Path) -> None:
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "bad.sql").write_text("-- bad\ncreate table x as select 1")
    with pytest.raises(ValueError, match=r"bad\.sql.*not one SELECT"):
        model_graph.load(tmp_path)


def _named(tree: Any) -> Iterator[str]:
    if isinstance(tree, list):
        for part in tree:
            yield from _named(part)
    elif isinstance(tree, dict):
        if tree.get("type") == "BASE_TABLE" and tree.get("schema_name"):
            yield f"{tree['schema_name']}.{tree['table_name']}"
        for part in tree.values():
            yield from _named(part)


def test_a_model_reads_the_tables_that_a_parser_finds_in_it(found: dict[str, model_graph.Model]) -> None:
    with connection.in_memory() as con:
        for name, model in found.items():
            tree = json.loads(con.execute("select json_serialize_sql($sql)", {"sql": model.sql}).fetchall()[0][0])
            parsed = set(_named(tree["statements"]))
            behind = {table for macro in model.calls for table in model_graph.table_macros()[macro].reads}
            stated = model.reads | {f"state.{stem}" for stem in model.reads_state}
            stated |= {f"python.{each}" for each in model.inputs}
            inputs = {table for each in model.inputs for table in python_inputs.INPUTS[each].reads}
            assert parsed <= stated, name
            arguments = {text for text in re.findall(r"'(\w+\.\w+)'", model.sql) if model.calls}
            assert stated - parsed <= behind | inputs | arguments | {"core.meta"}, name


@pytest.mark.parametrize("call, value", [
    ("hours_per_month()", 730), ("hours_per_year()", 8760), ("term_hours(12)", 8760), ("term_hours(36)", 26280),
    ("term_hours(0)", None), ("term_hours(null)", None), ("inference_flop(175e9, 1000)", 3.5e14),
    ("training_flop(175e9, 300e9)", 3.15e23), ("nominal_seconds(312e12, 312)", 1), ("usd_for_seconds(1800, 4.1)", 2.05),
    ("inference_bytes(175e9, 4)", 7e11), ("training_bytes(6e9, 2)", 6e10),
])  # fmt: skip
def test_macros(call: str, value: float | None) -> None:
    with connection.in_memory() as con:
        for statement in model_graph.macros():
            con.execute(statement)
        answer = con.execute(f"select {call}").fetchall()[0][0]
    assert answer is None if value is None else float(answer) == pytest.approx(value)


# -- units and currencies ------------------------------------------------------------------------------------------

UNITS: dict[str, tuple[Offer, str | None]] = {
    "instance": (offer("32.00", price_unit="instance_hour", gpu_count=Decimal(8)), "4"),
    "instance of unknown count": (offer("32.00", price_unit="instance_hour", gpu_count=None), None),
    "gpu": (offer("2.50", gpu_count=Decimal(8)), "2.5"),
    "gpu of unknown count": (offer("2.50", gpu_count=None), "2.5"),
    "second": (offer("0.001", price_unit="gpu_second", gpu_count=Decimal(2)), "3.6"),
    "month": (offer("5840", price_unit="month", gpu_count=Decimal(4)), "2"),
    "year": (offer("17520", price_unit="term_total", term_months=12, pricing_model="reserved"), "2"),
    "three years": (offer("52560", price_unit="term_total", term_months=36, gpu_count=Decimal(2),
                          pricing_model="reserved"), "1"),
    "term not printed": (offer("52560", price_unit="term_total", pricing_model="reserved"), None),
    "partial upfront": (offer("8", price_unit="instance_hour", upfront="partial", upfront_price=Decimal(70080),
                              term_months=12, gpu_count=Decimal(8), pricing_model="reserved"), "2"),
    "all upfront": (offer("0", price_unit="instance_hour", upfront="all", upfront_price=Decimal(140160),
                          term_months=12, gpu_count=Decimal(8), pricing_model="reserved"), "2"),
    "upfront of a term not printed": (offer("8", price_unit="instance_hour", upfront="partial", pricing_model="reserved",
                                            upfront_price=Decimal(70080), gpu_count=Decimal(8)), None),
    "upfront beside a monthly price": (offer("730", price_unit="month", upfront="partial", pricing_model="reserved",
                                             upfront_price=Decimal(8760), term_months=12), "2"),
    "upfront beside a GPU's price": (offer("1", upfront="partial", upfront_price=Decimal(8760), gpu_count=Decimal(1),
                                           term_months=12, pricing_model="reserved"), "2"),
    "component": (offer("2.93", price_scope="gpu_component"), None),
    "third of a GPU": (offer("1.00", price_unit="instance_hour", gpu_count=Decimal("0.3333333333")), "3"),
    "currency without a rate": (offer("3.00", currency="XAU"), None),
    "zero": (offer("0"), "0"),  # as printed; what is observed leaves it out
}  # fmt: skip


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Iterator[connection.Connection]:
    home = Home(tmp_path_factory.mktemp("units"))
    looks = [seen(FRIDAY, [o], url=f"https://x.com/{name}") for name, (o, _) in UNITS.items()]
    looks += [
        seen(day, [offer("2.00", currency=money)], url=f"https://x.com/{money}")
        for day in (FRIDAY, SATURDAY, MONDAY)
        for money in ("EUR", "CNY")
    ]
    put(home, *looks)
    with building(home) as con:
        yield con


@pytest.mark.parametrize("name", UNITS)
def test_units_become_usd_per_gpu_hour(units: connection.Connection, name: str) -> None:
    (row,) = rows(units, "from staging.offers where source_url = ?", f"https://x.com/{name}")
    expected = UNITS[name][1]
    assert row["usd_per_gpu_hour"] == (None if expected is None else Decimal(expected))
    assert row["price"] == UNITS[name][0].price and row["currency"] == UNITS[name][0].currency


NO_FIGURE = ("zero", "currency without a rate", "term not printed", "upfront of a term not printed")


@pytest.mark.parametrize("name", NO_FIGURE)
def test_unpriced_offers_are_listed_but_not_published(units: connection.Connection, name: str) -> None:
    url = f"https://x.com/{name}"
    assert not rows(units, "from v1.price_history where source_url = ? and usd_per_gpu_hour is not null", url)
    (check,) = [c for c in all_checks() if c.check_name == "prices_can_be_compared"]
    texts = [row["text"] for row in rows(units, check.sql)]
    assert UNITS[name][0].text in texts


def test_unpriced_offers_do_not_stop_the_rest(units: connection.Connection) -> None:
    offending = {c.check_name: units.execute(c.sql).fetchall() for c in all_checks() if c.is_error}
    assert not {name: bad for name, bad in offending.items() if bad}


@pytest.mark.parametrize("currency", ["EUR", "CNY"])
@pytest.mark.parametrize("day, rate_of", [(FRIDAY, THURSDAY), (SATURDAY, FRIDAY), (MONDAY, FRIDAY)])
def test_foreign_money_is_converted_at_the_last_rate_before_its_day(
    units: connection.Connection, currency: str, day: str, rate_of: str
) -> None:
    expected = CurrencyConverter().convert(2, currency, "USD", date.fromisoformat(rate_of))
    (row,) = rows(units, "from staging.offers where currency = ? and observed_at::date = ?", currency, day)
    assert float(row["usd_per_gpu_hour"]) == pytest.approx(expected, abs=1e-6)
    assert (row["price"], row["currency"]) == (2, currency)


def test_rates_differ_between_the_days_tested() -> None:
    rate = CurrencyConverter().convert
    days = [date.fromisoformat(d) for d in (FRIDAY, MONDAY)]
    assert all(len({rate(1, money, "USD", day) for day in days}) == 2 for money in ("EUR", "CNY"))


# -- identity --------------------------------------------------------------------------------------------------------


def test_offers_combine_labels_fractions_and_tables(tmp_path: Path) -> None:
    home = Home(tmp_path)
    put(home, seen(FRIDAY, [
        offer("4.00", gpu_label="NVIDIA Foo 9000", instance="unknown"),
        offer("3.00", gpu_label="NVIDIA H100 NVL", instance="nvl"),
        offer("3.10", gpu_label="H100 PCIe", instance="pcie"),
        offer("1.00", gpu_label="RTX 4090 Laptop", instance="laptop"),
    ]), seen(FRIDAY, [
        offer("0.20", gpu_label="", gpu_count=None, instance="g6f.large", price_unit="instance_hour", source="price_list"),
    ], provider="aws", source="price_list"))  # fmt: skip
    with built(home) as con:
        got = {r["instance"]: r for r in rows(con, "from v1.price_history where source <> 'seed'")}
        (check,) = [c for c in all_checks() if c.check_name == "labels_are_known"]
        unmapped = {row["gpu_label"] for row in rows(con, check.sql)}
    assert unmapped == {"NVIDIA Foo 9000", "RTX 4090 Laptop"}
    assert got["unknown"]["gpu"] is None and got["unknown"]["usd_per_gpu_hour"] == 4
    assert (got["nvl"]["gpu"], got["nvl"]["form_factor"], got["nvl"]["gpu_memory_gb"]) == ("H100", "NVL", 94)
    assert (got["pcie"]["form_factor"], got["pcie"]["gpu_memory_gb"]) == ("PCIe", 80)
    assert (got["g6f.large"]["gpu"], float(got["g6f.large"]["gpu_count"])) == ("L4", 0.125)
    assert got["g6f.large"]["usd_per_gpu_hour"] == Decimal("1.6")


def test_fraction_of_a_gpu_is_not_priced_as_a_whole_one(tmp_path: Path) -> None:
    put(Home(tmp_path), seen(FRIDAY, [
        offer("0.01", gpu_label="", gpu_count=None, instance="g6f.large", price_unit="instance_hour", source="price_list"),
        offer("0.80", gpu_label="", gpu_count=None, instance="g6.xlarge", price_unit="instance_hour", source="price_list"),
    ], provider="aws", source="price_list", origin="recorded"))  # fmt: skip
    with built(Home(tmp_path), "marts.provider_prices") as con:
        (row,) = rows(con, "from marts.provider_prices where edition = 'newest' and provider = 'aws'")
    assert (row["usd_per_gpu_hour"], row["instance"]) == (Decimal("0.8"), "g6.xlarge")


# -- the reference document -------------------------------------------------------------------------------------------


def seed_answers(home: Home) -> dict[str, Any]:
    """Build the tables fed by the reference document, without any page."""
    with built(home) as con:
        averages = rows(con, "from marts.price_averages where edition = 'seed'")
        return {
            "averages": {(a["gpu"], int(a["gpu_memory_gb"]), a["pricing_model"]): a for a in averages},
            "claims": {c["id"]: c for c in rows(con, "from marts.seed_claims")},
            "errata": [e["id"] for e in rows(con, "from marts.errata")],
            "costs": rows(con, "from marts.raw_cost where edition = 'seed' and gpu = 'A100' and model = 'GPT-3'"),
        }


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return seed_answers(Home(tmp_path_factory.mktemp("empty")))


def test_all_verdicts_equal_the_recomputed_ones(seed: dict[str, Any], shared: Callable[[str], Path]) -> None:
    with shared("seed/seed_claims.csv").open() as stream:
        expected = {row["id"]: row["verdict"] for row in csv.DictReader(stream)}
    assert {i: c["verdict"] for i, c in seed["claims"].items()} == expected
    assert len(expected) == 56


def test_averages_match_the_reference_document(seed: dict[str, Any]) -> None:
    expected = {
        (80, "on_demand"): "3.19", (80, "reserved"): "2.18", (80, "spot"): "1.83",
        (40, "on_demand"): "2.62", (40, "reserved"): "1.75", (40, "spot"): "1.42",
    }  # fmt: skip
    got = {(memory, model): a["average"] for (gpu, memory, model), a in seed["averages"].items() if gpu == "A100"}
    assert got == {key: Decimal(value) for key, value in expected.items()}


def test_errata_and_costs_are_known(seed: dict[str, Any]) -> None:
    claims = seed["claims"]
    assert len(claims) == 56
    assert seed["errata"] == ["N2", "N4", "N6", "N8", "N11", "N12", "N29", "N35", "N40", "N44"]
    # 3.5e14 FLOP at 312 TFLOPS are 1.12 s; the dearest and cheapest A100 bound its price.
    assert claims["N20"]["computed"] == pytest.approx(1.1218 * 0.88 / 3600, rel=1e-3)
    assert claims["N21"]["computed"] == pytest.approx(1.1218 * 5.12 / 3600, rel=1e-3)
    assert claims["N24"]["computed"] == pytest.approx(3.14e23 / 312e12 / 3600 * 3.19, rel=2e-3)


def test_raw_cost_is_seconds_times_price(seed: dict[str, Any]) -> None:
    assert len(seed["costs"]) > 10
    seconds = 2 * 1.75e11 * 1000 / 312e12
    for row in seed["costs"]:
        expected = seconds * float(row["usd_per_gpu_hour"]) / 3600
        assert row["usd_per_1000_tokens"] == pytest.approx(expected)
        assert row["usd_per_1000_tokens_low"] <= row["usd_per_1000_tokens"] <= row["usd_per_1000_tokens_high"]
    prices = [float(r["usd_per_gpu_hour"]) for r in seed["costs"]]
    low, high = seconds * min(prices) / 3600, seconds * max(prices) / 3600
    for row in seed["costs"]:
        assert (row["usd_per_1000_tokens_low"], row["usd_per_1000_tokens_high"]) == pytest.approx((low, high))


def test_changed_cell_reaches_every_figure_derived_from_it(
    seed: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds = tmp_path / "seeds"
    shutil.copytree(SEEDS, seeds)
    cells = (seeds / "seed_prices.csv").read_text()
    cell = "AWS,A100 80GB,on_demand,0,5.12,$5.12"
    assert cells.count(cell) == 1
    (seeds / "seed_prices.csv").write_text(cells.replace(cell, "AWS,A100 80GB,on_demand,0,9.12,$9.12"))
    monkeypatch.setattr(seed_tables, "SEEDS", seeds)
    moved = seed_answers(Home(tmp_path / "empty"))

    key = ("A100", 80, "on_demand")
    before, after = seed["averages"][key], moved["averages"][key]
    n = before["n_providers"]
    assert float(after["average_exact"] - before["average_exact"]) == pytest.approx(4 / n, abs=1e-5)
    assert (before["highest"], after["highest"]) == (Decimal("5.12"), Decimal("9.12"))
    assert after["spread"] > before["spread"] and after["lowest"] == before["lowest"]
    assert {k: v for k, v in moved["averages"].items() if k != key} == {
        k: v for k, v in seed["averages"].items() if k != key
    }
    assert seed["claims"]["N34"]["verdict"] == "reproduces"
    assert moved["claims"]["N34"]["verdict"] == "does_not_reproduce" and "N34" in moved["errata"]
    assert moved["claims"]["N21"]["computed"] > seed["claims"]["N21"]["computed"]
    top = max(r["usd_per_1000_tokens_high"] for r in moved["costs"])
    assert top == pytest.approx(max(r["usd_per_1000_tokens_high"] for r in seed["costs"]) * 9.12 / 5.12)


def test_whoever_asks_for_the_day_comes_after_it_is_known() -> None:
    """Before core.meta the day macros mean the machine's date, which would be a number that looks right."""
    models = model_graph.load()
    users = {
        name for name, model in models.items() if "core.as_of_day()" in model.sql or "core.newest_day()" in model.sql
    }
    users |= {name for name, model in models.items() if "marts.cost_offers_as_of" in model.calls}
    assert len(users) >= 5 and all("core.meta" in models[name].reads for name in users)


def test_what_is_driven_has_no_rows_without_them(tmp_path: Path, found: dict[str, model_graph.Model]) -> None:
    """An append does not run a model whose drivers are empty: nothing may come of it then, nor of a kept table's changes."""
    home = Home(tmp_path)
    others = [offer("3.00", gpu_label="H100 80GB", instance="two", gpu_count=Decimal(2))]
    put(home, *(seen(day, [offer(price), *others]) for day, price in ((THURSDAY, "2.00"), (FRIDAY, "95.00"))))
    upto = [name for name, model in found.items() if model.head.drivers]
    with connection.in_memory() as con:
        with build.building(con, home, upto):
            pass
        put(home, seen(MONDAY, [offer("96.00"), *others]))
        for drivers in {frozenset(model.head.drivers) for model in found.values()} - {frozenset()}:
            with build.building(con, home, upto):
                _empty(con, found, drivers)
                for model in found.values():
                    if set(model.head.drivers) == drivers:
                        assert not _rows_without_drivers(con, model), model.name
                con.execute("rollback")
                con.execute("begin")


def _empty(con: connection.Connection, found: dict[str, model_graph.Model], drivers: frozenset[str]) -> None:
    """Take all rows out of the drivers, and so out of what they alone drive."""
    empty = set(drivers)
    for name in model_graph.in_order(found):
        head = found[name].head
        if head.drivers and set(head.drivers) <= empty and not head.is_kept:
            empty.add(name)
    views = {
        f"{schema}.{view}"
        for schema, view in con.execute("select schema_name, view_name from duckdb_views()").fetchall()
    }
    for name in empty:
        if name in views and not found[name].head.is_kept:
            con.execute(f"create or replace view {name} as from ({found[name].sql}\n) limit 0")
        else:
            con.execute(f"delete from {found[name].stored}")


def _rows_without_drivers(con: connection.Connection, model: model_graph.Model) -> Any:
    """Return what a model makes, or changes of a kept table; nothing is right."""
    if not model.head.is_kept:
        return [] if model.inputs else con.execute(model.sql).fetchall()
    if model.head.materialized != "rewrite":
        return incremental.write_kept(con, model)
    before = con.execute(f"from {model.stored} order by all").fetchall()
    incremental.write_kept(con, model)
    return con.execute(f"from {model.stored} order by all").fetchall() != before
