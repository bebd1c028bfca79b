-- Gaps between scrapes that are longer than a source's own rhythm. provider 'all': no provider of a source with several
-- was scraped. The rhythm is the 9th decile of up to 30 earlier gaps, or 14 days before five are known. Why: changes
-- during a gap carry the date of the scrape that found them, not of the change.
-- materialized: table
-- key: source, provider, date
-- columns:
--   date: the last scrape before the gap
--   date_to: the first scrape after it
with scrape_days as (
    select source, provider, seen_on from intermediate.source_days where status in ('ok', 'partial', 'no_public_price')
    union
    select source, 'all', seen_on from intermediate.source_days where status in ('ok', 'partial', 'no_public_price')
),
steps as (
    select *, lag(seen_on) over by_day as before_on, seen_on - lag(seen_on) over by_day as n_days
    from scrape_days
    window by_day as (partition by source, provider order by seen_on)
),
measured as (
    select
        *,
        count(n_days) over earlier as n_known,
        quantile_cont(n_days, 0.9) over earlier as usual_days
    from steps
    window earlier as (partition by source, provider order by seen_on rows between 30 preceding and 1 preceding)
),
gaps as (
    select measured.*, if(measured.n_known >= gate_rules.min_count, measured.usual_days, gate_rules.max_days) as rhythm
    from measured
    join seeds.gate_rules on gate_rules.rule = 'gap'
    where
        measured.n_days
        > gate_rules.factor * if(measured.n_known >= gate_rules.min_count, measured.usual_days, gate_rules.max_days)
),
several as (
    select source from intermediate.source_days group by all having count(distinct provider) > 1
)
select
    gaps.source, gaps.provider, gaps.before_on as date, gaps.seen_on as date_to,
    format('no scrape for {} days; usually one every {:.3g}', gaps.n_days, gaps.rhythm) as reason
from gaps
where if(
    gaps.provider = 'all',
    gaps.source in (from several),
    not exists (
        from gaps as gaps_of_all
        where gaps_of_all.provider = 'all' and gaps_of_all.source = gaps.source
            and gaps_of_all.source in (from several)
            and gaps_of_all.before_on >= gaps.before_on and gaps_of_all.seen_on <= gaps.seen_on
    )
)
