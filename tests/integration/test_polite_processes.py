"""Threads and processes together ask a host for one page at a time."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

from tests.support.hostile_server import Server
from tests.unit.scrapers.fetching import test_crawler

running, polite_server = test_crawler.running, test_crawler.server


def test_one_request_at_a_time_over_threads_and_processes(polite_server: Server, tmp_path: Path) -> None:
    code = f"""
import threading
from pathlib import Path
from scrapers.fetching.archive import Archive
from scrapers.fetching.crawler import Fetcher
from scrapers.model import Provider, Request
from scrapers.fetching.policy import Settings
s = Settings(interval=0.01, jitter=0, allow_http_hosts=frozenset({{"127.0.0.1"}}))
def work(n):
    with Fetcher(Archive(Path({str(tmp_path)!r})), settings=s) as f:
        for i in range(2):
            r = Request({polite_server.url("/slow")!r} + f"?{{n}}{{i}}", "s")
            f.fetch(Provider("p", "P", (r,), parse=lambda page: []), r)
for t in [threading.Thread(target=work, args=(n,)) for n in "ab"]: t.start()
"""
    runs = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
    assert [run.wait(30) for run in runs] == [0, 0]
    assert polite_server.hits["/slow"] == 8 and polite_server.most == 1
    # The server takes 0.05 s; the pause comes on top.
    assert min(later - earlier for earlier, later in pairwise(polite_server.times["/slow"])) >= 0.059
