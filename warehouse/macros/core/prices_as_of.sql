-- Prices in force on a day: accepted, neither changed nor gone by the end of that UTC day, and seen by a scrape at most
-- max_age days before. An announced price is not in force before its day; the previous one is. last_seen_on: the last
-- day up to then on which its source was read, but not after a scrape last showed the price: a source that was read in
-- part, without this price, counts as read on days before the last. is_carried_forward: its source was tried later,
-- without success or with a quarantined value, or was not scraped for two days. is_preferred: no better-ranked source
-- answers for the provider's model. What an archive captured is history: it is in force on days before that of the
-- build only.
create or replace macro core.prices_as_of(as_of, max_age := 35) as table
with tried as (
    select
        provider,
        source as feed,
        max(seen_on) filter (where status in ('ok', 'partial')) as read_on,
        max(seen_on) as tried_on
    from intermediate.source_days
    where seen_on <= as_of::date
    group by all
),
in_force as (
    from core.price_intervals
    where valid_from <= as_of::date
        and (valid_to is null or valid_to > as_of::date)
        and last_seen_on >= as_of::date - max_age -- what is too old is not joined with anything
        and (origin <> 'archived' or as_of::date < core.as_of_day())
),
standing as (
    select
        in_force.* replace (
            least(
                in_force.last_seen_on,
                greatest(tried.read_on, (in_force.observed_at at time zone 'UTC')::date),
                as_of::date
            ) as last_seen_on
        ),
        tried.tried_on
    from in_force
    left join tried on tried.provider = in_force.provider and tried.feed = in_force.feed
)
select
    * exclude (tried_on),
    date_diff('day', last_seen_on, as_of::date) as age_days,
    coalesce(tried_on > last_seen_on, false) or date_diff('day', last_seen_on, as_of::date) > 1 as is_carried_forward,
    rank = min(rank) over (partition by provider, gpu, pricing_model) as is_preferred
from standing
where date_diff('day', last_seen_on, as_of::date) <= max_age;
