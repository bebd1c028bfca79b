"""AWS: bulk price lists, savings plans, spot feed and advisor, capacity blocks; no key needed for any of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import urljoin

from scrapers.model import LayoutError, Offer, Page, Provider, Request
from scrapers.providers.aws import (
    bulk_csv,
    bulk_json,
    capacity_blocks,
    reserved_map,
    savings_plans,
    spot_history,
    website,
)

_LISTS = "https://pricing.us-east-1.amazonaws.com"
_HEAD = 64 * 1024  # enough to recognise every layout
_GIB = 1 << 30
_VERSION = re.compile(r"/20\d{12}/")  # the second of its publication; a list under "current" changes

# The first pattern that matches the head of a page selects its reader; special layouts precede common ones.
_LAYOUTS: tuple[tuple[str, Callable[[Page], Iterable[Offer]]], ...] = (
    (r"\A[^{\[<]*\bPricePerUnit\b", bulk_csv.read),
    (r"\A<", capacity_blocks.read_html),
    (r"\A(?:/\*.*?\*/\s*)?[\w.]+\(\s*\{", website.read_spot_feed),
    (r'"SpotPrice(?:History)?"', spot_history.read),
    (r'"spot_advisor"', website.read_spot_advisor),
    (r'"(?:accelerator_count|hourly_rate_usd)"', capacity_blocks.read_json),
    (r'SavingsPlans?"|"savingsPlan"', savings_plans.read),
    (r'"Instance Type"\s*:', website.read_on_demand),
    (r'\A\{[^{]*"(?:offerCode|products)"', bulk_json.read_bulk),
    (r'\A\[\s*(?:\{|"\{)|\A\{[^\[]*"PriceList"', bulk_json.read_answer),
    (r'\A\{\s*"[\w.-]+/[\w-]+"\s*:\s*\d', reserved_map.read),
    (r'\A\{.*"(?:offerTermCode|instanceType)"', bulk_json.read_bulk),
)
_EXCERPTS: dict[Callable[[Page], Iterable[Offer]], Callable[[Page], Iterator[bytes]]] = {
    bulk_csv.read: bulk_csv.excerpt,
    savings_plans.read: savings_plans.excerpt,
}


def parse(page: Page) -> Iterator[Offer]:
    """Yield the offers of any page AWS publishes prices in. Raises LayoutError when the page is none of them."""
    yield from _reader(page)(page)


def excerpt(page: Page) -> Iterator[bytes] | None:
    """Return what is read of a bulk price list or a file of savings plans; None for other pages."""
    return excerpts(page) if (excerpts := _EXCERPTS.get(_reader(page))) else None


def _reader(page: Page) -> Callable[[Page], Iterable[Offer]]:
    with page.open() as stream:
        head = stream.read(_HEAD).decode("utf-8-sig", errors="replace").strip()
    for pattern, read in _LAYOUTS:
        if re.search(pattern, head, re.DOTALL):
            return read
    raise LayoutError(page, "a price list, savings plan, spot or capacity block layout", head)


def follow(page: Page) -> Iterator[Request]:
    """Yield one request per commercial region of a region index; none for other pages.

    Raises LayoutError when an index lists no region.
    """
    if not page.url.endswith("region_index.json"):
        return
    try:
        regions = json.loads(page.text())["regions"]
        entries = regions.values() if isinstance(regions, dict) else regions
        paths = {r["regionCode"]: r.get("currentVersionUrl") or r["versionUrl"] for r in entries}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LayoutError(page, "regions with regionCode and version URL", page.text()[:200]) from error
    # Government regions are not open to everyone.
    open_to_all = {code: path for code, path in paths.items() if not code.startswith("us-gov-")}
    if not open_to_all:
        raise LayoutError(page, "commercial regions", ", ".join(paths))
    for path in open_to_all.values():
        if page.source == "price_list":  # the same list as CSV is smaller and faster to search
            path = path.removesuffix(".json") + ".csv"
        yield Request(
            urljoin(_LISTS, path),
            page.source,
            max_bytes=6 * _GIB,
            timeout=3600,
            is_version=_VERSION.search(path) is not None,
        )


PROVIDER = Provider(
    slug="aws",
    name="AWS",
    requests=(
        Request(f"{_LISTS}/offers/v1.0/aws/AmazonEC2/current/region_index.json", "price_list", is_index=True),
        Request(
            f"{_LISTS}/savingsPlan/v1.0/aws/AWSComputeSavingsPlan/current/region_index.json",
            "savings_plans",
            is_index=True,
        ),
        Request("https://website.spot.ec2.aws.a2z.com/spot.js", "spot_feed"),
        Request("https://spot-bid-advisor.s3.amazonaws.com/spot-advisor-data.json", "spot_advisor", ends_with="}"),
        Request("https://aws.amazon.com/ec2/capacityblocks/pricing/", "capacity_blocks", ends_with="</html>"),
    ),
    parse=parse,
    follow=follow,
    excerpt=excerpt,
    access="bulk files, JSON feeds, HTML page",
    publishes="on-demand, spot, reserved 1y/3y with upfront options, savings plans, capacity blocks",
    units="per instance-hour",
    expects=("H100", "A100", "L4", "T4"),
)
