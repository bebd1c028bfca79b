#!/usr/bin/env bash
# DuckDB 1.5.5 and 2.0.1: a transaction that replaces a table and then drops its schema cannot be committed. There is one
# connection and no other transaction, yet COMMIT fails with "another transaction has dropped this table", and all that
# the transaction did is lost. The same with DROP TABLE before DROP SCHEMA commits, as does a table that is only dropped.
# Seen, for both versions: "cascade: refused; table by table: committed; nothing replaced: committed", on Python 3.11.
# Exits 1 when a version does otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/build.py" <<'PY'
import duckdb

CASES = {
    "cascade": ("create or replace table staging.prices as select 2 as usd", "drop schema staging cascade"),
    "table by table": (
        "create or replace table staging.prices as select 2 as usd", "drop table staging.prices", "drop schema staging",
    ),
    "nothing replaced": ("drop schema staging cascade",),
}
outcomes = {}
for name, statements in CASES.items():
    con = duckdb.connect()
    con.execute("create schema staging")
    con.execute("create table staging.prices as select 1 as usd")
    con.execute("begin")
    for statement in statements:
        con.execute(statement)
    try:
        con.execute("commit")
        outcomes[name] = "committed"
    except duckdb.TransactionException as refused:
        assert "another transaction has dropped this table" in str(refused), refused
        outcomes[name] = "refused"
print(f"{duckdb.__version__}: " + "; ".join(f"{name}: {outcome}" for name, outcome in outcomes.items()))
raise SystemExit(0 if list(outcomes.values()) == ["refused", "committed", "committed"] else 1)
PY
for version in 1.5.5 2.0.1; do
    python3 -m venv "$folder/$version"
    "$folder/$version/bin/pip" install --quiet --disable-pip-version-check "duckdb==$version"
    "$folder/$version/bin/python" "$folder/build.py"
done
