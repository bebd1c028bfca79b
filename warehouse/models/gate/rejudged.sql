-- The runs whose way back is looked at in this build: the new ones and four before, of every series with its past at hand.
-- Grain: series_no; from_run_no: the first of them. A whole build has all; an append has the past of what was looked at.
-- Why: A-B-A is a verdict on B, and only A's return tells.
select series_no, coalesce(min(run_no) filter (where is_new), max(run_no)) - 4 as from_run_no
from gate.runs
group by series_no
having count(*) > 1
