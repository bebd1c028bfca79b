-- Stretches without a scrape, longer than a source's own rhythm. provider 'all': no provider of a source with several
-- was looked at. The rhythm is the 9th decile of up to 30 earlier gaps, or 14 days before five are known. Why: what
-- changed meanwhile has the date of the scrape that found it, not of the change.
-- materialized: table
-- key: source, provider, date
-- columns:
--   date: the last scrape before
--   date_to: first scrape after
with seen as (
    select source, provider, seen_on from intermediate.source_days where status in ('ok', 'partial', 'no_public_price')
    union
    select source, 'all', seen_on from intermediate.source_days where status in ('ok', 'partial', 'no_public_price')
),
steps as (
    select *, lag(seen_on) over looks as before_on, seen_on - lag(seen_on) over looks as n_days
    from seen
    window looks as (partition by source, provider order by seen_on)
),
measured as (
    select
        *,
        count(n_days) over earlier as n_known,
        quantile_cont(n_days, 0.9) over earlier as usual_days
    from steps
    window earlier as (partition by source, provider order by seen_on rows between 30 preceding and 1 preceding)
),
found as (
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
    found.source, found.provider, found.before_on as date, found.seen_on as date_to,
    format('no look for {} days; it looks every {:.3g}', found.n_days, found.rhythm) as reason
from found
where if(
    found.provider = 'all',
    found.source in (from several),
    not exists (
        from found as of_all
        where of_all.provider = 'all' and of_all.source = found.source and of_all.source in (from several)
            and of_all.before_on >= found.before_on and of_all.seen_on <= found.seen_on
    )
)
