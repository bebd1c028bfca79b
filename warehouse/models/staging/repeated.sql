-- Imported items that only repeat what is known: at every look of this build's landing they state what the newest run of
-- their series states. Of a list of a hundred thousand prices nearly all do, day after day, and need not be read again.
-- Grain: item. first_look_at, last_look_at, n_seen: of this landing; series_no: known from an earlier build. Whatever is
-- in the least unusual (two prices at once, two labels of one thing, a look without it) is left to staging.imported.
with items as (
    select
        item, any_value(part) as part, min(lowest) as lowest, max(highest) as highest,
        min(captured_at) as first_look_at, max(captured_at) as last_look_at, count(*) as n_seen
    from staging.import_seen
    group by item
),
parts as (
    select part from items group by part having count(*) > 1
),
feeds as (
    select provider, source, count(distinct captured_at) as n_looks
    from staging.pages
    group by provider, source
    having bool_and(origin = 'imported') and count(distinct (url, captured_at)) = n_looks
)
select i.item, k.series_no, i.first_look_at, i.last_look_at, i.n_seen::integer as n_seen
from items as i
join state.items as k using (item)
join state.heads as h using (series_no)
join state.series as s using (series_no)
-- By the source of the series: what was derived from rows has another, and no looks of its own.
join feeds as f on f.provider = s.provider and f.source = s.source and f.n_looks = i.n_seen
anti join parts as p on p.part = i.part
where i.lowest = i.highest
    and i.lowest = h.price
    and h.price_status = 'priced'
    and h.n_prices = 1
    and h.availability = 'unknown'
    and h.upfront_price is null
    and h.effective_from is null
    and h.ended_on is null
    and s.feed = s.source
