-- What a person said of a run. Grain: series_no x run_no. verdict: released or rejected. Nobody has said anything yet.
select null::integer as series_no, null::integer as run_no, null::varchar as verdict
where false
