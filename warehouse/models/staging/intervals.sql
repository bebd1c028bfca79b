-- What was accepted, as intervals, of the series that this build touches: a held value leaves the last good one in force.
-- Grain: series_no (announcements belong to the series they are of) x valid_from x first_look. valid_from, valid_to: DATE,
-- valid_to exclusive, NULL while open. A price announced for later begins on its day, unless it was withdrawn before.
-- last_on: when the price was last seen. ended_by: change, gone, NULL. old_*: the price before, and whether it had gone.
-- The variable part: which share of the series is made, of how many (build.IN_PARTS).
with tracks as (
    select
        s.series_no, s.is_announced, t.main_no, t.from_on,
        -- Only an announced price is in force from another day on than that on which it was first seen.
        o.run_no > 1 and (s.is_announced or o.first_on >= t.from_on) as is_far_back
    from core.series as s
    left join core.aliases as a on a.series_no = s.main_no
    join staging.touched as t on t.main_no = coalesce(a.main_no, s.main_no)
    left join staging.recent_from as o on o.series_no = s.series_no
    where t.main_no % getvariable('part')[2] = getvariable('part')[1]
),
stated as (
    select t.*, r.* exclude (series_no) from core.heads as r join tracks as t using (series_no)
    union all
    select t.*, r.* exclude (series_no) from core.recent_runs as r join tracks as t using (series_no)
    union all
    -- Hardly any in an append: then DuckDB does not look at the old runs at all.
    select t.*, r.* exclude (series_no)
    from core.old_runs as r
    join (from tracks where is_far_back) as t using (series_no)
),
runs as (
    select
        r.* exclude (from_on, is_far_back),
        greatest(r.first_on, coalesce(r.effective_from, r.first_on)) as valid_from,
        coalesce(v.status <> 'released', false) as is_held, -- a person rejects flagged prices, too
        case when v.verdict = 'flag' then 'flagged' when v.status = 'released' then 'released' else 'ok' end as quality
    from stated as r
    left join core.verdicts as v on v.series_no = r.series_no and v.run_no = r.run_no
    where greatest(r.first_on, coalesce(r.effective_from, r.first_on)) >= r.from_on
),
kept as (
    select
        *,
        -- Zero is never a price, whatever a verdict says.
        not is_held and price_status = 'priced' and coalesce(usd_price, 0) > 0
            and not (is_announced and coalesce(ended_on < effective_from, false)) as is_good,
        lead(first_on) over (partition by series_no order by run_no) as changed_on
    from runs
),
pieces as (
    select
        * exclude (is_good),
        is_good and not (is_announced and coalesce(changed_on < effective_from, false)) as is_good,
        sum((is_good and not (is_announced and coalesce(changed_on < effective_from, false)))::integer) over (
            partition by main_no order by valid_from, first_on, first_look, run_no
        ) as piece
    from kept
),
lasting as (
    select
        *,
        min(ended_on) filter (where not is_announced) over (partition by main_no, piece) as gone_on
    from pieces
    qualify is_good
),
bounded as (
    select
        *,
        lead(valid_from) over same as next_from,
        -- A look that states only the price to come does not end the one until then.
        coalesce(
            gone_on < coalesce(lead(valid_from) over same, 'infinity')
            and not coalesce(lead(is_announced) over same and lead(first_on) over same <= gone_on, false),
            false
        ) as is_gone
    from lasting
    window same as (partition by main_no order by piece)
),
compared as (
    select
        * exclude (next_from),
        if(is_gone, gone_on, next_from) as valid_to,
        -- The same value right after itself is one interval: what stood between was held.
        coalesce(
            lag(next_from) over same = valid_from and not lag(is_gone) over same and lag(price) over same = price
            and lag(upfront_price) over same is not distinct from upfront_price and lag(currency) over same = currency
            and lag(price_unit) over same = price_unit and lag(availability) over same = availability
            and lag(quality) over same = quality,
            false
        ) as goes_on
    from bounded
    window same as (partition by main_no order by piece)
),
joined as (
    select *, sum((not goes_on)::integer) over (partition by main_no order by piece) as interval_no from compared
),
ends as (
    select
        main_no,
        interval_no,
        max(last_on) as last_on,
        last(valid_to order by piece) as valid_to,
        last(is_gone order by piece) as is_gone
    from joined
    group by all
),
intervals as (
    select j.* exclude (valid_to, last_on, is_gone), e.valid_to, e.last_on, e.is_gone
    from joined as j
    join ends as e using (main_no, interval_no)
    where not j.goes_on
)
select
    i.main_no as series_no, i.valid_from, i.valid_to, i.last_on, i.first_look,
    i.usd_per_gpu_hour,
    if(try_cast(i.price as decimal(18, 6)) = i.price, i.price, null)::decimal(18, 6) as price,
    if(try_cast(i.price as decimal(18, 6)) = i.price, null, i.price) as long_price,
    i.upfront_price, i.currency, i.price_unit, i.usd_per_unit, i.rate_on,
    i.effective_from, i.availability, i.quality, i.gpu_label, i.text,
    if(i.is_gone, 'gone', if(i.valid_to is null, null, 'change')) as ended_by,
    if(lag(i.interval_no) over same is null, t.old_usd_per_gpu_hour, lag(i.usd_per_gpu_hour) over same) as old_usd_per_gpu_hour,
    if(lag(i.interval_no) over same is null, t.old_ended_by, if(lag(i.is_gone) over same, 'gone', 'change')) as old_ended_by,
    lead(i.interval_no) over same is null as is_last
from intervals as i
join staging.touched as t using (main_no)
window same as (partition by i.main_no order by i.interval_no)
