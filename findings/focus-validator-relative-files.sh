#!/usr/bin/env bash
# focus-validator 2.2.1, the validator of FOCUS bills and price lists, as installed from its wheel (Python 3.12, the oldest
# that it takes):
#   - opens its list of currencies by a path that is relative to the working directory, so that the program works only
#     from within site-packages; from any other folder it ends with FileNotFoundError, exit code 1;
#   - ends with exit code 0 where rules fail, so that a build which looks at the code alone accepts every file.
# Seen, with a bill of three columns (the validator is right that the mandatory others are not there): from the bill's own
# folder "FileNotFoundError: ... 'focus_validator/rules/currency_codes.csv'", code 1; from site-packages 230 rules with
# violations, code 0. Exits 0 while that is so, 1 if it changes, 2 without a Python 3.12.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=""
for candidate in python3.12 python3 "$HOME"/.pyenv/versions/3.12.*/bin/python; do
    if "$candidate" -c 'import sys; sys.exit(not (3, 12) <= sys.version_info < (3, 13))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
[ -n "$python" ] || { echo "needs Python 3.12" >&2; exit 2; }
"$python" -m venv "$work/venv"
# The newest pyarrow wants numpy 2, this validator numpy 1.26.
"$work/venv/bin/pip" install -q --disable-pip-version-check focus-validator==2.2.1 'pyarrow<20' 2>/dev/null

printf 'BillingAccountId,BilledCost,BillingCurrency\nacme,1.50,USD\nacme,2.25,USD\n' > "$work/bill.csv"
validate() {
    (cd "$1" && "$work/venv/bin/focus-validator" --data-file "$work/bill.csv" --validate-version 1.2 \
        --focus-dataset CostAndUsage --block-download) > "$2" 2>&1
}
code=0; validate "$work" "$work/outside.txt" || code=$?
grep -q "FileNotFoundError.*focus_validator/rules/currency_codes.csv" "$work/outside.txt" || { echo "works from any folder"; exit 1; }
[ "$code" = 1 ] || { echo "code $code from another folder"; exit 1; }
echo "from another folder: code $code, $(tail -n 1 "$work/outside.txt")"

code=0; validate "$work"/venv/lib/python3.*/site-packages "$work/inside.txt" || code=$?
n=$(grep -c 'violations=1' "$work/inside.txt")
echo "from site-packages: code $code, $n rules with violations"
[ "$code" = 0 ] && [ "$n" -gt 50 ]
