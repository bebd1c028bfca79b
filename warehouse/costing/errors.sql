-- Errors of several sets of answers against the same measurements. Key: theta, source (blank: all). predicted: theta
-- (which constants), row, answer; fit_rows: row, source, measured. A missing answer counts as infinitely wrong.
with ranked as (
    select
        predicted.theta,
        groups.source,
        predicted.answer,
        fit_rows.measured,
        coalesce(abs(predicted.answer / fit_rows.measured - 1), 'infinity') as error,
        coalesce(greatest(predicted.answer / fit_rows.measured, fit_rows.measured / predicted.answer), 'infinity')
            as ratio,
        rank() over (same order by fit_rows.measured) as measured_rank,
        rank() over (same order by predicted.answer nulls first) as answer_rank
    from predicted
    join fit_rows on fit_rows.row = predicted.row,
    unnest(['', fit_rows.source]) as groups (source)
    window same as (partition by predicted.theta, groups.source)
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
