"""`gpuhour capture`: record a provider's pages as capture folders for the tests."""

from __future__ import annotations

from pathlib import Path

from pipelines import settings
from pipelines.cli.console import ERROR, OK, PARTIAL, known_slug, say
from pipelines.cli.options import HomeOption


def capture(
    provider: str,
    /,
    *,
    out: Path = settings.CHECKOUT / "tests" / "captures",
    replay: Path | None = None,
    home: HomeOption = None,
) -> int:
    """Record a provider's pages as capture folders for the tests; review their offers.json before committing.

    Parameters
    ----------
    provider
        Provider to record.
    out
        Folder to write <provider>/<date>_<page>/ into.
    replay
        Record from this folder of captures instead of the network.
    """
    from pipelines.ingest.record_capture import record_capture
    from pipelines.ingest.worker import result_of

    slug = known_slug(provider)
    folders, failed = result_of(lambda: record_capture(slug, out, settings.home(home), replay))
    for folder in folders:
        print(folder)
    for reason in failed:
        say(reason)
    return ERROR if not folders else PARTIAL if failed else OK
