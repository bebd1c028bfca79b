"""`gpuhour providers add`: a new provider from the address of its price page, ready for review and commit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from pipelines import settings
from pipelines.cli.console import say
from pipelines.cli.options import FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.reading_view import show_reading
from pipelines.errors import CommandError, UsageError


def add(
    page: str,
    /,
    *,
    name: Annotated[str, Parameter(help="As people write it; default: as the page or the host's name says.")] = "",
    slug: Annotated[str, Parameter(help="Name of its file and folder; default: from the host's name.")] = "",
    url: Annotated[str, Parameter(help="Where a file was saved from: nothing is fetched then.")] = "",
    browser: Annotated[bool, Parameter(negative="", help="Run the page's scripts in a browser first.")] = False,
    out: Annotated[Path, Parameter(help="The checkout to write into.")] = settings.CHECKOUT,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Add a provider from its price page: read it by meaning, write its file and its capture, say what to review.

    Writes scrapers/providers/SLUG.py and tests/captures/SLUG/, both or neither, and prints the rows. Nothing is written
    for a bot wall or a page without prices (exit 1), or for a name that is taken (exit 2). Exits 3 when it was written
    but an amount near an accelerator's name is unexplained.

    Parameters
    ----------
    page
        The https address of the price page, which is fetched politely and archived; or a file, with --url.
    """
    from pipelines.ingest.add_provider import check_request, read_new_provider, write_provider
    from pipelines.ingest.worker import result_of
    from scrapers.model import ScrapeError

    file = None if "://" in page else Path(page)
    if (file is None) == bool(url):
        raise UsageError("give an https address, or a file and with --url the address it was saved from")
    address = (url if file else page).partition("#")[0]
    if not address.startswith("https://") and not address.startswith("http://127."):
        raise UsageError(f"{address}: only https addresses are read daily")
    if file and browser:
        raise UsageError("--browser fetches a page: leave it out for a file")
    if file and not file.is_file():
        raise CommandError(f"no such file: {file}")
    slug = check_request(address, slug, name, out)
    try:
        new = result_of(lambda: read_new_provider(address, slug, name, browser, settings.home(home), file))
        module, capture = write_provider(new, out)
    except ScrapeError as failed:
        raise CommandError(f"nothing was written: {failed}") from failed
    except OSError as failed:
        raise CommandError(f"cannot read {page}: {failed}") from failed
    code = show_reading(new.reading, False, output_format(style, as_json))
    say(f"{new.provider.name}: wrote {module} and {capture}")
    say("review before committing:\n" + "\n".join(f"- {point}" for point in new.to_review()))
    say(f"then: list {slug} in warehouse/seeds/source_ranks.csv, and run `make providers sources`")
    return code
