-- Most prices of a source move by a large factor on one day: the column means something else now.
-- Grain: series_no x run_no. expected: the price before, USD in the offer's unit.
-- Why: a spot column under the name of on demand is steady, plausible and repeated; only that all move at once tells.
with moved as (
    select s.*, k.*, count(*) over same_day as n_moved
    from gate.steps as s
    join seeds.gate_rules as k on k.rule = 'definition_change'
    where s.is_new and s.starts and abs(ln(s.price / s.prev_price)) >= ln(k.factor)
    window same_day as (partition by s.source, s.provider, s.pricing_model, s.first_on, sign(s.price - s.prev_price))
),
days as (
    select distinct source, provider, pricing_model, first_on as moved_on from moved where n_moved >= min_count
),
in_force as (
    select d.*, count(distinct r.series_no) as n_in_force
    from days as d
    join gate.runs as r
        on r.source = d.source and r.provider = d.provider and r.pricing_model = d.pricing_model
        and r.first_on <= d.moved_on and r.last_on >= d.moved_on
    group by all
)
select
    m.series_no, m.run_no, m.rule, m.verdict, m.class, m.is_contradiction, m.prev_price as expected,
    format('{:.6g} after {:.6g}, and {} of {} prices moved as much', m.price, m.prev_price, m.n_moved, f.n_in_force) as reason
from moved as m
join in_force as f
    on f.source = m.source and f.provider = m.provider and f.pricing_model = m.pricing_model and f.moved_on = m.first_on
where m.n_moved * 2 >= f.n_in_force
