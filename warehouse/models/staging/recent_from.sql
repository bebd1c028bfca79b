-- Where the recent runs of a series begin: what was before it lies in core.old_runs, which an append hardly ever needs.
-- Grain: series_no, of those with more than one run. run_no, first_on: of the oldest run in core.recent_runs.
select series_no, min(run_no) as run_no, min(first_on) as first_on from core.recent_runs group by series_no
