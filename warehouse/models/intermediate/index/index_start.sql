-- The first day that this build works the indices out for: days before it stand as they were. One row, read before
-- intermediate.intervals changes.
-- materialized: table
-- columns:
--   from_on: the first day of a new scrape, of a changed verdict, on which a price that was held for long comes back,
--     or that no build has worked out; whichever is earliest
select least(
    (
        select min(seen_on)
        from intermediate.scrapes
        where scrape_no > (select coalesce(max(scrape_no), 0) from state.done)
    ),
    (select min(first_on) from intermediate.changed_verdicts),
    (
        select min(open_intervals.last_on) + 8
        from state.open_intervals
        where open_intervals.valid_to is null and open_intervals.series_no in (
            select main_no
            from intermediate.affected_series
            union all
            select series_no
            from intermediate.reconfirmed_series
        )
    ),
    (select max(newest_on) + 1 from state.done),
    -- A rename that was none: what it joined is separate again from its beginning.
    (select min(seen_on) from intermediate.scrapes where exists (from intermediate.split_aliases))
) as from_on
