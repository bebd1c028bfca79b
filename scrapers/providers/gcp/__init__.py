"""Google Cloud: pricing pages, the Billing Catalog when a key is given, and the community's pricing.yml."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

from scrapers.model import Hints, LayoutError, Offer, Page, Provider, Request
from scrapers.providers.gcp import catalog, community, tables

CATALOG = "https://cloudbilling.googleapis.com/v1/services/6F81-5844-456A/skus?pageSize=5000"  # Compute Engine
CATALOG_REQUEST = Request(
    CATALOG,
    source="billing_catalog",
    headers={"X-Goog-Api-Key": "{GPUHOUR_GCP_API_KEY}"},  # filled in by the fetch layer; never part of a URL
    ends_with="}",
    timeout=120.0,
)
_COMMENT = re.compile(r"\A\s*<!--.*?-->", re.DOTALL)


def parse(page: Page) -> Iterator[Offer]:
    """Yield the offers of any of the layouts, recognised by how the content begins. Raises LayoutError for others."""
    text = page.text()
    bare = _COMMENT.sub("", text).lstrip()
    if bare.startswith(("{", "[")):
        return catalog.offers(page)
    if bare.startswith("<"):
        return tables.offers(page)
    if re.search(r"^compute:", bare, re.MULTILINE):
        return community.offers(replace(page, content=text[text.index(bare) :].encode(), path=None))
    raise LayoutError(page, "a pricing page (HTML), a Billing Catalog (JSON) or pricing.yml (YAML)", bare[:200])


def follow(page: Page) -> Iterator[Request]:
    """Yield the catalog's next page, with the key in the same header."""
    if page.source != CATALOG_REQUEST.source:
        return
    hit = re.search(r'"nextPageToken"\s*:\s*("(?:[^"\\]|\\.)*")', page.text())
    token = json.loads(hit[1]) if hit else ""
    if token:
        yield replace(CATALOG_REQUEST, url=f"{CATALOG}&pageToken={quote(token, safe='')}")


PROVIDER = Provider(
    slug="gcp",
    name="Google Cloud",
    requests=(
        Request(
            "https://cloud.google.com/products/compute/pricing/accelerator-optimized?hl=en",
            source="pricing_page",
            ends_with="</html>",
        ),
        Request(
            "https://cloud.google.com/products/compute/gpus-pricing?hl=en", source="gpus_page", ends_with="</html>"
        ),
        Request("https://cloud.google.com/tpu/pricing?hl=en", source="tpu_page", ends_with="</html>"),
        Request(
            "https://raw.githubusercontent.com/Cyclenerd/google-cloud-pricing-cost-calculator/master/pricing.yml",
            source="community_list",
        ),
        CATALOG_REQUEST,
    ),
    parse=parse,
    follow=follow,
    access="HTML pages, community file, API with a free key",
    publishes="on-demand, spot, commitments 1y/3y, DWS Flex-start and Calendar, flexible commitments",
    units="per instance-hour; the catalog per component (vCPU-hour, GiB-hour, GPU-hour)",
    expects=("H100", "A100", "L4"),
    hints=Hints(rows_left_out=(("Virtual Workstation", "a virtual workstation: the GPU with a licence on top"),)),
)
