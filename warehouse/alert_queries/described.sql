-- Prices by key, with the previous price and the dimensions of their series. Key: n, piece, i. trigger_id: as in
-- v1.price_changes or, for a withdrawn price, v1.quality_events.
with wanted as (
    select distinct unnest($ns::int[]) as n, unnest($pieces::int[]) as piece, unnest($is::int[]) as i
),
near as (
    select moves.n, moves.piece, moves.i, moves.next_day, stated.* exclude (n), lag(stated.usd)
        over same as prev_usd, lag(stated.value) over same as prev_value
    from moves
    join stated using (r)
    where moves.n in (select n from wanted)
    window same as (partition by moves.n, moves.piece order by moves.i)
)
select
    near.n, near.piece, near.i, series.series_id,
    coalesce(near.withdrawn_id, md5(concat_ws('|', series.series_id, near.day, case
        when near.old_ended_by is null then 'new'
        when near.old_ended_by = 'gone' then 'back'
        when near.usd < near.old_usd then 'drop'
        when near.usd > near.old_usd then 'rise'
    end, epoch_us(near.observed_at)))) as trigger_id,
    near.day, (near.observed_at at time zone 'UTC')::date as seen_on, near.next_day, near.usd, near.value,
        near.currency, near.quality,
    near.availability, near.prev_usd, near.prev_value,
    series.provider, series.source, series.instance, series.gpu, series.gpu_memory_gb, series.form_factor,
        series.gpu_count, series.region, series.zone, series.pricing_model,
    series.term_months, series.upfront, series.market, series.is_page, series.price_scope
from wanted
join near using (n, piece, i)
join series using (n)
