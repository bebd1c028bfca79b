#!/usr/bin/env bash
# DuckLake (extension 1.5.5 of DuckDB 1.5.5): "only widening type promotions are allowed", yet ALTER ... SET DATA TYPE takes a
# DECIMAL to one of fewer digits behind the point where the width stays 38: a price of 0.000000375 USD reads as 0.000000 from
# then on, without an error, and the way back is refused as no widening. DECIMAL(18,6) to (18,2) is refused, as it should be.
# Seen: "decimal(18,2): refused; decimal(38,6): accepted, 0.000000375000000000 became 0.000000; back: refused" on Python 3.11,
# 2026-12-01. Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/alter.py" <<'PY'
import sys

import duckdb

folder = sys.argv[1]
con = duckdb.connect()
con.execute("load ducklake")
con.execute(f"attach 'ducklake:{folder}/catalog.ducklake' as lake (data_path '{folder}/files')")


def altered(table: str, kind: str) -> str:
    try:
        con.execute(f"alter table lake.{table} alter usd set data type {kind}")
    except duckdb.CatalogException as refused:
        assert "only widening type promotions are allowed" in str(refused), refused
        return "refused"
    return "accepted"


def shown() -> str:
    return con.execute("select usd::varchar from lake.tokens").fetchall()[0][0]


con.execute("create table lake.hours as select 2.49::decimal(18, 6) as usd")
con.execute("create table lake.tokens as select 0.000000375::decimal(38, 18) as usd")
hours, before = altered("hours", "decimal(18, 2)"), shown()
tokens, after = altered("tokens", "decimal(38, 6)"), shown()
back = altered("tokens", "decimal(38, 18)")
print(f"decimal(18,2): {hours}; decimal(38,6): {tokens}, {before} became {after}; back: {back}")
seen = ("refused", "accepted", "0.000000375000000000", "0.000000", "refused")
raise SystemExit(0 if (hours, tokens, before, after, back) == seen else 1)
PY
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    duckdb==1.5.5 duckdb-extensions==1.5.5 duckdb-extension-ducklake==1.5.5
"$folder/venv/bin/python" "$folder/alter.py" "$folder"
