-- How far several sets of answers lie from the same measurements. Grain: theta x source (blank: all of them).
-- predicted: theta (which constants), row, answer; fit_rows: row, source, measured. A missing answer is infinitely wrong.
with ranked as (
    select
        p.theta,
        g.source,
        p.answer,
        f.measured,
        coalesce(abs(p.answer / f.measured - 1), 'infinity') as error,
        coalesce(greatest(p.answer / f.measured, f.measured / p.answer), 'infinity') as ratio,
        rank() over (same order by f.measured) as measured_rank,
        rank() over (same order by p.answer nulls first) as answer_rank
    from predicted as p
    join fit_rows as f on f.row = p.row,
    unnest(['', f.source]) as g (source)
    window same as (partition by p.theta, g.source)
)
select
    theta,
    source,
    count(*) as n,
    100 * median(error) as median_error_pct,
    median(answer / measured) as bias,
    avg((ratio <= 1.5)::integer) as within_1_5x,
    avg((ratio <= 2)::integer) as within_2x,
    corr(answer_rank, measured_rank) as spearman
from ranked
group by theta, source
order by source <> '', theta, source
