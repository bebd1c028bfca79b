"""Reads the EC2 price list as JSON: the bulk file (products and terms apart) and answers of the GetProducts API."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from scrapers.model import LayoutError, Offer, Page
from scrapers.parsing.json_stream import items, members
from scrapers.providers.aws.price_list import PriceListRow, is_plain_product, key, offers

TERM_TYPES = ("OnDemand", "Reserved")


def read_bulk(page: Page) -> Iterator[Offer]:
    """Yield the offers of a bulk file. A file without accelerated instances is a valid empty list.

    Products and terms are streamed in separate passes, so memory holds the few relevant products only. Raises
    LayoutError when there are products to price but no terms, or no products at all.
    """
    accelerated: dict[str, dict[str, str]] = {}
    is_empty = True
    for sku, product in members(page, "products"):
        is_empty = False
        attributes = _attributes(product)
        if is_plain_product(attributes):
            accelerated[sku] = attributes
    if is_empty:
        raise LayoutError(page, "products of the price list", "none")
    if not accelerated:
        return
    rows = list(_bulk_rows(page, accelerated))
    if not rows:
        raise LayoutError(page, "terms of accelerated instances", ", ".join(accelerated))
    yield from offers(rows, "price_list")


def _bulk_rows(page: Page, accelerated: Mapping[str, dict[str, str]]) -> Iterator[PriceListRow]:
    for term_type in TERM_TYPES:
        for sku, terms in members(page, f"terms.{term_type}"):
            if sku in accelerated:
                yield from _rows(accelerated[sku], sku, term_type, terms.values())


def read_answer(page: Page) -> Iterator[Offer]:
    """Yield the offers of a GetProducts answer: a list of products, bare or under "PriceList".

    A product is an object, or JSON in a string. Raises LayoutError when there is none, or one without SKU and
    attributes.
    """
    products = [*items(page, "item"), *items(page, "PriceList.item")]
    if not products:
        raise LayoutError(page, "products in the answer", "none")
    yield from offers((row for entry in products for row in _answer_rows(page, entry)), "price_list_api")


def _answer_rows(page: Page, entry: Any) -> Iterator[PriceListRow]:
    try:
        product = json.loads(entry, parse_float=Decimal) if isinstance(entry, str) else entry
        sku, attributes = product["product"]["sku"], _attributes(product["product"])
        terms = {kind: product["terms"].get(kind, {}).values() for kind in TERM_TYPES}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LayoutError(page, "product.sku, product.attributes and terms", f"{error!r} in {entry}") from error
    if is_plain_product(attributes):
        for kind in TERM_TYPES:
            yield from _rows(attributes, sku, kind, terms[kind])


def _attributes(product: Mapping[str, Any]) -> dict[str, str]:
    return {key(name): str(value) for name, value in product.get("attributes", {}).items()}


def _rows(
    product: Mapping[str, str], sku: str, kind: str, terms: Iterable[Mapping[str, Any]]
) -> Iterator[PriceListRow]:
    for term in terms:
        attributes = term.get("termAttributes", {})
        for dimension in term.get("priceDimensions", {}).values():
            for currency, price in dimension.get("pricePerUnit", {}).items():
                yield PriceListRow(
                    product=product,
                    sku=sku,
                    term_code=term.get("offerTermCode", ""),
                    is_reserved=kind == "Reserved",
                    unit=dimension.get("unit", ""),
                    price=str(price),
                    currency=currency,
                    description=dimension.get("description", ""),
                    effective=term.get("effectiveDate", ""),
                    lease=attributes.get("LeaseContractLength", ""),
                    purchase=attributes.get("PurchaseOption", ""),
                    offering_class=attributes.get("OfferingClass", ""),
                )
