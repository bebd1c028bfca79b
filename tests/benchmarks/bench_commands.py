"""Whole processes as a user starts them: the demo, and reading prices, beside the bare start of what they stand on.

Run: python -m tests.benchmarks.bench_commands. Prints seconds (best of N), ratios to the floor, and the peak memory of
the largest process; asserts no times.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
GPUHOUR = (sys.executable, "-c", "from pipelines.cli.app import main; main()")


def best_of(times: int, command: Sequence[str], env: dict[str, str]) -> float:
    """Return the wall seconds of the quickest run. Raises CalledProcessError when one fails."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        subprocess.run(command, env=env, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as home:
        env = {**os.environ, "GPUHOUR_HOME": home}
        demo = best_of(1, (*GPUHOUR, "demo"), env)
        largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        imports = best_of(3, (sys.executable, "-c", "import dagster, pandas, duckdb, playwright.async_api"), env)
        floor = best_of(5, (sys.executable, "-c", "import duckdb, cyclopts"), env)
        prices = best_of(5, (*GPUHOUR, "prices", "A100"), env)
        query = best_of(5, (*GPUHOUR, "sql", "from marts.errata"), env)
        capture = ROOT / "tests/captures/lambda/2026-09-20_pricing/page.html"
        parse = best_of(3, (*GPUHOUR, "parse", "lambda", str(capture)), env)
    print(
        f"demo, seven providers      {demo:6.2f} s   {demo / imports:5.1f} x importing its libraries ({imports:.2f} s)"
    )
    print(f"  largest process          {largest:6.0f} MiB")
    print(f"prices A100                {prices:6.2f} s   {prices / floor:5.1f} x its imports ({floor:.2f} s)")
    print(f"sql 'from marts.errata'    {query:6.2f} s   {query / floor:5.1f} x")
    print(f"parse lambda               {parse:6.2f} s   {parse / floor:5.1f} x (starts pandas and a parser)")


if __name__ == "__main__":
    main()
