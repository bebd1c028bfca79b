-- Sources of measurements of which a length is a range, with the lengths that were used. Key: source.
select
    measured.source,
    count(*) filter (where coalesce(answers.isl_low, answers.osl_low) is not null) as ranged,
    count(*) as rows,
    min(answers.isl_low) as lowest_isl,
    max(answers.isl_high) as highest_isl,
    min(answers.osl_low) as lowest_osl,
    max(answers.osl_high) as highest_osl
from answers
join measured on measured.row = answers.row
where answers.has_specs and measured.measured > 0
group by measured.source
having ranged > 0
order by measured.source
