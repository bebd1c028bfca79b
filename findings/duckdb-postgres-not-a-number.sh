#!/usr/bin/env bash
# DuckDB 1.5.5 with its extension postgres reads NaN and Infinity of a Postgres numeric column as 0, without an error: the
# cheapest price of a table is then 0, whether the column's precision is stated (read as DECIMAL) or not (read as DOUBLE).
# double precision columns arrive as nan and inf, and the server's own minimum is 2.49.
# Seen: "numeric(18,6): [2.49, 0.0], lowest 0.0; numeric: [2.49, 0.0, 0.0], lowest 0.0; double precision: [2.49, nan,
# inf], lowest 2.49; Postgres: 2.49" on Python 3.11 with pgserver 0.1.4 (Postgres 16), 2026-12-01. Exits 1 when that
# changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder" # pgserver runs its server as another user where it is started by root
cat > "$folder/read.py" <<'PY'
import sys

import duckdb
import pgserver

three = ["2.49", "NaN", "Infinity"]
columns = {"numeric(18,6)": three[:2], "numeric": three, "double precision": three}
server = pgserver.get_server(sys.argv[1] + "/data", cleanup_mode="stop")
read = []
with duckdb.connect() as con:
    con.execute("load postgres")
    con.execute(f"attach '{server.get_uri()}' as pg (type postgres)")
    for number, (kind, prices) in enumerate(columns.items()):
        rows = ", ".join(f"({place}, '{price}')" for place, price in enumerate(prices))
        server.psql(f"create table prices_{number} (place integer, usd {kind}); insert into prices_{number} values {rows}")
        shown = [float(usd) for (usd,) in con.execute(f"select usd from pg.prices_{number} order by place").fetchall()]
        ((lowest,),) = con.execute(f"select min(usd)::double from pg.prices_{number}").fetchall()
        read.append(f"{kind}: [{', '.join(map(str, shown))}], lowest {lowest}")
own = server.psql("copy (select trim_scale(min(usd)) from prices_0) to stdout").strip()
server.cleanup()
line = "; ".join([*read, f"Postgres: {own}"])
print(line)
seen = (
    "numeric(18,6): [2.49, 0.0], lowest 0.0; numeric: [2.49, 0.0, 0.0], lowest 0.0; "
    "double precision: [2.49, nan, inf], lowest 2.49; Postgres: 2.49"
)
raise SystemExit(0 if line == seen else 1)
PY
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    duckdb==1.5.5 duckdb-extensions==1.5.5 duckdb-extension-postgres==1.5.5 pgserver==0.1.4
"$folder/venv/bin/python" -W ignore "$folder/read.py" "$folder"
