-- Which doubted runs a later look, or another source of the provider, confirms.
-- Grain: series_no x run_no, runs with a finding whose verdict is quarantine. confirmed_by: 'repeated' (more than one
-- look showed it), 'next' (the next price is nearly the same), 'source' (another source of the provider says the same
-- of the same machine and place within a day), NULL none.
with doubted as (
    select f.series_no, f.run_no, max(coalesce(k.tolerance, 0.02)) as tolerance
    from gate.findings as f
    join seeds.gate_rules as k using (rule)
    where f.verdict = 'quarantine' and not f.is_contradiction
    group by all
),
named as (
    select
        r.*,
        concat_ws('|', provider, lower(instance), gpu, gpu_count, lower(region), "zone", pricing_model, term_months,
            upfront, price_scope) as machine
    from gate.runs as r
    where instance <> '' and usd_price > 0
        and lower(instance) in (select lower(instance) from gate.runs join doubted using (series_no, run_no))
),
elsewhere as (
    select d.series_no, d.run_no, bool_or(abs(o.usd_price / r.usd_price - 1) <= 0.02) as is_same
    from doubted as d
    join named as r using (series_no, run_no)
    join named as o
        on o.machine = r.machine and o.source <> r.source
        -- Sources are read at hours of their own.
        and o.first_on <= r.last_on + 1 and o.last_on >= r.first_on - 1
    group by all
)
select
    d.series_no,
    d.run_no,
    case
        when s.n_looks > 1 then 'repeated'
        when abs(ln(s.next_price / s.price)) <= d.tolerance then 'next'
        when e.is_same then 'source'
    end as confirmed_by
from doubted as d
join gate.steps as s using (series_no, run_no)
left join elsewhere as e using (series_no, run_no)
