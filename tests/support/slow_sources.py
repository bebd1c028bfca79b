"""A few providers whose captures answer slowly, for a refresh and its workers: import it first in each process.

SOURCES names the providers, LATENCY the seconds before each answer, HANGS a provider of which the first scrapes (TIMES)
never end: each writes the name of its worker into the file MARK. With PRICES_ONLY a build leaves out the costs.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from pipelines.defs import celery_workers
from scrapers import registry
from scrapers.fetching.replay import RecordedAnswer, Replay
from tests.support import worlds

_SLUGS = os.environ["SOURCES"].split()
_MODULES = {slug: module for slug, module in registry.modules().items() if slug in _SLUGS}
_FIND = Replay.find
registry.modules = lambda: _MODULES  # type: ignore[assignment]
celery_workers._LOOK_EVERY = 1.0


def _find(self: Replay, method: str, url: str) -> RecordedAnswer:
    time.sleep(float(os.environ.get("LATENCY", "0")))
    answer = _FIND(self, method, url)
    if (hangs := os.environ.get("HANGS")) and hangs in answer.file.parts:
        with Path(os.environ["MARK"]).open("a+") as mark:
            mark.seek(0)
            if len(mark.readlines()) < int(os.environ["TIMES"]):
                mark.write(f"{os.environ['WORKER']}\n")
                mark.flush()
                time.sleep(600)
    return answer


Replay.find = _find  # type: ignore[method-assign]
if os.environ.get("PRICES_ONLY"):
    _LESS = worlds.prices_only()
    _LESS.__enter__()  # until this process ends
