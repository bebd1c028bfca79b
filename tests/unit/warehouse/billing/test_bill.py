"""A bill is added up to the last digit, its GPUs are compared to the cent, and what cannot be is listed."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.queries import bills as questions
from tests.support import bills, worlds
from tests.support.bills import aws, azure, google
from tests.support.worlds import rows
from warehouse.billing.bill import opened_bill
from warehouse.billing.bill_files import UnreadableBill
from warehouse.storage.state_dir import Home

D = Decimal
CENT = D("0.01")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = Home(tmp_path_factory.mktemp("prices"))
    with worlds.without_costs(*bills.NEEDED):
        bills.publish_prices(home)
    yield home


def costs(
    home: Home, folder: Path, *lines: Mapping[str, str], name: str = "bill.csv", **how: Any
) -> list[dict[str, Any]]:
    """Return the costs of a bill of these lines by line and day."""
    path = bills.write(folder / name, lines)
    with opened_bill(home, [path], **how) as con:
        return rows(con, "from bill_costs order by line_no, day")


def test_a_day_against_list_and_the_cheapest_equal_offer(home: Home, tmp_path: Path) -> None:
    (line,) = costs(home, tmp_path, aws("520.00"))
    assert (line["gpu"], line["form_factor"], line["gpu_count"], line["gpu_hours"]) == ("A100", "SXM", 8, 192)
    assert line["list_usd"] == 24 * bills.P4D == D("526.983408")
    assert line["equal_usd"] == 24 * bills.LAMBDA_8 == D("247.68")
    assert (line["equal_provider"], line["equal_instance"]) == ("lambda", "8x")  # not sold out, and not of four GPUs
    assert (
        line["effective_usd"] - line["list_usd"] == D("-6.983408") and line["equal_source_url"] and line["list_sha256"]
    )


def test_the_list_price_is_that_of_the_day(home: Home, tmp_path: Path) -> None:
    whole = aws(
        "1000.00",
        ChargePeriodStart="2026-09-13T12:00:00Z",
        ChargePeriodEnd="2026-09-16T00:00:00Z",
        PricingQuantity="60",
    )
    days = costs(home, tmp_path, whole)
    assert [str(day["day"]) for day in days] == ["2026-09-13", "2026-09-14", "2026-09-15"]
    assert [day["list_usd"] for day in days] == [12 * bills.P4D_BEFORE, 24 * bills.P4D_BEFORE, 24 * bills.P4D]
    assert [day["effective_cost"] for day in days] == [200, 400, 400]


def test_parts_of_a_line_sum_up_to_it(home: Home, tmp_path: Path) -> None:
    cost = "1000.123456789012345678"
    week = aws(
        cost, ChargePeriodStart="2026-09-13T00:00:01Z", ChargePeriodEnd="2026-09-20T13:37:11Z", PricingQuantity="181.62"
    )
    for line in (week, week | {"EffectiveCost": "-0.000000000000000001", "ChargeClass": "Correction"}):
        days = costs(home, tmp_path, line)
        assert len(days) == 8
        assert sum(day["billed_cost"] for day in days) == D(cost)
        assert sum(day["effective_cost"] for day in days) == D(line["EffectiveCost"])
        assert sum(day["gpu_hours"] for day in days) == D("181.62") * 8


@pytest.mark.parametrize(
    ("line", "list_usd", "equal_usd", "equal_provider"),
    [
        (aws("1", PricingCategory="Dynamic", AvailabilityZone="us-east-1a", x_Operation="RunInstances:SV001"), 24 * bills.P4D_SPOT, 24 * bills.P4D_SPOT, "aws"),
        (aws("1", "1.0", usage="SpotUsage:p4d.24xlarge", PricingCategory="Dynamic", AvailabilityZone="us-east-1b"), 24 * D(12), 24 * bills.P4D_SPOT, "aws"),
        (aws("1", "1.0", RegionId="us-west-2"), 24 * D(30), 24 * bills.LAMBDA_8, "lambda"),
        (aws("1", "1.4"), 24 * bills.P4D, 24 * bills.LAMBDA_8, "lambda"),
        (azure("1"), 24 * bills.NC24, 24 * bills.NEBIUS_1, "nebius"),
        (azure("1", "1.4"), 24 * bills.NC24, 24 * bills.NEBIUS_1, "nebius"),
        (azure("1", meter="NC24ads A100 v4 Spot", PricingCategory="Dynamic"), 24 * bills.NC24_SPOT, 24 * bills.VAST_SPOT, "vast"),
        (azure("1", RegionId="westeurope", PricingQuantity="0.5"), D("2.3875"), D("0.25"), "nebius"),
        (azure("1", PricingUnit="1 Minute", PricingQuantity="90"), D("5.5095"), D("3.165"), "nebius"),
        (azure("1", PricingUnit="Units", PricingQuantity="3", ConsumedUnit="seconds", ConsumedQuantity="3600"), bills.NC24, bills.NEBIUS_1, "nebius"),
    ],
    ids=lambda value: None if isinstance(value, dict) else str(value),
)  # fmt: skip
@pytest.mark.parametrize("name", ["bill.csv", "bill.parquet"])
def test_shapes_of_three_clouds(
    home: Home,
    tmp_path: Path,
    name: str,
    line: dict[str, str],
    list_usd: Decimal,
    equal_usd: Decimal,
    equal_provider: str,
) -> None:
    (got,) = costs(home, tmp_path, line, name=name)
    assert (got["list_usd"], got["equal_usd"], got["equal_provider"]) == (list_usd, equal_usd, equal_provider)
    assert got["equal_is_marketplace"] == (equal_provider == "vast")


def test_a_google_machine_is_the_sum_of_its_parts(home: Home, tmp_path: Path) -> None:
    parts = [
        google("70.416"), google("11.5", sku="A2 Instance Core running in Americas", PricingQuantity="288"),
        google("3.4", sku="A2 Instance Ram running in Americas", PricingQuantity="2040"),
        google("9.99", sku="Storage PD Capacity in Americas", ResourceId="disk-1"),
    ]  # fmt: skip
    lines = costs(home, tmp_path, *parts)
    assert [line["role"] for line in lines] == ["usage", "host", "host"]
    assert sum(line["list_usd"] for line in lines) == 24 * bills.A2
    assert {(line["gpu"], line["instance"]) for line in lines} == {("A100", "a2-highgpu-1g")}
    # A GPU whose cores and memory are on no line of its own is not compared with whole machines.
    (alone,) = costs(home, tmp_path, google("70.416", ResourceId=""))
    assert alone["list_usd"] is None and alone["equal_usd"] is None and "cores and memory" in alone["equal_reason"]


def test_a_gpu_beside_its_machine_has_a_list_price_of_its_own(home: Home, tmp_path: Path) -> None:
    t4 = google("8.4", sku="Nvidia Tesla T4 GPU running in Americas", machine="n1-standard-8", PricingQuantity="48")
    lines = costs(
        home, tmp_path, t4, google("9", sku="N1 Predefined Instance Core running in Americas", machine="n1-standard-8")
    )
    assert lines[0]["list_usd"] == 48 * bills.T4_ALONE and lines[0]["gpu_hours"] == 48
    assert lines[0]["equal_reason"] == "the number of GPUs of its machine is not stated"
    assert lines[1]["role"] == "host" and lines[1]["list_usd"] is None


def test_commitments_used_and_lost(home: Home, tmp_path: Path) -> None:
    committed = {"CommitmentDiscountId": "ri-1", "CommitmentDiscountType": "Reserved", "PricingCategory": "Committed"}
    lines = [
        aws("0", EffectiveCost="230.40", ListCost="526.98", CommitmentDiscountStatus="Used", **committed),
        aws("0", EffectiveCost="9.60", ListCost="0", CommitmentDiscountStatus="Unused", ResourceId="", PricingQuantity="1", **committed),
        aws("0", usage="BoxUsage:m5.large", EffectiveCost="1.10", CommitmentDiscountStatus="Used", **committed),
        aws("7200.00", usage="HeavyUsage:p4d.24xlarge", EffectiveCost="0", ChargeCategory="Purchase", **committed | {"PricingCategory": "Standard"}),
        aws("21.96", usage="UnusedBox:p4d.24xlarge", PricingQuantity="1", ResourceId="cr-1"),
    ]  # fmt: skip
    got = costs(home, tmp_path, *lines)
    assert [line["role"] for line in got] == ["usage", "unused_commitment", "purchase", "unused_capacity"]
    assert got[0]["list_usd"] == 24 * bills.P4D  # of a commitment it is the price on demand
    assert got[0]["equal_usd"] is None and "--term" in got[0]["equal_reason"]
    assert costs(home, tmp_path, *lines, term_months=12)[0]["equal_usd"] == 24 * bills.RESERVED_8
    assert costs(home, tmp_path, *lines, term_months=36)[0]["equal_usd"] is None
    assert costs(home, tmp_path, lines[0] | {"x_SkuTerm": "12"})[0]["equal_usd"] == 24 * bills.RESERVED_8
    with opened_bill(home, [bills.write(tmp_path / "all.csv", lines)]) as con:
        (commitment,) = rows(con, questions._COMMITMENTS)
    assert {name: commitment[name] for name in ("used_by_gpus", "used_by_others", "unused", "purchased")} == {
        "used_by_gpus": D("230.40"), "used_by_others": D("1.10"), "unused": D("9.60"), "purchased": D(7200),
    }  # fmt: skip


def test_taxes_credits_and_corrections_belong_to_their_gpus(home: Home, tmp_path: Path) -> None:
    bare = {
        "PricingQuantity": "",
        "PricingUnit": "",
        "PricingCategory": "",
        "SkuPriceDetails": "",
        "x_UsageType": "",
        "SkuMeter": "",
    }
    got = costs(
        home, tmp_path, aws("526.98"),
        aws("-21.957642", ChargeClass="Correction", PricingQuantity="-1"),  # an hour too many
        aws("-5", ChargeClass="Correction", PricingQuantity="", PricingUnit="", PricingCategory=""),
        aws("42.16", ChargeCategory="Tax", **bare), aws("-100", ChargeCategory="Credit", **bare),
        aws("-3", ChargeCategory="Adjustment", **bare), aws("7", ChargeCategory="Tax", **bare | {"ResourceId": ""}),
    )  # fmt: skip
    assert [line["role"] for line in got] == ["usage", "usage", "usage", "tax", "credit", "adjustment"]
    assert sum(line["list_usd"] or 0 for line in got) == 23 * bills.P4D
    assert sum(line["gpu_hours"] or 0 for line in got) == 23 * 8
    assert sum(line["billed_usd"] for line in got) == D("526.98") - D("21.957642") - 5 + D("42.16") - 103


def test_other_currencies_are_converted_at_the_rate_before_the_day(home: Home, tmp_path: Path) -> None:
    (line,) = costs(
        home,
        tmp_path,
        azure(
            "100.00", BillingCurrency="EUR", ChargePeriodStart="2026-09-20T00:00Z", ChargePeriodEnd="2026-09-21T00:00Z"
        ),
    )
    with opened_bill(home, [tmp_path / "bill.csv"]) as con:
        day, rate = con.execute(
            "select rate_on, usd_per_unit::decimal(18, 9) from marts.exchange_rates where currency = 'EUR' and rate_on < date '2026-09-20' order by rate_on desc limit 1"
        ).fetchall()[0]
    assert line["rate_on"] == day and line["effective_usd"] == 100 * rate and line["list_usd"] == 24 * bills.NC24
    (unknown,) = costs(home, tmp_path, azure("100.00", BillingCurrency="XTS"))
    assert unknown["effective_usd"] is None and unknown["effective_cost"] == 100


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (aws("9", usage="Host:ml.p4d.24xlarge", ServiceName="Amazon SageMaker", SkuPriceDetails=""), "a charge of Amazon SageMaker"),
        (aws("9", usage="BoxUsage:p4d.24xlarge", ServiceName="Amazon Elastic MapReduce"), "not the machine's rent"),
        (aws("9", usage="BoxUsage:p9.48xlarge"), "no instance type is known as 'p9.48xlarge'"),
        (aws("9", usage="BoxUsage:p3.7xlarge"), "the number of GPUs of p3.7xlarge"),
        (aws("9", SkuPriceDetails='{"InstanceType": "p4d.24xlarge", "GpuCount": 4}'), "the bill says 4 GPUs, gpuhour knows 8"),
        (aws("9", PricingUnit="Requests"), "its quantity is in Requests"),
        (azure("9", meter="NC999 X9 v9", SkuPriceDetails=""), "no instance type is known as 'NC999 X9 v9'"),
        (google("9", sku="Nvidia Z9 GPU running in Americas"), "no GPU is known as 'Nvidia Z9'"),
        (google("9", machine="a3-highgpu-8g"), "the line says A100, and its machine a3-highgpu-8g holds H100"),
        (azure("9", meter="", SkuPriceDetails="", x_SkuDetails="", ChargeDescription="NVIDIA GPU fee"), "a GPU is named, but no instance"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)  # fmt: skip
def test_what_looks_like_a_gpu_is_listed(home: Home, tmp_path: Path, line: dict[str, str], reason: str) -> None:
    with opened_bill(home, [bills.write(tmp_path / "bill.csv", [line])]) as con:
        (listed,) = rows(con, questions._UNMAPPED)
        assert reason in listed["reason"] and listed["effective_cost"] == 9
        assert questions.unpriced(con).unmapped_lines == 1


@pytest.mark.parametrize(
    "line",
    [
        aws("9", usage="BoxUsage:m5.large"), aws("9", usage="EBSOptimized:p2.xlarge"), aws("9", usage="BoxUsage:r6g.large"),
        aws("9", usage="DataTransfer-Out-Bytes"), aws("9", usage="BoxUsage:f1.2xlarge"), azure("9", meter="D2s v3"),
        google("9", sku="E2 Instance Core running in Americas", machine="e2-medium"),
        aws("9", usage="", ServiceName="Elastic Load Balancing", ServiceCategory="Networking", ChargeDescription="L4 rule"),
    ],
    ids=lambda line: line["x_UsageType"] if "x_UsageType" in line else line["SkuId"],
)  # fmt: skip
def test_other_charges_are_not_of_gpus(home: Home, tmp_path: Path, line: dict[str, str]) -> None:
    with opened_bill(home, [bills.write(tmp_path / "bill.csv", [line])]) as con:
        assert rows(con, "select class from bill_charges") == [{"class": "other"}]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (aws("900", x_Operation="RunInstances:0002"), "licensed operating system"),
        (azure("900", x_SkuDetails='{"ImageType": "Windows Server"}'), "licensed operating system"),
        (aws("900", usage="DedicatedUsage:p4d.24xlarge"), "that of a dedicated machine"),
        (aws("900", PricingCategory="Other"), "PricingCategory is Other"),
        (aws("900", RegionId="ap-south-1"), "no list price of p4d.24xlarge in ap-south-1 (on_demand) on that day"),
        (aws("900", ChargePeriodStart="2026-07-01T00:00:00Z", ChargePeriodEnd="2026-07-02T00:00:00Z"), "on that day"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)  # fmt: skip
def test_what_has_no_list_price_says_why(home: Home, tmp_path: Path, line: dict[str, str], reason: str) -> None:
    (got,) = costs(home, tmp_path, line)
    assert (got["list_usd"] is None and reason in got["list_reason"] and got["gpu_hours"] == 192) or "NC24" in got[
        "instance"
    ]


def test_prices_not_seen_for_a_week_are_no_equal_offer(home: Home, tmp_path: Path) -> None:
    late = {"ChargePeriodStart": "2026-10-12T00:00:00Z", "ChargePeriodEnd": "2026-10-13T00:00:00Z"}
    (got,) = costs(home, tmp_path, aws("500", **late))
    assert got["list_usd"] == 24 * bills.P4D and got["equal_reason"] == "no equal offer on that day"


EVIL = [
    "=cmd|' /C calc'!A0",
    "'; drop table bill_charges; --",
    "$.team",
    "a/b~c",
    "\x1b[2J",
    "<script>",
    "ключ",
    "0",
    "",
]


@pytest.mark.parametrize("key", EVIL)
def test_tags_are_data(home: Home, tmp_path: Path, key: str) -> None:
    lines = [
        azure("1", Tags=json.dumps({key: "x", "other": "y"})), azure("2", Tags=json.dumps({key: key})),
        azure("4", Tags="{not json"), azure("8", Tags=""), azure("16", Tags="[1, null]"), azure("32", Tags='"text"'),
        azure("64", Tags=json.dumps([{"key": key, "value": "x"}, {"value": "no key"}])),
    ]  # fmt: skip
    with opened_bill(home, [bills.write(tmp_path / "bill.csv", lines)]) as con:
        answer = questions.view(con, f"tag:{key}")
        value, billed = answer.columns.index("value"), answer.columns.index("billed_usd")
        groups = {row[value]: row[billed] for row in answer.rows}
    assert groups == ({"x": 65, key: 2, None: 60} if key else {"x": 65, "": 2, None: 60})


def test_several_files_are_one_bill(home: Home, tmp_path: Path) -> None:
    one = bills.write(tmp_path / "one.parquet", [aws("1.10"), azure("2.20")])
    two = tmp_path / "two.csv.gz"
    two.write_bytes(
        gzip.compress(("\ufeff" + bills.as_csv([aws("3.30", "1.4", x_Own="kept", ResourceId="line\nbreak")])).encode())
    )
    with opened_bill(home, [one, two]) as con:
        got = rows(
            con,
            'select path, "row", billed_cost, extra, resource_id from bill_charges join bill_files using (file) order by line_no',
        )
    assert [(Path(line["path"]).name, line["row"], line["billed_cost"]) for line in got] == [
        ("one.parquet", 1, D("1.1")), ("one.parquet", 2, D("2.2")), ("two.csv.gz", 2, D("3.3")),
    ]  # fmt: skip
    assert json.loads(got[2]["extra"])["x_Own"] == "kept"


GOOD = bills.as_csv([aws("1"), aws("2")])


def broken(column: str, cell: str) -> bytes:
    return bills.as_csv([aws("1"), aws("2") | {column: cell}]).encode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["is empty"]),
        (GOOD.splitlines()[0].encode() + b"\n", ["no lines below the header"]),
        (
            b"a,b\n1,2\n",
            [
                "is no FOCUS bill",
                "ServiceProviderName or ProviderName",
                "BilledCost",
                "PricingQuantity with PricingUnit",
            ],
        ),
        (GOOD.replace("BilledCost", "Cost", 1).encode(), ["lacks BilledCost;"]),
        (GOOD.replace("ResourceName", "billedcost", 1).encode(), ["has its column", "twice"]),
        (GOOD.encode() + b"1,2\n", ["line 4", "has 2 fields"]),
        (GOOD.encode() + b'"open\n', ["line 4", "quote that is not closed"]),
        (GOOD.encode() + b"\xff\xfe,\n", ["line 4", "not UTF-8"]),
        (GOOD.encode("utf-16"), ["UTF-16"]),
        (b"PK\x03\x04zip", ["is packed (zip)"]),
        (gzip.compress(GOOD.encode())[:-40], ["cannot be unpacked to its end"]),
        (b"PAR1 and nothing more", ["cannot be read as Parquet"]),
        (broken("BilledCost", "1.000,00"), ["line 3", "BilledCost '1.000,00' is no amount"]),
        (broken("BilledCost", "nan"), ["BilledCost 'nan'"]),
        (broken("EffectiveCost", ""), ["line 3", "EffectiveCost ''"]),
        (broken("EffectiveCost", "1e15"), ["EffectiveCost '1e15' is no amount below"]),
        (broken("ListCost", "free"), ["ListCost 'free'"]),
        (broken("PricingQuantity", "1/2"), ["PricingQuantity '1/2'"]),
        (broken("BillingCurrency", "usd"), ["BillingCurrency 'usd' is no currency code"]),
        (broken("ChargeCategory", "Refund"), ["ChargeCategory 'Refund' is no Usage"]),
        (broken("PricingCategory", "On-Demand"), ["PricingCategory 'On-Demand'"]),
        (broken("ChargePeriodStart", "09/20/2026"), ["ChargePeriodStart '09/20/2026' is no time like"]),
        (broken("ChargePeriodStart", "1970-01-01T00:00:00Z"), ["is not between 2018 and 2199"]),
        (broken("ChargePeriodEnd", "2026-09-20T00:00:00Z"), ["ChargePeriodEnd", "is not after ChargePeriodStart"]),
        (broken("ChargePeriodEnd", "2029-09-20T00:00:00Z"), ["is more than 400 days after"]),
    ],
)
def test_broken_files_say_what_and_where(home: Home, tmp_path: Path, content: bytes, words: Sequence[str]) -> None:
    path = tmp_path / "bill.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableBill) as refused, opened_bill(home, [path]):
        pass
    assert str(refused.value).startswith(str(path)) and not [
        word for word in words if word not in str(refused.value)
    ], refused.value


def test_other_broken_files(home: Home, tmp_path: Path) -> None:
    one = bills.write(tmp_path / "one.csv", [aws("1")])
    two = bills.write(tmp_path / "two.csv", [aws("1")])
    text = tmp_path / "text.parquet"
    text.write_text(GOOD)
    blob = tmp_path / "blob.parquet"
    with duckdb.connect() as con:
        con.execute(
            f"copy (select * replace (encode(Tags) as Tags) from read_csv('{one}', all_varchar = true)) to '{blob}' (format parquet)"
        )
    for paths, word in (
        ([one, two], "holds the same as"), ([tmp_path], "is a folder"), ([tmp_path / "no.csv"], "does not exist"),
        ([text], "is not Parquet, in spite of its name"), ([blob], "has bytes in its column Tags"),
    ):  # fmt: skip
        with pytest.raises(UnreadableBill, match=word), opened_bill(home, paths):
            pass


MONEY = st.decimals(-10_000, 10_000, places=10)
LINES = st.one_of(
    st.builds(
        lambda cost, start, hours, usage, currency, category, tag: aws(
            f"{cost:f}", usage=usage, BillingCurrency=currency, ChargeCategory=category, ResourceId=f"i-{tag}",
            ChargePeriodStart=f"2026-09-{start:02}T05:00:00Z", ChargePeriodEnd=f"2026-09-{start + 3:02}T07:31:00Z",
            PricingQuantity=str(hours), Tags=json.dumps({"team": tag}),
        ),
        MONEY, st.integers(1, 25), st.integers(-9, 99), st.sampled_from(["BoxUsage:p4d.24xlarge", "BoxUsage:m5.large", "BoxUsage:p9.2xlarge"]),
        st.sampled_from(["USD", "EUR"]), st.sampled_from(["Usage", "Credit", "Tax", "Purchase"]), st.sampled_from("abc"),
    ),
    st.builds(lambda cost, sku: google(f"{cost:f}", sku=sku), MONEY, st.sampled_from(["", "A2 Instance Core running in Americas", "Static Ip"])),
)  # fmt: skip


@settings(max_examples=8)
@given(st.lists(LINES, min_size=1, max_size=12))
def test_every_grouping_sums_up_to_the_bill(home: Home, tmp_path: Path, lines: list[dict[str, str]]) -> None:
    path = bills.write(tmp_path / "bill.csv", lines)
    with opened_bill(home, [path]) as con:
        balance = rows(con, questions._BALANCE)
        for currency in {line["BillingCurrency"] for line in lines}:
            total = sum(D(line["BilledCost"]) for line in lines if line["BillingCurrency"] == currency)
            of_currency = [row for row in balance if row["currency"] == currency]
            assert sum(row["billed_cost"] for row in of_currency if row["class"]) == total
            assert [row["billed_cost"] for row in of_currency if not row["class"]] == [total]
        (usd,) = con.execute("select coalesce(sum(billed_usd), 0) from bill_costs").fetchall()[0]
        for view in (*questions.GROUPS, "tag:team", "tag:none"):
            answer = questions.view(con, view)
            assert sum(row[answer.columns.index("billed_usd")] or 0 for row in answer.rows) == usd, view
        columns, all_lines = questions.lines(con)
        listed = list(all_lines)
        assert len(listed) == len(lines)
        assert sum(row[columns.index("billed_cost")] for row in listed) == sum(D(line["BilledCost"]) for line in lines)
