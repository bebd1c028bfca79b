-- Prices that the gate quarantined or flagged, by which rule and why, with the receipt and the price in force before.
-- event_id is stable: one stretch of scrapes of one series. A fault of a whole source has instance 'all' and no series.
-- Rows have no key: two prices that two pages state in the same microsecond share an event_id.
-- materialized: table
-- columns:
--   verdict: quarantine, flag
--   status: held (not published, last_good stays in force), released, rejected
--   date, date_to: first and last day on which it was stated
select
    event_id(series.series_id, scrapes.captured_at) as event_id,
    series.series_id,
    series.provider,
    series.source,
    series.instance,
    series.stated_region as region,
    series.region_id,
    series.country,
    series.continent,
    series.zone,
    series.gpu,
    series.pricing_model,
    verdicts.first_on as date, gated_prices.last_on as date_to,
    verdicts.verdict, verdicts.status, verdicts.rule, verdicts.class, verdicts.reason,
    gated_prices.price,
    gated_prices.currency,
    gated_prices.price_unit,
    gated_prices.usd_per_gpu_hour,
    gated_prices.last_good,
    gated_prices.last_good_usd_per_gpu_hour,
    gated_prices.text, scrapes.source_url, scrapes.sha256, scrapes.parser_version
from intermediate.gated_prices
join intermediate.verdicts using (series_no, version_no)
join intermediate.series using (series_no)
join intermediate.scrapes on scrapes.scrape_no = gated_prices.first_scrape
union all by name
select
    event_id(concat_ws('|', source, provider, rule, what), date::timestamp at time zone 'UTC') as event_id,
    provider, source, instance, null as region, '' as zone,
    if(what in ('on_demand', 'spot', 'reserved'), null, nullif(what, '')) as gpu,
    if(what in ('on_demand', 'spot', 'reserved'), what, '') as pricing_model,
    date, date_to, verdict, status, rule, class, reason
from intermediate.source_faults
union all by name
-- Renamed series: the history continues.
select
    event_id(renamed.series_id || '|renamed', aliases.renamed_on::timestamp at time zone 'UTC') as event_id,
    original.series_id,
    renamed.provider,
    renamed.source,
    renamed.instance,
    renamed.stated_region as region,
    renamed.region_id,
    renamed.country,
    renamed.continent,
    renamed.zone,
    renamed.gpu,
    renamed.pricing_model,
    aliases.renamed_on as date,
    aliases.renamed_on as date_to,
    'flag' as verdict,
    'released' as status,
    aliases.class as rule,
    aliases.class,
    concat_ws(' ', original.instance, nullif(original.zone, ''), 'is now', renamed.instance, nullif(renamed.zone, ''))
        as reason
from intermediate.aliases
join intermediate.series as renamed using (series_no)
join intermediate.series as original on original.series_no = aliases.main_no
