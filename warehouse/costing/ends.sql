-- Requests of which a length is a range, once at each combination of its ends, in the columns of `read`. Key: row.
-- asked_row: the row of `read`.
with corners as (
    select distinct
        row,
        unnest([coalesce(isl_low, isl), coalesce(isl_high, isl)]) as isl_end,
        osl_ends.osl_end
    from read
    cross join unnest([coalesce(osl_low, osl), coalesce(osl_high, osl)]) as osl_ends (osl_end)
    where refused is null and (isl_low is not null or osl_low is not null)
)
select
    read.* replace (row_number() over (order by read.row, isl_end, osl_end) as row, isl_end as isl, osl_end as osl),
    read.row as asked_row
from corners
join read on read.row = corners.row
