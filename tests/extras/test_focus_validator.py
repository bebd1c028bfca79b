"""FOCUS's own validator on the exported price sheet: every rule that applies holds, and its report is read, not its exit code."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pytest

from tests.conftest import Demo
from tests.integration.test_contract import installer

pytestmark = pytest.mark.extras
# 2.2.1 wants numpy 1.26, for which there are wheels up to Python 3.12, and leaves pyarrow open, whose newest wants numpy 2.
PYTHON, PACKAGES = "python3.12", ("focus-validator==2.2.1", "pyarrow<20")
VERSION = "1.2"
# What these lists have: regions, zones, public prices by unit, commitments, several categories and currencies.
CRITERIA = (
    "AVAILABILITY_ZONE_SUPPORTED", "COMMITMENT_DISCOUNT_SUPPORTED", "MULTIPLE_PRICING_CATEGORIES_SUPPORTED",
    "PRICING_BILLING_CURRENCY_DIFFERENCES_SUPPORTED", "PUBLIC_PRICE_LIST_SUPPORTED", "REGION_SUPPORTED",
    "UNIT_PRICING_SUPPORTED",
)  # fmt: skip
# The columns of bills that docs/focus.md says a price list does not have.
NOT_THERE = {
    "BilledCost", "BillingAccountId", "BillingAccountName", "BillingPeriodEnd", "BillingPeriodStart", "ChargeCategory",
    "ChargeClass", "ChargeDescription", "ChargeFrequency", "ChargePeriodEnd", "CommitmentDiscountId",
    "CommitmentDiscountName", "CommitmentDiscountQuantity", "CommitmentDiscountStatus", "CommitmentDiscountUnit",
    "ContractedCost", "EffectiveCost", "InvoiceId", "InvoiceIssuerName", "ListCost", "PricingCurrencyContractedUnitPrice",
    "PricingCurrencyEffectiveCost", "PricingCurrencyListUnitPrice", "PricingQuantity", "PublisherName",
    "ServiceSubcategory", "SkuMeter",
}  # fmt: skip
# Rules on columns that are there, which fail all the same; docs/focus.md says why.
EXCUSED = {"SkuId-C-002-M"}


def python() -> str | None:
    """Return a Python that the validator runs on; a name on the PATH may be a shim that leads nowhere."""
    on_path = shutil.which(PYTHON)
    candidates = [on_path] if on_path else []
    candidates += map(str, Path.home().glob(f".pyenv/versions/*/bin/{PYTHON}"))
    runs = (subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode == 0 for path in candidates)
    return next((path for path, is_fine in zip(candidates, runs, strict=True) if is_fine), None)


@pytest.fixture(scope="module")
def validator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program that validates; in an environment of its own, whose pins are older than ours."""
    base, install = python(), installer()
    if not base or not install:
        pytest.skip(f"needs {PYTHON}, and uv or pip, to install {PACKAGES[0]}")
    folder = tmp_path_factory.mktemp("focus") / "environment"
    subprocess.run([base, "-m", "venv", folder], check=True)
    done = subprocess.run(
        [folder / "bin" / "pip", "install", "-q", *PACKAGES], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"{PACKAGES[0]} cannot be installed here: {done.stderr.strip().splitlines()[-1:]}")
    return folder / "bin" / "focus-validator"


def verdicts(validator: Path, file: Path, report: Path) -> dict[str, str]:
    """Return by rule: passed, failed, skipped, or blocked where it rests on one that failed."""
    (packages,) = validator.parent.parent.glob("lib/python*/site-packages")  # it opens its own files by relative paths
    done = subprocess.run(
        [validator, "--data-file", file, "--validate-version", VERSION, "--focus-dataset", "CostAndUsage",
         "--block-download", "--applicability-criteria", ",".join(CRITERIA), "--output-type", "unittest",
         "--output-destination", report], cwd=packages, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert report.exists(), done.stderr[-2000:]
    return dict(_read(report))


def _read(report: Path) -> Iterator[tuple[str, str]]:
    words = {"failure": "failed", "error": "blocked", "skipped": "skipped"}
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        name, _, kind = case.attrib["name"].partition(" :: ")
        verdict = words[case[0].tag] if len(case) else "passed"
        # A composite fails with any of its parts, which are listed themselves.
        yield name, "composite" if verdict == "failed" and kind == "Composite" else verdict


def wrong(verdicts: dict[str, str], report: Path) -> set[str]:
    """Return the rules that failed, but for those of columns that are not there."""
    columns = {case.attrib["name"].partition(" :: ")[0]: _column(case) for case in _cases(report)}
    return {rule for rule, verdict in verdicts.items() if verdict == "failed" and columns[rule] not in NOT_THERE}


def _cases(report: Path) -> Iterator[ElementTree.Element]:
    yield from ElementTree.parse(report).getroot().iter("testcase")


def _column(case: ElementTree.Element) -> str:
    message = case[0].attrib.get("message", "") if len(case) else ""
    return message.rpartition(" check for ")[2] or case.attrib["name"].partition("-")[0]


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_every_rule_that_applies_holds(validator: Path, demo: Demo, tmp_path: Path, form: str) -> None:
    report = tmp_path / "report.xml"
    given = verdicts(validator, demo.home.exports / f"focus_price_sheet.{form}", report)
    assert wrong(given, report) == EXCUSED
    passed = {rule for rule, verdict in given.items() if verdict == "passed"}
    assert (
        len(passed) > 70 and {"ListUnitPrice-C-001-M", "ChargePeriodStart-C-002-M", "SkuPriceDetails-C-003-C"} < passed
    )


def test_excuses_are_what_they_are_said_to_be(demo: Demo) -> None:
    file = demo.home.exports / "focus_price_sheet.parquet"
    columns = {name for name, *_ in duckdb.sql(f"describe from '{file}'").fetchall()}
    assert columns & NOT_THERE == {"ChargePeriodEnd"}  # always NULL, which the validator takes for absent
    assert duckdb.sql(f"select count(ChargePeriodEnd) from '{file}'").fetchall() == [(0,)]
    names = duckdb.sql(f"select SkuId from '{file}' where not regexp_full_match(SkuId, '[ -~]+')").fetchall()
    assert names and all("\N{TRADE MARK SIGN}" in name or "\N{EN DASH}" in name for (name,) in names)  # as printed


def test_a_broken_file_is_noticed(validator: Path, demo: Demo, tmp_path: Path) -> None:
    """The validator exits 0 whatever it finds."""
    file, report = tmp_path / "broken.csv", tmp_path / "report.xml"
    duckdb.sql(f"""
        copy (
            select * replace (replace(ChargePeriodStart, 'Z', '') as ChargePeriodStart, 'euros' as BillingCurrency)
            from read_csv('{demo.home.exports / "focus_price_sheet.csv"}', all_varchar = true)
        ) to '{file}' (header)
    """)
    assert {"ChargePeriodStart-C-002-M", "BillingCurrency-C-006-M"} & wrong(verdicts(validator, file, report), report)
