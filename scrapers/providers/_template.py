"""Template: copy this file to <slug>.py and replace _template; here say what is peculiar to this provider's prices."""

from __future__ import annotations

from collections.abc import Iterator

from scrapers.model import Offer, Page, Provider, Request
from scrapers.parsing.table_offers import TableLayout, page_offers

# Which column holds what: titles in upper case, the first match counts. Pricing model, term, currency and unit of time
# are read from the titles and the cells. docs/adding-a-provider.md lists the helpers for cards and for JSON.
_LAYOUT = TableLayout(
    per="instance_hour",  # what "/ hr" buys unless the page says "/ GPU / hr"
    label=("GPU",),
    instance=("INSTANCE",),
    count=("GPUS",),
    memory=("GPU MEMORY",),
)


def parse(page: Page) -> Iterator[Offer]:
    """Yield on-demand and spot prices per instance-hour.

    Pure: reads the page and nothing else, copies what it states, and raises LayoutError for what it cannot read.
    """
    yield from page_offers(page, _LAYOUT, "a table with 'GPU' and 'On-demand'")


PROVIDER = Provider(
    slug="_template",  # the file's name, and the folder of its captures
    name="Template Cloud",  # as people write it
    requests=(Request("https://www.example.com/pricing", "pricing_page", ends_with="</html>"),),
    parse=parse,
    access="HTML page",
    publishes="on-demand, spot",
    units="per instance-hour",
    expects=("H100",),  # an alarm is raised when a whole scrape lacks one of these
)
