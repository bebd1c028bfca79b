-- The prices in force on a day, by the rules of the macro of this name; {intervals} are columns of v1.price_intervals.
create function v1.prices_as_of(day date, max_age integer default 35)
returns table ({intervals}, age_days integer, is_carried_forward boolean, is_preferred boolean)
language sql stable
as $$
    with tried as (
        select
            provider,
            source as feed,
            max(seen_on) filter (where status in ('ok', 'partial')) as read_on,
            max(seen_on) as tried_on
        from v1.source_health
        where seen_on <= $1
        group by provider, source
    ),
    standing as (
        select
            price_intervals.*,
            tried.tried_on,
            least(
                price_intervals.last_seen_on,
                greatest(tried.read_on, (price_intervals.observed_at at time zone 'UTC')::date),
                $1
            ) as seen_on
        from v1.price_intervals
        left join tried on tried.provider = price_intervals.provider and tried.feed = price_intervals.feed
        where
            price_intervals.valid_from <= $1
            and (price_intervals.valid_to is null or price_intervals.valid_to > $1)
            and (
                price_intervals.origin <> 'archived'
                or $1 < (
                    select case when follows_clock then (built_at at time zone 'UTC')::date else newest_on end
                    from v1.meta
                )
            )
    )
    select
        {selected},
        $1 - seen_on as age_days,
        coalesce(tried_on > seen_on, false) or $1 - seen_on > 1 as is_carried_forward,
        rank = min(rank) over (partition by provider, gpu, pricing_model) as is_preferred
    from standing
    where $1 - seen_on <= $2
$$;
comment on function v1.prices_as_of(date, integer) is
'Prices in force on a UTC day, seen by a scrape at most max_age days before'
