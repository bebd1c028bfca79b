-- The indices on this build's days: each continues the chain of the day before. A change of the basket enters the level
-- in 30 equal parts, one per day with a level; a change of a price enters at once. After half a year without a level
-- the old basket no longer counts, and the level is the median of the new one.
-- materialized: table
-- key: index_id, day
-- columns:
--   log_step: what the basket's change alone adds to the logarithm of the median: all constituents against those common
--     to both days, on this day and before
--   log_held: the part of recent steps that has not entered the level yet
--   level_start: the first day with a level after such a pause or of a new chain
--   nth: number of days with a level since level_start, up to this one
--   linked_on: the last day with a level, up to this one
--   log_chain: logarithm of the chained index, 0 at 100, on linked_on; decimal, so that no order of adding matters
with links as (
    select
        index_id,
        day,
        count(*)::integer as n_matched,
        (sum(log_ratio) / count(*))::decimal(18, 12) as log_ratio,
        ln(median(usd_now::double)) - ln(median(usd_before::double)) as log_same
    from intermediate.new_index_links
    group by all
),
levels as (
    select
        levels.*,
        links.n_matched,
        links.log_ratio,
        links.log_same,
        previous.chain_start as old_start,
        previous.level_start as old_level_start,
        previous.linked_on as old_linked_on,
        previous.linked_median as old_median,
        previous.log_chain as old_chain,
        previous.nth as old_nth,
        coalesce(
            last_value(if(levels.is_ok, levels.day, null) ignore nulls) over earlier, previous.linked_on
        ) as linked_before,
        coalesce(
            last_value(if(levels.is_ok, levels.quartiles[2], null) ignore nulls) over earlier, previous.linked_median
        ) as median_before
    from intermediate.new_index_levels as levels
    left join links using (index_id, day)
    left join intermediate.previous_index_days as previous on previous.index_id = levels.index_id
    window earlier as (
        partition by levels.index_id order by levels.day rows between unbounded preceding and 1 preceding
    )
),
followed as (
    select
        * exclude (n_matched),
        coalesce(n_matched, 0) as n_matched,
        -- Where no constituent is common to both sides, nothing links them: a new chain begins.
        coalesce(max(if(is_ok and n_matched is null, day, null)) over until, old_start) as chain_start,
        coalesce(
            max(if(is_ok and (n_matched is null or day - linked_before > 180), day, null)) over until, old_level_start
        ) as level_start,
        coalesce(max(if(is_ok, day, null)) over until, old_linked_on) as linked_on
    from levels
    window until as (partition by index_id order by day)
),
chained as (
    select
        *,
        if(is_ok and day > level_start, ln(quartiles[2]) - ln(median_before) - log_same, 0)::decimal(18, 12)
            as log_step,
        (sum(coalesce(log_ratio, 0)) over chain + if(chain_start = old_start, old_chain, 0))::decimal(18, 12)
            as log_chain,
        (count(*) filter (where is_ok) over since + if(level_start = old_level_start, old_nth, 0))::integer as nth
    from followed
    window
        chain as (partition by index_id, chain_start order by day),
        since as (partition by index_id, level_start order by day)
),
steps as (
    select index_id, level_start, nth, log_step from chained where is_ok
    union all
    select recent.index_id, recent.level_start, recent.nth, recent.log_step
    from state.index_days as recent
    join intermediate.previous_index_days as previous
        on previous.index_id = recent.index_id
        and previous.level_start = recent.level_start
        and recent.nth > previous.nth - 30
    where recent.is_ok and recent.day < (select from_on from intermediate.index_start)
),
held as (
    select
        *,
        (sum(log_step * (29 + nth)) over recent - nth * sum(log_step) over recent)
        / 30 as log_held
    from steps
    window recent as (partition by index_id, level_start order by nth rows between 29 preceding and current row)
)
select
    chained.index_id,
    chained.day,
    chained.is_ok,
    if(chained.is_ok, chained.quartiles[2], null) as median,
    if(chained.is_ok, chained.quartiles[1], null) as p25,
    if(chained.is_ok, chained.quartiles[3], null) as p75,
    chained.n_providers,
    chained.n_offers,
    chained.n_basket,
    chained.n_matched,
    chained.linked_on,
    last_value(if(chained.is_ok, chained.quartiles[2], chained.median_before) ignore nulls) over until as linked_median,
    chained.chain_start,
    chained.level_start,
    chained.nth,
    chained.log_step,
    if(chained.is_ok, held.log_held, null)::decimal(18, 12) as log_held,
    chained.log_chain
from chained
left join held
    on held.index_id = chained.index_id and held.level_start = chained.level_start and held.nth = chained.nth
window until as (partition by chained.index_id order by chained.day)
