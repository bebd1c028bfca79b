"""The published file and its exports, read by other versions of DuckDB and by other libraries."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Demo
from tests.integration.test_contract import installer
from tests.support import worlds

pytestmark = pytest.mark.extras
VERSIONS = ("1.2.2", "1.3.2", "1.4.5", "1.5.5", "2.0.1")
MACROS = {
    "prices_as_of": "v1.prices_as_of('2023-04-08')", "cost_per_token_as_of": "v1.cost_per_token_as_of('2026-09-20')",
    "cost_per_token_trend": "v1.cost_per_token_trend('llama-3.1-8b')", "daily_lowest": "v1.daily_lowest('A100')",
    "hosted_prices_as_of": "v1.hosted_prices_as_of('2026-09-20')", "prices_of": "v1.prices_of('usage')",
    "self_host_vs_api_as_of": "v1.self_host_vs_api_as_of('2026-09-20', 'llama-3.1-8b')",
}  # fmt: skip
SEARCH_PATH = (
    "set search_path = 'memory,other.v1,other.marts,other.core,other.intermediate,other.main'"  # as in docs/sql.md
)
# Ways to reach the file, each with how the versions before 1.4 differ.
WAYS = {
    "opened": "",
    "attached, USE": "attach '{file}' as other (read_only); use other",
    "attached, search path": f"attach '{{file}}' as other (read_only); {SEARCH_PATH}",
    "attached, named in full": "attach '{file}' as other (read_only)",
}
READER = """
import json, os, sys
import duckdb
file, setup, relations, prefix = json.loads(sys.argv[1])
con = duckdb.connect() if setup else duckdb.connect(file, read_only=True)
con.execute("set TimeZone = 'UTC'; set enable_progress_bar = false")
for statement in filter(None, setup.split("; ")):
    con.execute(statement)
where = "database_name = 'other'" if setup else "not internal"
con.execute(
    "create temp table usage as select series_id, date '2026-09-20' as day "
    f"from {prefix}v1.series where not starts_with(series_id, '0')"
)
answers = {}
names = con.execute(
    f"select view_name from duckdb_views() where schema_name = 'v1' and {where} "
    f"union all select table_name from duckdb_tables() where schema_name = 'v1' and {where}"
).fetchall()
for name, relation in {**{n: "v1." + n for (n,) in names}, **relations}.items():
    try:
        columns = [c[0] for c in con.execute(f"describe from {prefix}{relation}").fetchall()]
        usd = ", ".join(f'round(sum("{c}"), 4)::varchar' for c in columns if c == "usd_per_gpu_hour") or "null"
        answers[name] = con.execute(f"select count(*), {usd} from {prefix}{relation}").fetchall()[0]
    except duckdb.Error as failed:
        answers[name] = str(failed).splitlines()[0]
print(json.dumps([duckdb.__version__, answers]), flush=True)
os._exit(0)
"""
# Each prints, by file, the number of rows and the sum of usd_per_gpu_hour.
EXPORTS = """
import json, sys
from pathlib import Path
{opening}
answers = {{}}
for file in sorted(Path(sys.argv[1]).glob("*.parquet")):
    rows, prices = read(str(file))
    answers[file.stem] = [int(rows), round(float(sum(p for p in prices if p is not None and p == p)), 4)]
print(json.dumps(answers))
"""
LIBRARIES = {
    "duckdb": """
import duckdb
def read(file):
    names = [c[0] for c in duckdb.sql(f"describe from '{file}'").fetchall()]
    prices = duckdb.sql(f"select usd_per_gpu_hour::double from '{file}'").fetchall() if "usd_per_gpu_hour" in names else []
    return duckdb.sql(f"select count(*) from '{file}'").fetchall()[0][0], [p for (p,) in prices]
""",
    "polars": """
import polars
def read(file):
    frame = polars.read_parquet(file)
    return len(frame), frame["usd_per_gpu_hour"].to_list() if "usd_per_gpu_hour" in frame.columns else []
""",
    "pandas": """
import pandas
def read(file):
    frame = pandas.read_parquet(file)
    return len(frame), list(frame["usd_per_gpu_hour"]) if "usd_per_gpu_hour" in frame.columns else []
""",
    "pyarrow": """
import pyarrow.parquet
def read(file):
    table = pyarrow.parquet.read_table(file)
    return table.num_rows, table["usd_per_gpu_hour"].to_pylist() if "usd_per_gpu_hour" in table.column_names else []
""",
    "chdb": """
import chdb
def ask(query):
    return [json.loads(line) for line in str(chdb.query(query, "JSONEachRow")).splitlines()]
def read(file):
    whole = f"file('{file}', Parquet)"
    names = [row["name"] for row in ask(f"describe {whole}")]
    if "usd_per_gpu_hour" in names:
        prices = [row["p"] for row in ask(f"select toFloat64(usd_per_gpu_hour) as p from {whole}")]
        return len(prices), prices
    return ask(f"select count(*) as n from (select * from {whole})")[0]["n"], []
""",
}
PACKAGES = {"polars": ["polars"], "pandas": ["pandas", "pyarrow"], "pyarrow": ["pyarrow"], "chdb": ["chdb"]}


@pytest.fixture(scope="session")
def installed(common_tmp: Path) -> dict[str, Path]:
    """Folders with packages of their own, by what was asked for."""
    return {}


def install(installed: dict[str, Path], common_tmp: Path, *packages: str) -> Path:
    """Return a folder with these packages; skips the test where they cannot be had."""
    name = "-".join(packages).replace("==", "-")
    if name not in installed:
        command, folder = installer(), common_tmp / f"reader-{name}-{os.getpid()}"
        if not command:
            pytest.skip("needs uv or pip to install other readers")
        done = subprocess.run([*command, "--target", folder, *packages], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"{name} cannot be installed here: {done.stderr.strip().splitlines()[-1:]}")
        installed[name] = folder
    return installed[name]


def read(file: Path, way: str, folder: Path | None) -> tuple[str, dict[str, object]]:
    prefix = "other." if way == "attached, named in full" else ""
    question = json.dumps([str(file), WAYS[way].format(file=file), MACROS, prefix])
    environment: dict[str, Any] = {"PYTHONPATH": str(folder)} if folder else {}
    done = worlds.python(READER, question, **environment)
    assert done.returncode == 0, done.stderr
    version, answers = json.loads(done.stdout)
    return version, answers


@pytest.fixture(scope="module")
def ours(demo: Demo) -> dict[str, object]:
    _, answers = read(demo.home.published, "opened", None)
    assert not [answer for answer in answers.values() if isinstance(answer, str)], answers
    return answers


@pytest.mark.parametrize("version", VERSIONS)
def test_a_version_of_duckdb_reads_all_of_v1(
    demo: Demo, ours: dict[str, object], installed: dict[str, Path], common_tmp: Path, version: str
) -> None:
    folder = install(installed, common_tmp, f"duckdb=={version}", "pytz")
    for way in ("opened", "attached, USE", "attached, search path"):
        read_by, answers = read(demo.home.published, way, folder)
        assert read_by == version
        assert answers == ours, (way, {name: a for name, a in answers.items() if a != ours.get(name)})


def test_what_1_1_reads_otherwise_is_what_the_page_says(
    demo: Demo, ours: dict[str, object], installed: dict[str, Path], common_tmp: Path
) -> None:
    folder = install(installed, common_tmp, "duckdb==1.1.3", "pytz")
    _, answers = read(demo.home.published, "opened", folder)
    assert {name for name in ours if answers[name] != ours[name]} == {"prices_of"}


@pytest.mark.parametrize("version", VERSIONS)
def test_views_named_in_full_are_read_from_1_4_on_and_macros_never(
    demo: Demo, ours: dict[str, object], installed: dict[str, Path], common_tmp: Path, version: str
) -> None:
    """What docs/sql.md says of a file that is attached without more."""
    folder = install(installed, common_tmp, f"duckdb=={version}", "pytz")
    _, answers = read(demo.home.published, "attached, named in full", folder)
    readable = {name for name, answer in answers.items() if answer == ours[name]}
    assert readable.isdisjoint(MACROS)
    views = set(ours) - set(MACROS)
    assert (readable == views) is (tuple(map(int, version.split("."))) >= (1, 4)), views - readable


@pytest.mark.parametrize("reader", LIBRARIES)
def test_exports_are_read_by_other_libraries(
    demo: Demo, installed: dict[str, Path], common_tmp: Path, reader: str
) -> None:
    expected = exports(demo, "duckdb", None)
    assert len(expected) > 40 and sum(bool(usd) for _, usd in expected.values()) > 5
    folder = install(installed, common_tmp, *PACKAGES[reader]) if reader in PACKAGES else None
    answers = exports(demo, reader, folder)
    assert {name: n for name, (n, _) in answers.items()} == {name: n for name, (n, _) in expected.items()}
    usd = {name: pytest.approx(total) for name, (_, total) in expected.items()}
    assert {name: total for name, (_, total) in answers.items()} == usd


def exports(demo: Demo, reader: str, folder: Path | None) -> dict[str, list[float]]:
    environment: dict[str, Any] = {"PYTHONPATH": str(folder)} if folder else {}
    done = worlds.python(EXPORTS.format(opening=LIBRARIES[reader]), demo.home.exports, **environment)
    assert done.returncode == 0, done.stderr
    answers: dict[str, list[float]] = json.loads(done.stdout)
    return answers
