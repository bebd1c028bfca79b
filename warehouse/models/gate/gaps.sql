-- Stretches without a look, longer than a source's own rhythm.
-- Grain: source x provider x date (last look before). date_to: first look after. provider 'all': no provider of a source
-- with several was looked at. The rhythm is the 9th decile of up to 30 earlier gaps, or 14 days before five are known.
-- Why: what changed meanwhile has the date of the look that found it, not of the change.
with seen as (
    select source, provider, seen_on from core.source_days where status in ('ok', 'partial', 'no_public_price')
    union
    select source, 'all', seen_on from core.source_days where status in ('ok', 'partial', 'no_public_price')
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
    select m.*, if(m.n_known >= k.min_count, m.usual_days, k.max_days) as rhythm
    from measured as m
    join seeds.gate_rules as k on k.rule = 'gap'
    where m.n_days > k.factor * if(m.n_known >= k.min_count, m.usual_days, k.max_days)
),
several as (
    select source from core.source_days group by all having count(distinct provider) > 1
)
select
    f.source, f.provider, f.before_on as date, f.seen_on as date_to,
    format('no look for {} days; it looks every {:.3g}', f.n_days, f.rhythm) as reason
from found as f
where if(
    f.provider = 'all',
    f.source in (from several),
    not exists (
        from found as a
        where a.provider = 'all' and a.source = f.source and a.source in (from several)
            and a.before_on >= f.before_on and a.seen_on <= f.seen_on
    )
)
