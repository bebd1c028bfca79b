"""History files land row by row: valid rows as facts, rejected rows in a report, the same file once."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.effort import examples
from tests.support.import_files import GOOD, land, parquet, read, row, text, told, write
from tests.support.worlds import offer, put, seen
from warehouse.imports.csv_records import LONGEST, Unreadable
from warehouse.imports.import_file import check_name
from warehouse.storage.state_dir import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_row_becomes_an_offer_with_its_receipt(home: Home, tmp_path: Path) -> None:
    done = land(home, write(tmp_path, text([row(zone="use1-az1")])), "archive")
    assert (done.rows, done.landed, done.rejected) == (1, 1, 0)
    at = datetime(2023, 5, 26, 14, 42, 6, tzinfo=UTC)
    [found] = read(home)
    assert found == {
        "landing_id": done.landing_id, "provider": "aws", "url": "https://github.com/someone/prices",
        "captured_at": at, "source": "archive/someone/prices", "instance": "p4d.24xlarge", "gpu_label": "A100",
        "gpu_count": Decimal("8.0000000000"), "gpu_memory": "40 GiB", "gpu_memory_is_total": False,
        "region": "us-east-1", "zone": "use1-az1", "pricing_model": "on_demand", "term_months": None, "upfront": "",
        "price": Decimal("32.772600000000000000"), "upfront_price": None, "currency": "USD",
        "price_unit": "instance_hour", "price_scope": "instance", "price_status": "priced", "availability": "unknown",
        "effective_from": None, "effective_until": None, "text": "instance", "vcpus": None, "ram_gb": None, "local_disk_gb": None,
        "interconnect": None, "max_gpu_count": None, "product": None, "is_floor": None,
    }  # fmt: skip
    [page] = read(home, "pages")
    assert {k: v for k, v in page.items() if k not in ("landed_at",)} == {
        "landing_id": done.landing_id, "origin": "imported", "parser_version": "import-1", "provider": "aws",
        "source": "archive/someone/prices", "url": "https://github.com/someone/prices", "captured_at": at,
        "status": "ok", "detail": "history.csv", "sha256": "c0ffee", "fetched_by": "import", "n_offers": 1,
    }  # fmt: skip


def test_only_the_required_columns_are_needed(home: Home, tmp_path: Path) -> None:
    names = ["date", "provider", "instance", "pricing_model", "price_usd_per_hour"]
    path = write(tmp_path, text([row()], names))
    land(home, path)
    [found], [page] = read(home), read(home, "pages")
    assert (found["source"], found["url"]) == ("mine", "import:mine")
    assert found["captured_at"] == datetime(2023, 5, 26, tzinfo=UTC)
    assert (found["gpu_label"], found["gpu_count"], found["gpu_memory"]) == ("", None, "")
    assert (found["price_scope"], found["price_unit"]) == ("instance", "instance_hour")
    assert len(page["sha256"]) == 64, "without a commit the file itself is the receipt"


@pytest.mark.parametrize(("facts", "becomes"), [
    ({"pricing_model": "reserved_1y"}, {"pricing_model": "reserved", "term_months": 12}),
    ({"pricing_model": "reserved_3y", "term_months": "36"}, {"pricing_model": "reserved", "term_months": 36}),
    ({"pricing_model": "reserved", "term_months": "6"}, {"pricing_model": "reserved", "term_months": 6}),
    ({"pricing_model": "reserved"}, {"pricing_model": "reserved", "term_months": None}),
    ({"pricing_model": "spot", "term_months": "0"}, {"pricing_model": "spot", "term_months": None}),
    ({"price_basis": "per_gpu"}, {"price_unit": "gpu_hour", "price_scope": "instance"}),
    ({"price_basis": "gpu_component"}, {"price_unit": "instance_hour", "price_scope": "gpu_component"}),
    ({"price_basis": "offer_aggregate"}, {"price_unit": "instance_hour", "price_scope": "offer_aggregate"}),
    ({"price_basis": ""}, {"price_unit": "instance_hour", "price_scope": "instance"}),
    ({"price_usd_per_hour": ""}, {"price": None, "price_status": "missing"}),
    ({"price_usd_per_hour": "0"}, {"price": Decimal(0), "price_status": "priced"}),
    ({"price_usd_per_hour": "1.2e-05"}, {"price": Decimal("0.000012")}),
    ({"price_usd_per_hour": "0.123456789012345678"}, {"price": Decimal("0.123456789012345678")}),
    ({"price_usd_per_hour": "+1."}, {"price": Decimal(1)}),
    ({"gpu_count": "0.3333333333333333"}, {"gpu_count": Decimal("0.3333333333")}),
    ({"gpu_count": ""}, {"gpu_count": None}),
    ({"gpu_count": "0"}, {"gpu_count": Decimal(0)}),
    ({"gpu_memory_gib": "22.3515625"}, {"gpu_memory": "22.3515625 GiB"}),
    ({"gpu_memory_gib": "80.0"}, {"gpu_memory": "80 GiB"}),
    ({"gpu_memory_gib": "100"}, {"gpu_memory": "100 GiB"}),
    ({"provider": "Lambda Labs"}, {"provider": "Lambda Labs"}),
    ({"provider": "Cloud.ru (é)"}, {"provider": "Cloud.ru (é)"}),
    ({"source_repo": "a b"}, {"source": "mine/a b", "url": "import:mine/a b"}),
    ({"source_repo": ""}, {"source": "mine", "url": "import:mine"}),
    ({"instance": "=cmd()|'x'"}, {"instance": "=cmd()|'x'"}),
    ({"instance": 'a "b", c'}, {"instance": 'a "b", c'}),
    ({"instance": "Ünïcode-größe"}, {"instance": "Ünïcode-größe"}),
    ({"observed_at": "2023-05-26 14:42"}, {"captured_at": datetime(2023, 5, 26, 14, 42, tzinfo=UTC)}),
    ({"observed_at": "2023-05-27T00:42:06+02:00"}, {"captured_at": datetime(2023, 5, 26, 22, 42, 6, tzinfo=UTC)}),
    ({"observed_at": "2023-05-25T23:59:59Z"}, {"captured_at": datetime(2023, 5, 25, 23, 59, 59, tzinfo=UTC)}),
    ({"observed_at": ""}, {"captured_at": datetime(2023, 5, 26, tzinfo=UTC)}),
], ids=str)  # fmt: skip
def test_cells_are_parsed(facts: dict[str, str], becomes: dict[str, Any], home: Home, tmp_path: Path) -> None:
    done = land(home, write(tmp_path, text([row(**facts)], [*GOOD, "term_months"])))
    assert done.landed == 1, done.faults
    [found] = read(home)
    assert {k: found[k] for k in becomes} == becomes


BAD = [
    ("date", "2023-02-30"), ("date", "26.05.2023"), ("date", ""), ("date", "2023-5-6"), ("date", "1999-12-31"),
    ("date", "2999-01-01"), ("date", "2023-05-26x"), ("date", "2023-05-26 10:00:00"),
    ("provider", ""), ("provider", "   "), ("provider", "a\tb"), ("provider", "x" * 61), ("provider", "../../x"),
    ("provider", "/etc/passwd"), ("provider", "a\\b"), ("provider", ".."), ("provider", "~root"), ("provider", "a\u202eb"),
    ("price_usd_per_hour", "-1"), ("price_usd_per_hour", "NaN"), ("price_usd_per_hour", "inf"),
    ("price_usd_per_hour", "$1.20"), ("price_usd_per_hour", "1,20"), ("price_usd_per_hour", "1_000"),
    ("price_usd_per_hour", "free"), ("price_usd_per_hour", "1e40"), ("price_usd_per_hour", "10000001"),
    ("price_usd_per_hour", "1.2.3"), ("price_usd_per_hour", "."), ("price_usd_per_hour", "0x10"),
    ("pricing_model", "on-demand"), ("pricing_model", ""), ("pricing_model", "reserved_5y"),
    ("gpu_count", "-1"), ("gpu_count", "eight"), ("gpu_count", "nan"), ("gpu_count", "1e9"),
    ("gpu_memory_gib", "0"), ("gpu_memory_gib", "80 GB"), ("gpu_memory_gib", "-80"),
    ("price_basis", "per_gpu_hour"), ("price_basis", "INSTANCE"),
    ("observed_at", "yesterday"), ("observed_at", "2023-05-26T25:00:00Z"), ("observed_at", "2023-05-29T00:00:00Z"),
    ("instance", "a\nb"), ("instance", "a\x00b"), ("instance", "x" * 300_000), ("zone", "\x1b[31m"),
    ("source_repo", "a\rb"), ("source_commit", "x" * 201), ("term_months", "12"), ("term_months", "1.5"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "value"), BAD, ids=lambda v: repr(v)[:40])
def test_invalid_cell_is_reported_with_its_line_and_the_rest_loads(
    column: str, value: str, home: Home, tmp_path: Path
) -> None:
    table = [row(region="one"), row(**{column: value}), row(region="two")]
    done = land(home, write(tmp_path, text(table, [*GOOD, "term_months"])))
    assert (done.rows, done.landed, done.rejected) == (3, 2, 1)
    assert {line for line, _, _ in told(done)} == {3}
    columns = {c for _, c, _ in told(done)}
    assert column in columns or (columns == {""} and len(value) > 1000), done.faults
    assert {found["region"] for found in read(home)} == {"one", "two"}


def test_row_without_instance_and_gpu_is_rejected(home: Home, tmp_path: Path) -> None:
    done = land(home, write(tmp_path, text([row(), row(instance="", gpu_name_raw="")])))
    assert told(done) == [(3, "instance", "is missing, and so is gpu_name_raw")]
    assert land(home, write(tmp_path, text([row(instance="")])), "b").landed == 1
    assert land(home, write(tmp_path, text([row(gpu_name_raw="")])), "c").landed == 1


@pytest.mark.parametrize(("model", "months"), [("on_demand", "12"), ("reserved_1y", "36"), ("reserved", "1000")])
def test_contradictory_term_is_rejected(model: str, months: str, home: Home, tmp_path: Path) -> None:
    table = [row(), row(pricing_model=model, term_months=months)]
    done = land(home, write(tmp_path, text(table, [*GOOD, "term_months"])))
    assert [(line, column) for line, column, _ in told(done)] == [(3, "term_months")]


SIX = "date,provider,instance,region,pricing_model,price_usd_per_hour\n"


def line(region: str, price: str = "1.5") -> str:
    return f"2023-05-26,aws,p3.2xlarge,{region},on_demand,{price}\n"


@pytest.mark.parametrize(("body", "faults", "regions"), [
    # A quoted line break moves every line after it.
    (line("a") + '2023-05-26,aws,"p3\n.2xlarge",b,on_demand,1\n' + line("c", "x"), {3, 5}, {"a"}),
    (line("a") + line('"b, or ""B"""') + line("c"), set(), {"a", 'b, or "B"', "c"}),
    (line("a") + "\n\n" + line("b", "-1") + ",,,,,\n" + line("c"), {5}, {"a", "c"}),
    (line("a") + "2023-05-26,aws\n" + line("b") + "1,2,3,4,5,6,7\n" + line("c"), {3, 5}, {"a", "b", "c"}),
    (line("a") + '"2023-05-26,aws,p3,b,on_demand,1\n' + line("c"), {3}, {"a", "c"}),  # a quote never closed
    (line("a") + '2023-05-26,aws,"p3" x,b,on_demand,1\n' + line("c"), {3}, {"a", "c"}),
    (line("a") + '2023-05-26,aws,24" rack,b,on_demand,1\n' + line("c"), set(), {"a", "b", "c"}),
    (line("a") + line("x" * (LONGEST + 5)) + line("c"), {3}, {"a", "c"}),
    (line("a") + line("b") * 3 + line("c").removesuffix("\n"), set(), {"a", "b", "c"}),
    (line("a") + '"' + line("b") * 3000 + line("c"), {3}, {"a", "b", "c"}),
], ids=range(10))  # fmt: skip
def test_hostile_lines_are_rejected_alone(
    body: str, faults: set[int], regions: set[str], home: Home, tmp_path: Path
) -> None:
    done = land(home, write(tmp_path, SIX + body))
    assert {number for number, _, _ in told(done)} == faults
    assert {found["region"] for found in read(home)} == regions


def test_undecodable_line_is_rejected_alone(home: Home, tmp_path: Path) -> None:
    done = land(
        home, write(tmp_path, (SIX + line("a")).encode() + line("caf\xe9").encode("latin-1") + line("é").encode())
    )
    assert told(done) == [(3, "", "is not UTF-8 text")]
    assert {found["region"] for found in read(home)} == {"a", "é"}


@pytest.mark.parametrize("dressed", [
    lambda t: b"\xef\xbb\xbf" + t,
    lambda t: t.replace(b"\n", b"\r\n"),
    gzip.compress,
    lambda t: t.replace(b"provider", b' "PROVIDER" ', 1).replace(b' "', b'"').replace(b'" ', b'"'),
    lambda t: b"\n" + t,
    lambda t: t.replace(b"date,", b"Date,", 1),
], ids=["bom", "crlf", "gzip", "quoted upper case", "blank first line", "capital"])  # fmt: skip
def test_formats_of_the_same_table_load_alike(dressed: Callable[[bytes], bytes], home: Home, tmp_path: Path) -> None:
    done = land(home, write(tmp_path, dressed((SIX + line("a") + line("b", "bad")).encode()), "x.csv.gz"))
    assert done.landed == 1 and done.rejected == 1
    assert [found["region"] for found in read(home)] == ["a"]


@pytest.mark.parametrize(("content", "name", "says"), [
    (b"", "x.csv", "is empty"),
    (b"", "x.parquet", "is empty"),
    (b"\n\n", "x.csv", "is empty"),
    (b"a,b\n1,2\n", "x.csv", "no column date, provider, pricing_model, price_usd_per_hour, instance or gpu_name_raw; it has a, b"),
    ((SIX + line("a")).replace(",", ";").encode(), "x.csv", "separated by semicolons"),
    ((SIX + line("a")).replace(",", "\t").encode(), "x.tsv", "separated by tabs"),
    ((SIX + line("a")).replace("region", "Provider").encode(), "x.csv", "column provider twice"),
    ((SIX + line("a")).replace("\n", "\r").encode(), "x.csv", "line ends"),
    ((SIX + line("a")).encode("utf-16"), "x.csv", "UTF-16"),
    ((SIX + line("a")).encode(), "x.parquet", "is not Parquet"),
    (b"PAR1" + b"x" * 100, "x.parquet", "cannot be read as Parquet"),
    (b"PK\x03\x04" + b"x" * 100, "x.csv", "packed (zip)"),
    (gzip.compress((SIX + line("a") * 9999).encode())[:200], "x.csv", "cannot be unpacked"),
    (b"\x00\x01\x02" * 50, "x.csv", "neither CSV text nor Parquet"),
    (b'"date,provider\n', "x.csv", "header that cannot be read"),
], ids=range(15))  # fmt: skip
def test_unreadable_file_is_rejected_with_a_reason(
    content: bytes, name: str, says: str, home: Home, tmp_path: Path
) -> None:
    with pytest.raises(Unreadable) as told:
        land(home, write(tmp_path, content, name))
    assert says in str(told.value)
    assert not home.landing.exists() or not any(home.landing.rglob("*.parquet"))


def test_folder_and_missing_path_are_rejected(home: Home, tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="folder"):
        land(home, tmp_path)
    with pytest.raises(Unreadable, match="not exist"):
        land(home, tmp_path / "absent")


def test_parquet_keeps_the_digits_its_writer_saw(home: Home, tmp_path: Path) -> None:
    path = parquet(tmp_path / "it's [a] *.parquet", """
        select date '2023-05-26' as "Date", 'gcp' as provider, 'a2' as instance, 'spot' as pricing_model,
            unnest([0.1, 98.32, 1e-05, null])::double as price_usd_per_hour, 1.0::double as gpu_count,
            timestamp '2023-05-26 10:00:00' as observed_at, [1, 2] as extra
    """)  # fmt: skip
    done = land(home, path)
    assert (done.landed, done.ignored, done.counted_by) == (4, ("extra",), "row")
    assert [found["price"] for found in read(home)] == [Decimal("0.00001"), Decimal("0.1"), Decimal("98.32"), None]
    assert {found["captured_at"] for found in read(home)} == {datetime(2023, 5, 26, 10, tzinfo=UTC)}


def test_invalid_parquet_rows_are_reported_by_number(home: Home, tmp_path: Path) -> None:
    done = land(home, parquet(tmp_path / "x.pq", """
        select '2023-05-26' as date, 'gcp' as provider, 'a2' as instance, 'spot' as pricing_model,
            unnest(['1', 'nan', '-2', 'inf', '3'])::double as price_usd_per_hour
    """))  # fmt: skip
    assert [(number, column) for number, column, _ in told(done)] == [(n, "price_usd_per_hour") for n in (2, 3, 4)]
    assert done.landed == 2


@pytest.mark.parametrize("kind", ["[1]", "{'a': 1}", "'x'::blob"])
def test_columns_of_unsupported_types_are_refused(kind: str, home: Home, tmp_path: Path) -> None:
    path = parquet(tmp_path / "x.parquet", f"""
        select '2023-05-26' as date, {kind} as provider, 'a2' as instance, 'spot' as pricing_model,
            1 as price_usd_per_hour""")  # fmt: skip
    with pytest.raises(Unreadable, match="provider"):
        land(home, path)


def test_damaged_parquet_lands_nothing(home: Home, tmp_path: Path) -> None:
    path = parquet(tmp_path / "x.parquet", """
        select date '2023-01-01' + (i % 300)::int as date, 'p' || hash(i) as provider, 'a2' as instance,
            'spot' as pricing_model, i as price_usd_per_hour from range(20000) as t(i)""")  # fmt: skip
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 3] + bytes(2000) + whole[len(whole) // 3 + 2000 :])
    with pytest.raises(Unreadable, match="cannot be read"):
        land(home, path)
    assert not list(home.landing.rglob("*.parquet"))


def test_all_bad_rows_are_in_the_report_and_no_cell_is_a_formula(home: Home, tmp_path: Path) -> None:
    table = [row(), *(row(price_usd_per_hour=f"=HYPERLINK({n})", region="@x") for n in range(50))]
    done = land(home, write(tmp_path, text(table)))
    assert (done.landed, done.rejected, len(done.faults)) == (1, 50, 20)
    assert done.rejected_file == home.imports / f"{done.landing_id}-rejected.csv"
    with done.rejected_file.open(newline="") as stream:
        report = list(csv.DictReader(stream))
    assert [int(r["row"]) for r in report] == list(range(3, 53))
    assert {r["column"] for r in report} == {"price_usd_per_hour"} and report[0]["value"] == "'=HYPERLINK(0)"
    assert report[0]["about"] == "aws p4d.24xlarge @x 2023-05-26 c0ffee"
    assert not (home.imports / "work").exists()
    steering = land(home, write(tmp_path, text([row(zone="a\x1b[31m\nb")]))).rejected_file
    assert steering and "a [31m b" in steering.read_text()


def test_same_file_lands_once_per_name(home: Home, tmp_path: Path) -> None:
    path = write(tmp_path, text([row()]))
    first, again = land(home, path), land(home, path)
    assert first.landed == 1 and (again.known, again.landed, again.landing_id) == (True, 0, first.landing_id)
    copy = write(tmp_path, path.read_bytes(), "renamed.csv")
    assert land(home, copy).known and not land(home, copy, "other").known
    assert len(read(home)) == 2
    # More rows of the same scrape are other facts: they land beside the first.
    assert land(home, write(tmp_path, text([row(), row(region="b")]), "more.csv")).landed == 2
    assert len(read(home)) == 4


@pytest.mark.long
@settings(max_examples=examples(5, 40))
@given(order=st.permutations(range(12)))
def test_the_order_of_rows_does_not_matter(order: list[int], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("order")
    table = [
        row(region=f"r{n % 3}", price_usd_per_hour=f"{n % 4}.5", date=f"2023-05-{10 + n % 5}", observed_at="",
            zone="z" if n % 2 else "", source_commit=f"c{n % 2}")
        for n in range(12)
    ]  # fmt: skip
    found = []
    for number, chosen in enumerate(([*range(12)], order)):
        home = Home(folder / str(number))
        land(home, write(folder, text(table[n] for n in chosen)))
        own = {"landing_id", "landed_at"}
        kinds = (read(home, "offers"), read(home, "pages"))
        found.append([[{k: v for k, v in r.items() if k not in own} for r in kind] for kind in kinds])
    assert found[0] == found[1]


def test_each_scrape_is_one_page(home: Home, tmp_path: Path) -> None:
    table = [
        row(region="a"), row(region="b", source_commit="aaa"), row(source_repo="other"), row(provider="gcp"),
        row(source_repo=""), row(observed_at=""),
    ]  # fmt: skip
    land(home, write(tmp_path, text(table)))
    pages = read(home, "pages")
    assert sum(page["n_offers"] for page in pages) == 6 and len(pages) == 5
    assert len({(p["provider"], p["url"], p["captured_at"]) for p in pages}) == 5, "offers find their page by these"
    [shared] = [p for p in pages if p["n_offers"] == 2]
    assert shared["sha256"] == "aaa", "one of the commits, always the same one"


@pytest.mark.parametrize("name", ["", "A", "../x", "a/b", ".x", "-x", "a b", "a'b", "x" * 65, "é"])
def test_names_are_plain(name: str, home: Home) -> None:
    with pytest.raises(ValueError, match="is no name"):
        check_name(home, name)


def test_import_names_cannot_shadow_own_sources(home: Home) -> None:
    put(home, seen("2026-11-02", [offer()], source="new_feed"))
    for name in ("price_list", "pricing_page", "seed", "backfill", "new_feed"):
        with pytest.raises(ValueError, match="reads itself"):
            check_name(home, name)
    assert check_name(home, "archive") == "archive"


def test_source_names_lead_to_no_other_folder(home: Home, tmp_path: Path) -> None:
    land(home, write(tmp_path, text([row(source_repo="../../../evil"), row(source_repo="/etc")])))
    files = [p.relative_to(home.root).as_posix() for p in tmp_path.rglob("*.parquet")]
    assert len(files) == 2 and all(f.split("/")[2] == "import-mine" for f in files)
