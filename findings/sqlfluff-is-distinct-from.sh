#!/usr/bin/env bash
# sqlfluff 4.5.0, dialect duckdb, does not parse two forms that DuckDB 1.5.5 runs:
#   - IS DISTINCT FROM in a SELECT list ("unparsable section", PRS; dialect postgres fares the same), although the very
#     same comparison in a WHERE clause parses;
#   - a named parameter such as $day ("Unable to lex characters", LXR).
# Seen: DuckDB answers all three queries; sqlfluff reports PRS for the first, nothing for the second, LXR for the third.
# Exits 0 while that is so, 1 if it changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check sqlfluff==4.5.0 duckdb==1.5.5 2>/dev/null
cd "$work"

echo "select price is distinct from 2.0 as is_other from prices" > listed.sql
echo "select price from prices where price is distinct from 2.0" > filtered.sql
echo 'select price from prices where day = $day' > parameter.sql

venv/bin/python - <<'PY'
import duckdb
con = duckdb.connect()
con.execute("create table prices as from (values (1, 2.0), (2, 1.5), (3, null)) as t (day, price)")
assert con.execute(open("listed.sql").read()).fetchall() == [(False,), (True,), (True,)]
assert con.execute(open("filtered.sql").read()).fetchall() == [(1.5,), (None,)]
assert con.execute(open("parameter.sql").read(), {"day": 2}).fetchall() == [(1.5,)]
PY
echo "DuckDB: all three queries run"

lint() { venv/bin/sqlfluff lint --dialect "$1" --templater raw --rules LT12 "$2" 2>/dev/null || true; }
for dialect in duckdb postgres; do
  lint $dialect listed.sql | grep -q PRS
  echo "sqlfluff, $dialect: IS DISTINCT FROM in a SELECT list is unparsable"
  if lint $dialect filtered.sql | grep -qE "PRS|LXR"; then exit 1; fi
  echo "sqlfluff, $dialect: IS DISTINCT FROM in WHERE parses"
done
lint duckdb parameter.sql | grep -q LXR
echo "sqlfluff, duckdb: a named parameter cannot be lexed"
