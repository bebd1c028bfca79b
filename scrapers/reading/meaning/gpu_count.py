"""Reads how many GPUs a record's price is of."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Final

from scrapers.reading import words
from scrapers.reading.accelerator_names import Mention, mentions, stated_count
from scrapers.reading.field_kinds import NUMBER, SHARE, kind_of, title_says
from scrapers.reading.records import Field, Record
from scrapers.reading.tables.grids import has_money


def gpu_count(
    by_kind: dict[str, Field], name: Mention, f: Field, label_field: Field | None, record: Record
) -> Decimal | None:
    stated = (
        next(
            (
                c
                for one in record.fields
                if one is not f and len(one.text) < 100
                for m in mentions(one.text, is_label=True)
                if m.key == name.key and (c := m.count) and not has_money(one.text)
            ),
            None,
        )
        if record.kind != "card"
        else name.count
    )
    boards = name.count if name.count is not None else stated
    if boards and "count" in by_kind and (hit := NUMBER.match(by_kind["count"].text)):
        gpus = _ON_A_BOARD.get(name.key, 1) * int(boards)
        if gpus == int(hit["n"]):
            return Decimal(gpus)
    # "8x H100": a column of numbers beside it is of what one must take.
    if name.count is not None or stated is not None:
        return Decimal(name.count if name.count is not None else stated or 1)
    if "count" in by_kind and (hit := SHARE.match(by_kind["count"].text)):
        share = (
            Fraction(hit["percent"]) / 100
            if hit["percent"]
            else Fraction(hit["c"] or hit["a"]) / max(1, int(hit["b"] or 1))
        )
        return round(Decimal(share.numerator) / share.denominator, 10)
    if "count" in by_kind and (hit := NUMBER.match(by_kind["count"].text)):
        return Decimal(hit["n"])
    for one in record.fields:  # "Shared (1/2 GPU)"
        if one is not f and len(one.text) < 60 and (part := _SHARE_OF_ONE.search(one.text)):
            return round(Decimal(1) / int(part["parts"]), 10)
    if of_node := words.OF_A_NODE.search(f.title):  # "Price of the 8x node"
        return stated_count(f.text) or Decimal(of_node["n"] or of_node["m"])
    texts = [
        label_field.text if label_field and len(label_field.text) < 100 else "",
        by_kind["instance"].text if "instance" in by_kind else "",
    ]
    untitled = [one.text for one in record.fields if not one.title and len(one.text) < 120]
    choices = {text.strip() for text in untitled if _CHOICE.fullmatch(text)}  # buttons: "1x", "2x", "4x"
    texts += [f.title, *(text for text in untitled if len(choices) <= 1 or text.strip() not in choices)]
    texts += [one.text for one in record.fields if one.title and kind_of(one) == "other" and len(one.text) < 160]
    texts += [
        one.text
        for one in record.fields
        if one.title and title_says(one.title).label and one is not label_field and len(one.text) < 100
    ]
    # The label of a tab ("8x") or a heading that numbers GPUs.
    texts += [text for text in record.scope[:2] if _OF_TAB.fullmatch(text)]
    return next((count for text in texts if text and (count := stated_count(text)) is not None), None)


_CHOICE: Final = re.compile(r"\s*(?:\d{1,4}\s?[x×]|[x×]\s?\d{1,4})\s*(?:gpus?)?\s*", re.IGNORECASE)
_SHARE_OF_ONE: Final = re.compile(
    r"(?<![\d./])1/(?P<parts>[2-9]|1\d|2\d)\s*(?:of (?:an? |one )?)?(?:v?GPU|card|卡)", re.IGNORECASE
)
_ON_A_BOARD: Final = {"K80": 2, "M60": 2, "K10": 2, "A16": 4, "M10": 4}
_OF_TAB: Final = re.compile(r"\s*\d{1,4}\s?[x×]\s*(?:gpus?)?\s*|.*\b\d{1,4}\s?[x×-]\s?gpus?\b.*", re.IGNORECASE)
