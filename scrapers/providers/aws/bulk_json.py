"""Reads the EC2 price list as JSON: the bulk file (products and terms apart) and answers of the GetProducts API."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from scrapers.model import LayoutError, Offer, Page
from scrapers.parsing.json_stream import items, members
from scrapers.providers.aws.price_list import Line, is_sold_plainly, key, offers

TERM_TYPES = ("OnDemand", "Reserved")


def read_bulk(page: Page) -> Iterator[Offer]:
    """Offers of a bulk file. A file without accelerated instances is a valid empty list.

    Products and terms are streamed in passes of their own, so memory holds the few wanted products only.
    Raises LayoutError when there are products to price but no terms, or no products at all.
    """
    wanted: dict[str, dict[str, str]] = {}
    is_empty = True
    for sku, product in members(page, "products"):
        is_empty = False
        attributes = _attributes(product)
        if is_sold_plainly(attributes):
            wanted[sku] = attributes
    if is_empty:
        raise LayoutError(page, "products of the price list", "none")
    if not wanted:
        return
    lines = list(_bulk_lines(page, wanted))
    if not lines:
        raise LayoutError(page, "terms of accelerated instances", ", ".join(wanted))
    yield from offers(lines, "price_list")


def _bulk_lines(page: Page, wanted: Mapping[str, dict[str, str]]) -> Iterator[Line]:
    for term_type in TERM_TYPES:
        for sku, terms in members(page, f"terms.{term_type}"):
            if sku in wanted:
                yield from _lines(wanted[sku], sku, term_type, terms.values())


def read_answer(page: Page) -> Iterator[Offer]:
    """Offers of a GetProducts answer: a list of products (objects, or JSON in strings), bare or under "PriceList".

    Raises LayoutError when it holds no product or one without SKU and attributes.
    """
    listed = [*items(page, "item"), *items(page, "PriceList.item")]
    if not listed:
        raise LayoutError(page, "products in the answer", "none")
    yield from offers((line for entry in listed for line in _answer_lines(page, entry)), "price_list_api")


def _answer_lines(page: Page, entry: Any) -> Iterator[Line]:
    try:
        product = json.loads(entry, parse_float=Decimal) if isinstance(entry, str) else entry
        sku, attributes = product["product"]["sku"], _attributes(product["product"])
        terms = {kind: product["terms"].get(kind, {}).values() for kind in TERM_TYPES}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LayoutError(page, "product.sku, product.attributes and terms", f"{error!r} in {entry}") from error
    if is_sold_plainly(attributes):
        for kind in TERM_TYPES:
            yield from _lines(attributes, sku, kind, terms[kind])


def _attributes(product: Mapping[str, Any]) -> dict[str, str]:
    return {key(name): str(value) for name, value in product.get("attributes", {}).items()}


def _lines(product: Mapping[str, str], sku: str, kind: str, terms: Iterable[Mapping[str, Any]]) -> Iterator[Line]:
    for term in terms:
        said = term.get("termAttributes", {})
        for dimension in term.get("priceDimensions", {}).values():
            for currency, price in dimension.get("pricePerUnit", {}).items():
                yield Line(
                    product=product,
                    sku=sku,
                    term_code=term.get("offerTermCode", ""),
                    is_reserved=kind == "Reserved",
                    unit=dimension.get("unit", ""),
                    price=str(price),
                    currency=currency,
                    description=dimension.get("description", ""),
                    effective=term.get("effectiveDate", ""),
                    lease=said.get("LeaseContractLength", ""),
                    purchase=said.get("PurchaseOption", ""),
                    offering_class=said.get("OfferingClass", ""),
                )
