-- The first day that this build works the indices out for: days before it stand as they were.
-- Grain: one row. from_on: the first day of a new look, of a changed verdict, on which a price that was held for long comes
-- back, or that no build has worked out; whichever is earliest. Read before core.intervals changes.
select least(
    (select min(seen_on) from core.looks where look_no > (select coalesce(max(look_no), 0) from state.done)),
    (select min(first_on) from staging.changed_verdicts),
    (
        select min(o.last_on) + 8
        from state.open_intervals as o
        where o.valid_to is null and o.series_no in (
            select main_no from staging.touched union all select series_no from staging.seen_again
        )
    ),
    (select max(newest_on) + 1 from state.done),
    -- A rename that was none: what it joined is told apart from its beginning on.
    (select min(seen_on) from core.looks where exists (from state.unaliased))
) as from_on
