-- What each host charged for a million output tokens of each model, with the days it held, from the list that knows the
-- host's prices for longest. Grain: model x host x hosted_model x since. until: exclusive.
with stretches as (
    select
        model, host, hosted_model, source, valid_from as since,
        coalesce(valid_to, greatest((select max(as_of) from made.offers) + 1, valid_from + 1)) as until,
        usd_per_m_tokens::double as usd
    from v1.hosted_price_intervals
    where model is not null and kind = 'output' and above_tokens = 0 and hours_utc = ''
        and valid_from is not null
),
lengths as (
    select model, host, hosted_model, source, sum(until - since) as days from stretches group by all
),
chosen as (
    from lengths
    qualify row_number() over (partition by model, host order by days desc, hosted_model, source) = 1
)
select stretches.model, stretches.host, stretches.since, stretches.until, stretches.usd
from stretches
join chosen using (model, host, hosted_model, source)
where stretches.since < stretches.until
order by stretches.model, chosen.days desc, stretches.host, stretches.since
