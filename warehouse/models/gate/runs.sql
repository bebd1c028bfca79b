-- What the gate judges: the runs that began in this build (is_new), and of the same providers what they are held against.
-- Grain: series_no x run_no. Columns of core.series and core.runs; known_count: GPUs of this instance type by the seed;
-- label_gpu, label_memory_gb: what the printed label and memory alone say. Context: twelve earlier runs of a series that
-- has new ones or is in doubt, and the newest run of every other.
with near as (
    select distinct s.provider from state.moved as m join core.series as s using (series_no)
),
doubted as (
    select distinct f.series_no
    from state.findings as f
    join core.heads as h on h.series_no = f.series_no and f.run_no > h.run_no - 12
),
pasts as (
    select m.series_no, coalesce(m.from_run_no, h.run_no) - 12 as after_no
    from state.moved as m
    join core.heads as h using (series_no)
    where m.from_run_no is not null or m.series_no in (select series_no from doubted)
),
-- Hardly any in an append: then DuckDB does not look at the old runs at all.
further_back as (
    select p.* from pasts as p join staging.recent_from as o using (series_no) where o.run_no > greatest(p.after_no, 0) + 1
),
chosen as (
    select h.* from core.heads as h
    union all by name
    select c.* from core.recent_runs as c join pasts as p on p.series_no = c.series_no and c.run_no > p.after_no
    union all by name
    select c.* from core.old_runs as c join further_back as p on p.series_no = c.series_no and c.run_no > p.after_no
)
select
    r.series_no, r.run_no, coalesce(r.run_no >= m.from_run_no, false) as is_new,
    s.source, s.provider, s.instance, s.gpu_label, s.gpu, s.form_factor, s.gpu_memory_gb, s.gpu_count,
    s.known_count, s.label_gpu, s.label_memory_gb, s.region, s.zone, s.pricing_model, s.term_months, s.upfront,
    s.price_scope, s.is_announced, a.captured_at as first_at, r.first_on, r.last_on, r.n_seen, r.ended_on,
    r.price, r.price_unit, r.usd_price, r.usd_per_gpu_hour, r.price_status, r.n_prices
from chosen as r
join core.series as s using (series_no)
join near using (provider)
join core.looks as a on a.look_no = r.first_look
left join state.moved as m using (series_no)
