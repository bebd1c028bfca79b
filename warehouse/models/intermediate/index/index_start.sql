-- The first day for which this build recomputes the indices; earlier days stay as they are. One row, read before
-- intermediate.intervals changes.
-- materialized: table
-- columns:
--   from_on: the earliest of: the first day of a new scrape; the first day of a changed verdict; the day on which a
--     price that was carried forward for long returns; the first day that no build has computed
select least(
    (
        select min(seen_on)
        from intermediate.scrapes
        where scrape_no > (select coalesce(max(scrape_no), 0) from state.done)
    ),
    (select min(first_on) from intermediate.changed_verdicts),
    (
        select min(open_intervals.last_on) + 36
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
    -- A rejected rename: the series that it joined are separate again from the beginning.
    (select min(seen_on) from intermediate.scrapes where exists (from intermediate.split_aliases))
) as from_on
