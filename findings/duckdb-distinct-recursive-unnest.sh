#!/usr/bin/env bash
# DuckDB 1.5.5 and 2.0.1: SELECT DISTINCT over unnest(.., recursive := true) compares only the first of the columns that
# the structs become, and silently drops the other rows. Three offers, each unpivoted into its provider and its GPU, are
# five distinct pairs of a kind and a label; two come back. The same through a subquery gives five.
# Seen: "1.5.5: 2 of 5", "2.0.1: 2 of 5" on Python 3.11, 2026-11-29. Exits 1 when a version gives another count.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/unpivot.py" <<'PY'
import duckdb

con = duckdb.connect()
con.execute("create table offers as from (values ('lambda', 'A100'), ('vultr', 'A100'), ('ovh', 'L4')) as t (provider, gpu)")
pairs = "unnest([{'kind': 'provider', 'label': provider}, {'kind': 'gpu', 'label': gpu}], recursive := true)"
direct = con.execute(f"select distinct {pairs} from offers").fetchall()
nested = con.execute(f"select distinct * from (select {pairs} from offers)").fetchall()
print(f"{duckdb.__version__}: {len(direct)} of {len(nested)}")
raise SystemExit(0 if (len(direct), len(nested)) == (2, 5) else 1)
PY
for version in 1.5.5 2.0.1; do
    python3 -m venv "$folder/$version"
    "$folder/$version/bin/pip" install --quiet --disable-pip-version-check "duckdb==$version"
    "$folder/$version/bin/python" "$folder/unpivot.py"
done
