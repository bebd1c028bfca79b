-- What the gate judges: the runs that began in this build (is_new), and of the same providers what they are held against.
-- Grain: series_no x run_no. Columns of core.series and core.runs; known_count: GPUs of this instance type by the seed;
-- label_gpu, label_memory_gb: what the printed label and memory alone say. Context: twelve earlier runs of a series that
-- moved, and the newest run of every other.
with heads as (
    select series_no, max(run_no) as newest from core.runs group by all
),
near as (
    select distinct s.provider from state.moved as m join core.series as s using (series_no)
)
select
    r.series_no, r.run_no, coalesce(r.run_no >= m.from_run_no, false) as is_new,
    s.source, s.feed, s.provider, s.instance, s.gpu_label, s.gpu, s.form_factor, s.gpu_memory_gb, s.gpu_count,
    s.known_count, s.label_gpu, s.label_memory_gb, s.region, s.zone, s.pricing_model, s.term_months, s.upfront,
    s.price_scope, s.rank, s.is_announced,
    a.captured_at as first_at, r.first_on, z.captured_at as last_at, r.last_on, r.n_seen, r.ended_on,
    r.price, r.currency, r.price_unit, r.usd_price, r.usd_per_gpu_hour, r.price_status, r.n_prices, r.effective_from,
    a.sha256, r.first_look as look_no
from core.runs as r
join core.series as s using (series_no)
join near using (provider)
join heads as h using (series_no)
join core.looks as a on a.look_no = r.first_look
join core.looks as z on z.look_no = r.last_look
left join state.moved as m using (series_no)
where r.run_no = h.newest or r.run_no > coalesce(m.from_run_no, h.newest) - 12 and m.series_no is not null
