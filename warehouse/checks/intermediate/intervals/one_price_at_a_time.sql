-- error: a series has one price at a time: an interval ends where the next begins, or before. Only series affected by
-- this build.
select series_no, valid_from, valid_to, next_from
from (
    select *, lead(valid_from) over (partition by series_no order by valid_from, valid_to nulls last) as next_from
    from intermediate.intervals
    where series_no in (select main_no from intermediate.affected_series)
)
where next_from < coalesce(valid_to, 'infinity') or valid_to < valid_from
