-- Context of a notified price: its receipt, the series' last days, and other providers' prices. Key: event_id. Input
-- asked: event_id, series_id, day, usd. rank_now, rank_before, n_providers: among the providers' lowest prices of the
-- same GPU, memory and terms, on the day and the day before. median_30d: of the series' own daily prices in the 30 days
-- before, USD per GPU-hour. lowest_since: the last day on which the price was as low; NULL: never. n_days: days since
-- the series was first seen.
with asked_of as (
    select asked.*, series.provider, series.gpu, series.gpu_memory_gb, series.pricing_model, series.term_months
    from asked
    join v1.series using (series_id)
    qualify row_number() over (partition by asked.event_id) = 1
),
mine as (
    select asked_of.event_id, asked_of.day as asked_on, asked_of.usd as asked_usd, price_intervals.*
    from asked_of
    join v1.price_intervals using (series_id)
    where price_intervals.usd_per_gpu_hour > 0 and price_intervals.valid_from <= asked_of.day
),
daily as (
    select event_id, unnest(generate_series(asked_on - 30, asked_on - 1, interval 1 day))::date as d
    from (select distinct event_id, asked_on from mine)
),
days as (
    select daily.event_id, daily.d, mine.usd_per_gpu_hour::double as usd
    from daily
    join
        mine
        on
            mine.event_id = daily.event_id
            and mine.valid_from <= daily.d
            and coalesce(mine.valid_to, 'infinity') > daily.d
),
before as (
    select
        event_id,
        median(usd) as median_30d,
        list(usd order by d) as recent
    from days
    group by event_id
),
past as (
    select
        event_id,
        any_value(asked_on) - min(valid_from) as n_days,
        max(least(coalesce(valid_to, asked_on), asked_on)) filter (
            where valid_from < asked_on and usd_per_gpu_hour::double <= asked_usd + 1e-9
        ) as lowest_since
    from mine
    group by event_id
),
receipt as (
    select
        event_id,
        price,
        currency,
        price_unit,
        availability,
        effective_from,
        source_url,
        sha256,
        text,
        observed_at,
        quality,
        parser_version
    from mine
    qualify row_number() over (partition by event_id order by valid_from desc, observed_at desc) = 1
),
groups as (
    select distinct gpu, gpu_memory_gb, pricing_model, term_months, day from asked_of
),
rivals as (
    select
        groups.gpu,
        groups.gpu_memory_gb,
        groups.pricing_model,
        groups.term_months,
        groups.day,
        price_intervals.provider,
        min(price_intervals.usd_per_gpu_hour::double) filter (
            where price_intervals.valid_from <= groups.day
            and coalesce(price_intervals.valid_to, 'infinity') > groups.day
        ) as now,
        min(price_intervals.usd_per_gpu_hour::double) filter (
            where price_intervals.valid_from < groups.day
            and coalesce(price_intervals.valid_to, 'infinity') >= groups.day
        )
            as before
    from groups
    join v1.price_intervals
        on
            price_intervals.gpu = groups.gpu
            and price_intervals.gpu_memory_gb is not distinct from groups.gpu_memory_gb
            and price_intervals.pricing_model = groups.pricing_model
        and price_intervals.term_months is not distinct from groups.term_months
        and price_intervals.valid_from <= groups.day
        and coalesce(price_intervals.valid_to, 'infinity') >= groups.day
        and price_intervals.last_seen_on >= groups.day - 8
    where price_intervals.usd_per_gpu_hour > 0 and price_intervals.price_scope = 'instance'
    group by all
),
ranked as (
    select
        *,
        rank()
            over (partition by gpu, gpu_memory_gb, pricing_model, term_months, day order by now nulls last)
            as rank_now,
        rank()
            over (partition by gpu, gpu_memory_gb, pricing_model, term_months, day order by before nulls last)
            as rank_before,
        count(now) over (partition by gpu, gpu_memory_gb, pricing_model, term_months, day) as n_providers
    from rivals
)
select
    asked_of.event_id,
    receipt.price,
    receipt.currency,
    receipt.price_unit,
    receipt.availability,
    receipt.effective_from,
    receipt.source_url,
    receipt.sha256,
    receipt.text,
    receipt.observed_at,
    receipt.quality, receipt.parser_version, before.median_30d, before.recent, past.lowest_since, past.n_days,
    if(ranked.now is null, null, ranked.rank_now) as rank_now,
    if(ranked.before is null, null, ranked.rank_before) as rank_before,
    ranked.n_providers
from asked_of
left join receipt using (event_id)
left join before using (event_id)
left join past using (event_id)
left join ranked
    on
        ranked.gpu = asked_of.gpu
        and ranked.gpu_memory_gb is not distinct from asked_of.gpu_memory_gb
        and ranked.pricing_model = asked_of.pricing_model
    and ranked.term_months is not distinct from asked_of.term_months
    and ranked.day = asked_of.day
    and ranked.provider = asked_of.provider
