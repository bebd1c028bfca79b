"""The contract as an ODCS document and a Data Package: what they say holds in the data, and their own tools accept them."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from pipelines.reports.contract import Relation, relations
from pipelines.reports.site_data import SiteData
from tests.conftest import Demo
from tests.integration.test_contract import installer
from tests.support import contract
from tests.support.report_site import BASE, Site
from warehouse.publish.extract import extracting
from warehouse.storage.connection import Connection

# Numbers that count or measure nothing: an order, a ratio, or in the unit that the row names.
WITHOUT_UNIT = {"rank", "seq", "log_ratio", "adjustment", "times_apart", "computed", "computed_with_assumption"}


@pytest.fixture(scope="module")
def published(demo: Demo) -> Iterator[tuple[Connection, dict[str, Relation]]]:
    with extracting(demo.home) as con:
        yield con, relations(SiteData(con))


@pytest.fixture(scope="module")
def document(site: Site) -> dict[str, Any]:
    made: dict[str, Any] = yaml.safe_load(site.text("gpuhour.odcs.yaml"))
    return made


def test_document_has_every_pinned_column(document: dict[str, Any]) -> None:
    (version, *lines) = contract.FILE.read_text().splitlines()
    stated = [
        f"{relation['physicalName']} {column['name']} {column['physicalType']}"
        for relation in document["schema"]
        for column in relation["properties"]
    ]
    assert stated == [line for line in lines if not re.match(r"\S+\(", line)]  # macros are no tables
    assert document["version"] == version.split()[1]


def unstated(con: Connection, described: dict[str, Relation]) -> list[str]:
    """Return columns that are NULL or empty somewhere without a word of it in their meaning."""
    wrong = []
    for name, relation in described.items():
        tests = {
            f"{name}.{column.name}: {words}": f"""count(*) filter ("{column.name}"{condition})"""
            for column in relation.columns
            for words, condition, is_stated in (
                ("NULL", " is null", column.is_nullable),
                ("empty", "::varchar = ''", column.may_be_empty),
            )
            if not is_stated
        }
        (row,) = con.execute(f"select {', '.join(tests.values())} from v1.{name}").fetchall()
        wrong += [test for test, n in zip(tests, row, strict=True) if n]
    return wrong


def test_columns_are_null_or_empty_only_where_they_say_so(published: tuple[Connection, dict[str, Relation]]) -> None:
    assert unstated(*published) == []


@pytest.mark.extras
def test_so_are_they_over_years_of_real_prices(archive: Demo) -> None:
    with extracting(archive.home) as con:
        assert unstated(con, relations(SiteData(con))) == []


def test_nullable_and_numeric_columns_are_both_there(published: tuple[Connection, dict[str, Relation]]) -> None:
    columns = {f"{name}.{c.name}": c for name, relation in published[1].items() for c in relation.columns}
    assert columns["price_changes.pct"].is_nullable and not columns["offers_latest.series_id"].is_nullable
    assert columns["offers_latest.zone"].may_be_empty and columns["offers_latest.gpu_memory_gb"].unit == "GB"
    numbers = {c.name for c in columns.values() if re.match(r"DECIMAL|DOUBLE|FLOAT|\w*INT", c.type)}
    without = {c.name for c in columns.values() if c.name in numbers and not c.unit}
    assert without == WITHOUT_UNIT and len(numbers) > 80
    assert not [name for name, c in columns.items() if c.unit and c.name not in numbers]


def test_keys_are_primary_only_without_nulls(document: dict[str, Any]) -> None:
    relation = {each["name"]: each for each in document["schema"]}
    keys = [c["name"] for c in relation["price_intervals"]["properties"] if c.get("primaryKey")]
    assert keys == ["series_id", "valid_from", "observed_at"]
    assert not [c for c in relation["cost_per_token"]["properties"] if c.get("primaryKey")]
    (rule,) = relation["cost_per_token"]["quality"]
    assert rule["metric"] == "duplicateValues" and "term_months" in rule["arguments"]["properties"]


def test_document_states_freshness_terms_and_places(document: dict[str, Any], site: Site) -> None:
    assert {level["property"]: level["value"] for level in document["slaProperties"]} == {
        "frequency": 1, "latency": 26, "retention": "unlimited"}  # fmt: skip
    assert document["description"]["authoritativeDefinitions"][0]["url"] == "https://spdx.org/licenses/MIT.html"
    assert [server.get("location") for server in document["servers"]] == [
        None, f"{BASE}/data/", f"{BASE}/api/v1/index.json"]  # fmt: skip
    assert 'href="gpuhour.odcs.yaml"' in site.text("data.html")


def test_files_have_the_columns_that_the_package_states(site: Site) -> None:
    resources = json.loads(site.text("datapackage.json"))["resources"]
    described = {resource["path"]: resource["schema"] for resource in resources if "schema" in resource}
    assert len(described) == len(resources) - 1  # all but the database
    for path, schema in described.items():
        names = [field["name"] for field in schema["fields"]]
        if path.endswith(".csv"):
            with (site.root / path).open(newline="") as stream:
                assert next(csv.reader(stream)) == names, path
        else:
            rows = duckdb.sql(f"describe from '{site.root / path}'").fetchall()
            assert [row[0] for row in rows] == names, path
    assert described["data/offers_latest.csv"]["primaryKey"] == ["series_id"]
    assert "uniqueKeys" in described["data/cost_per_token.parquet"]


VALIDATOR = """
import json, os, sys
from pathlib import Path
import jsonschema, open_data_contract_standard, yaml
from frictionless import Package
from open_data_contract_standard.model import OpenDataContractStandard
schema = json.loads((Path(open_data_contract_standard.__file__).parent / "schema.json").read_text())
text = Path(sys.argv[1], "gpuhour.odcs.yaml").read_text()
jsonschema.validators.validator_for(schema)(schema).validate(yaml.safe_load(text))
contract = OpenDataContractStandard.from_string(text)
os.chdir(sys.argv[1])
stated = json.loads(Path("datapackage.json").read_text())
problems = [str(error) for error in Package.metadata_validate(stated)]
stated["resources"] = [resource for resource in stated["resources"] if resource["format"] == "csv"]
report = Package(stated).validate()
problems += [str(row) for task in report.tasks for row in task.flatten(["name", "rowNumber", "fieldName", "note"])]
print(json.dumps([len(contract.schema_), sum(task.stats["rows"] for task in report.tasks), problems[:20]]))
"""


@pytest.mark.extras
def test_their_own_tools_accept_both(demo: Demo, site: Site, tmp_path: Path) -> None:
    install, packages = installer(), ["open-data-contract-standard==3.2.0", "frictionless==5.21.0"]
    if not install:
        pytest.skip("needs uv or pip to install the validators")
    done = subprocess.run([*install, "--target", tmp_path, *packages], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"the validators cannot be installed here: {done.stderr.strip().splitlines()[-1:]}")
    for root in (demo.home.report, site.root):
        done = subprocess.run([sys.executable, "-c", VALIDATOR, root], capture_output=True, text=True, check=False,
                              env=os.environ | {"PYTHONPATH": str(tmp_path)})  # fmt: skip
        assert done.returncode == 0, done.stderr
        n_relations, rows, problems = json.loads(done.stdout)
        assert problems == [] and n_relations > 20 and rows > 1000
