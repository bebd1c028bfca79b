-- Accuracy by class of held-out answers: columns of seeds/accuracy.csv. Classes of fewer than eight rows are left to
-- wider ones. The band leaves out the worst tenth, and less of it where rows are few. Rows of one source are alike: a
-- class that only one measured has no narrower band than the next wider class of several.
with classified as (
    select
        string_split(fit_rows.class, ', ') as parts,
        fit_rows.source,
        100 * abs(predicted.answer / fit_rows.measured - 1) as error_pct,
        coalesce(greatest(predicted.answer / fit_rows.measured, fit_rows.measured / predicted.answer), 10) as ratio
    from predicted
    join fit_rows on fit_rows.row = predicted.row
    where predicted.theta = 'held out'
),
widened as (
    select
        classified.*,
        concat_ws(
            ', ',
            if(masks.has_family, parts[1], 'any'),
            if(masks.has_format, parts[2], 'any'),
            if(masks.has_vendor, parts[3], 'any'),
            if(masks.has_load, parts[4], 'any')
        ) as class
    from classified
    cross join (
        values
        (true, true, true, true), (true, true, true, false), (true, false, true, true), (false, true, true, true),
        (true, false, true, false), (false, false, true, true), (false, false, true, false),
        (false, false, false, true), (false, false, false, false)
    ) as masks (has_family, has_format, has_vendor, has_load)
),
measured as (
    select
        class,
        replace(class, 'any', '%') as pattern,
        len(regexp_extract_all(class, '\bany\b')) as width,
        count(*) as rows,
        count(distinct source) as sources,
        round(median(error_pct), 1) as median_error_pct,
        round(least(6, greatest(1.3, if(count(*) < 30, 1.05, 1) * list_sort(list(ratio))[
            least(count(*), ceil(0.9 * count(*) + sqrt(0.09 * count(*))))::integer
        ])), 2) as band_factor
    from widened
    group by class
    having count(*) >= 8
)
select
    measured.class,
    measured.rows,
    measured.sources,
    measured.median_error_pct,
    greatest(
        measured.band_factor,
        if(measured.sources = 1, coalesce(arg_min(wider.band_factor, (wider.width, wider.class)), 1), 1)
    ) as band_factor
from measured
left join measured as wider on wider.sources > 1 and measured.class like wider.pattern
group by measured.class, measured.rows, measured.sources, measured.median_error_pct, measured.band_factor
order by measured.class
