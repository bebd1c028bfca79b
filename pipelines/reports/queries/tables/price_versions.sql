-- The lowest price of a whole GPU that each source states for a provider, as stretches of days with one price; days are
-- missing where there was no observation for over five weeks.
-- Grain: gpu x gpu_memory_gb x form_factor x provider x pricing_model x feed x rank x since.
-- until: exclusive. usd: USD per GPU-hour. The days are those of v1.price_history, which has a row per series and day;
-- only numbers are handled until the end, where names are joined.
with feeds as (
    select provider, feed, row_number() over (order by provider, feed) as feed_no
    from (select distinct provider, source as feed from v1.source_health)
),
days as (
    select
        f.feed_no, h.seen_on,
        row_number() over one as nth,
        lead(h.seen_on) over one as next_on
    from v1.source_health as h
    join feeds as f on f.provider = h.provider and f.feed = h.source
    window one as (partition by f.feed_no order by h.seen_on)
),
prices as (
    select
        dense_rank() over (
            order by i.gpu, i.gpu_memory_gb, i.form_factor, i.provider, i.pricing_model, i.feed, i.rank
        ) as line_no,
        f.feed_no, i.gpu, i.gpu_memory_gb, i.form_factor, i.provider, i.pricing_model, i.feed, i.rank, i.valid_from,
        least(coalesce(i.valid_to, 'infinity'), i.last_seen_on + 36) as ends_on,
        i.usd_per_gpu_hour::double as usd
    from v1.price_intervals as i
    join feeds as f on f.provider = i.provider and f.feed = i.feed
    where i.price_scope = 'instance' and i.gpu_count >= 1 and i.usd_per_gpu_hour is not null and i.gpu is not null
        and i.pricing_model in ('on_demand', 'spot') and i.source <> 'seed'
),
bounds as (
    select p.line_no, p.feed_no, p.usd, coalesce(b.nth, 0) as before_nth, a.nth as last_nth
    from prices as p
    asof join days as a on a.feed_no = p.feed_no and p.ends_on > a.seen_on
    asof left join days as b on b.feed_no = p.feed_no and p.valid_from > b.seen_on
),
lows as (
    select line_no, any_value(feed_no) as feed_no, nth, min(usd) as usd
    from (select line_no, feed_no, usd, unnest(range(before_nth + 1, last_nth + 1)) as nth from bounds)
    group by line_no, nth
),
held as (
    select l.line_no, l.usd, d.seen_on, if(d.next_on - d.seen_on <= 35, d.next_on, d.seen_on + 1) as until
    from lows as l
    join days as d on d.feed_no = l.feed_no and d.nth = l.nth
),
marked as (
    select *, coalesce(lag(usd) over one = usd and lag(until) over one = seen_on, false) as goes_on
    from held
    window one as (partition by line_no order by seen_on)
),
numbered as (
    select *, sum((not goes_on)::integer) over (partition by line_no order by seen_on) as nth from marked
),
stretches as (
    select line_no, min(seen_on) as since, max(until) as until, any_value(usd) as usd from numbered group by line_no, nth
),
names as (
    select distinct line_no, gpu, gpu_memory_gb, form_factor, provider, pricing_model, rank, feed from prices
)
select n.gpu, n.gpu_memory_gb, n.form_factor, n.provider, n.pricing_model, n.rank, n.feed, s.since, s.until, s.usd
from stretches as s
join names as n using (line_no)
