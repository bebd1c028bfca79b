"""Public catalogs that others read from the same providers: independent readings to hold ours against."""

from __future__ import annotations

from collections.abc import Iterable

from scrapers.model import Offer, Page, Provider, Request

_GPUHUNT = "https://dstack-gpu-pricing.s3.eu-west-1.amazonaws.com/v3"
_SKYPILOT = "https://raw.githubusercontent.com/skypilot-org/skypilot-catalog/master/catalogs/v8"
_LARGEST = 512 * 1024 * 1024  # ec2instances lists every instance type in every region


def _no_offers(_: Page) -> Iterable[Offer]:
    """Catalogs are compared, never published as a provider's own prices; `warehouse.catalogs` reads them."""
    return ()


def _catalog(slug: str, name: str, requests: tuple[Request, ...]) -> Provider:
    return Provider(slug, name, requests, _no_offers, access="public files", publishes="a reading of others' prices")


# source: the cloud, as the catalog names it.
GPUHUNT = _catalog(
    "gpuhunt",
    "gpuhunt (dstack)",
    tuple(
        Request(f"{_GPUHUNT}/{cloud}/latest/catalog.zip", cloud, max_bytes=_LARGEST)
        for cloud in ("aws", "azure", "gcp", "oci", "lambdalabs", "nebius", "runpod", "verda", "cloudrift")
    ),
)
SKYPILOT = _catalog(
    "skypilot",
    "SkyPilot catalog",
    tuple(
        Request(f"{_SKYPILOT}/{cloud}/vms.csv", cloud, max_bytes=_LARGEST)
        for cloud in ("aws", "azure", "gcp", "oci", "lambda", "nebius", "runpod", "cudo", "do", "paperspace")
    ),
)
EC2INSTANCES = _catalog(
    "ec2instances",
    "ec2instances.info",
    (Request("https://instances.vantage.sh/instances.json", "aws", max_bytes=_LARGEST, timeout=300),),
)
ALL = (GPUHUNT, SKYPILOT, EC2INSTANCES)
