-- The prices in force on a day: of each series the newest observation up to that UTC day, not older than max_age
-- days, unless a later complete look at its source no longer had it (gone) or said there is no public price.
-- A price announced for later is not in force yet: until then the one before it is. is_carried_forward: its source was tried later, without success,
-- or has not been looked at for two days. is_preferred: no better-ranked source answers for the provider's model.
create or replace macro v1.prices_as_of(as_of, max_age := 35) as table
with seen as (
    select *, max(observed_on) over (partition by series_id) as listed_on
    from v1.price_history
    where observed_on <= as_of::date
    qualify row_number() over (
        partition by series_id
        order by coalesce(effective_from, observed_on) <= as_of::date desc, observed_at desc, landed_at desc
    ) = 1
),
tried as (
    select
        provider,
        source as feed,
        max(seen_on) filter (where status in ('ok', 'no_public_price')) as looked_on,
        max(seen_on) as tried_on
    from v1.source_health
    where seen_on <= as_of::date
    group by all
)
select
    s.* exclude (listed_on),
    date_diff('day', s.observed_on, as_of::date) as age_days,
    coalesce(t.tried_on > s.listed_on, false) or date_diff('day', s.observed_on, as_of::date) > 1
        as is_carried_forward,
    s.rank = min(s.rank) over (partition by s.provider, s.gpu, s.pricing_model) as is_preferred
from seen as s
left join tried as t on t.provider = s.provider and t.feed = s.feed
where coalesce(s.effective_from, s.observed_on) <= as_of::date
    and date_diff('day', s.observed_on, as_of::date) <= max_age
    and not coalesce(t.looked_on > s.listed_on, false);
