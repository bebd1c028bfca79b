"""Checks that a layout which reads every table takes no price of a hosted endpoint for a machine's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from scrapers.model import Offer, Page
from scrapers.reading.documents import kind

# Where none of these stands on a page, it sells no endpoints.
_ENDPOINTS: Final = re.compile(
    r"endpoints?|inference|serverless|deployments?|model serving|推理|エンドポイント", re.IGNORECASE
)
_HOSTED: Final = frozenset({"endpoint", "serverless"})
_Price = tuple[str, Decimal]


def of_endpoints(page: Page, offers: Sequence[Offer], general: Sequence[Offer]) -> str:
    """Return the text of a layout's offer that is an endpoint's, or of a machine's that it lost beside one; else "".

    general: what the general reader makes of the page. A layout that tells any offer apart as hosted has looked.
    """
    if any(offer.product in _HOSTED or offer.pricing_model == "inference" for offer in offers):
        return ""
    html = page.text()
    if kind(html) == "json" or not _ENDPOINTS.search(html):
        return ""
    machines = _prices(offer for offer in general if offer.product not in _HOSTED)
    endpoints = _prices(offer for offer in general if offer.product in _HOSTED) - machines
    read = _prices(offers)
    wrong = sorted(read & endpoints)
    if not wrong:
        doubled = {label for label, _ in endpoints} & {label for label, _ in machines}
        wrong = sorted(one for one in machines - read if one[0] in doubled)
    return f"{wrong[0][0]}: {wrong[0][1]} beside the price of an endpoint" if wrong else ""


def _prices(offers: Iterable[Offer]) -> set[_Price]:
    return {(" ".join(o.gpu_label.split()).casefold(), o.price.normalize()) for o in offers if o.price is not None}
