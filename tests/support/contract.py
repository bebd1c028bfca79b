"""Writes the columns of v1 to v1_contract.txt (`python -m tests.support.contract`); its diff is the review of a promise."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from tests.support.worlds import built
from warehouse.engine import model_graph
from warehouse.storage.state_dir import Home

FILE = Path(__file__).parent / "v1_contract.txt"
MACROS = {
    "daily_lowest(gpu)": "daily_lowest('A100')",
    "prices_as_of(date)": "prices_as_of('2023-04-07')",
    "prices_of(table)": "prices_of('usage')",
    "cost_per_token_as_of(date)": "cost_per_token_as_of('2023-04-07')",
    "cost_per_token_trend(model)": "cost_per_token_trend('gpt-3-175b')",
    "hosted_prices_as_of(date)": "hosted_prices_as_of('2026-07-01')",
    "self_host_vs_api_as_of(date, model)": "self_host_vs_api_as_of('2026-07-01', 'llama-3.1-8b')",
}


def current() -> str:
    """Return the schema version, then one line per column of each relation and table macro of v1."""
    with tempfile.TemporaryDirectory() as folder, built(Home(Path(folder))) as con:
        tables = con.execute("select table_name from information_schema.tables where table_schema = 'v1'").fetchall()
        asked = {f"v1.{name}": f"v1.{name}" for (name,) in tables}
        for macro in model_graph.table_macros().values():
            con.execute(macro.sql)
        con.execute("create temp view usage as select series_id, valid_from as day from v1.price_intervals")
        asked |= {f"v1.{name}": f"(from v1.{call})" for name, call in MACROS.items()}
        lines = [f"schema_version {con.execute('select schema_version from v1.meta').fetchall()[0][0]}"]
        for name, query in sorted(asked.items()):
            lines += [f"{name} {column} {kind}" for column, kind, *_ in con.execute(f"describe {query}").fetchall()]
    return "\n".join(lines) + "\n"


def _is_wider(old: str, new: str) -> bool:
    """Return whether a column only got more digits before the point: whoever read it reads the same numbers."""
    before, after = (re.fullmatch(r"(.+ DECIMAL)\((\d+),(\d+)\)", line) for line in (old, new))
    if not before or not after or (before[1], before[3]) != (after[1], after[3]):
        return False
    return int(after[2]) > int(before[2])


def problem(old: str, new: str) -> str:
    """Explain why the new version does not fit the changes since the old text; empty if it does."""
    (was, *before), (now, *after) = (text.splitlines() for text in (old, new))
    versions = [tuple(int(part) for part in line.split()[1].split(".")) for line in (was, now)]
    if set(before) - set(after) - {line for line in before if any(_is_wider(line, other) for other in after)}:
        return "" if versions[1][0] > versions[0][0] else "a column went or changed its type: a major schema_version"
    if set(after) - set(before):
        return "" if versions[1][:2] > versions[0][:2] else "a column came: a minor schema_version"
    return ""


def main() -> int:
    """Rewrite the file, unless what changed needs another version in models/v1/meta.sql first."""
    new = current()
    wrong = problem(FILE.read_text(), new)
    if wrong:
        print(f"{wrong} is needed in warehouse/models/v1/meta.sql", file=sys.stderr)
        return 1
    FILE.write_text(new)
    return 0


if __name__ == "__main__":
    sys.exit(main())
