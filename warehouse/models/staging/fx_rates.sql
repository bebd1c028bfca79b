-- Exchange rates by day. Landed rates win over the bundled ones, which end when the library was released; USD is 1.
-- materialized: table
-- key: rate_on, currency
-- columns:
--   rate_on date: the day of the European Central Bank's reference rate
--   currency varchar: ISO 4217 code
--   usd_per_unit double: USD for one unit of the currency
with bundled as (
    select
        rate_on,
        unnest(string_split(currencies, ',')) as currency,
        try_cast(unnest(string_split(per_eur, ',')) as double) as per_eur
    from python.bundled_rates
),
per_eur as (
    select rate_on, currency, per_eur::double as per_eur, 1 as rank from landing.rates where per_eur > 0
    union all
    select rate_on, currency, per_eur, 2 from bundled where currency <> '' and per_eur is not null
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
select date '1999-01-04' as rate_on, 'USD' as currency, 1.0::double as usd_per_unit
union all
select best.rate_on, best.currency, euro.per_eur / best.per_eur from best join euro using (rate_on)
union all
select rate_on, 'EUR', per_eur from euro
