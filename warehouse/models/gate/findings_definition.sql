-- Most prices of a source move by a large factor at one look: the column means something else now.
-- Grain: series_no x run_no. expected: the price before, USD in the offer's unit.
-- Why: a spot column under the name of on demand is steady, plausible and repeated; only that all move at once tells.
with moved as (
    select s.*, k.*, count(*) over same_look as n_moved
    from gate.steps as s
    join seeds.gate_rules as k on k.rule = 'definition_change'
    where s.is_new and abs(ln(s.price / s.prev_price)) >= ln(k.factor)
    window same_look as (partition by s.source, s.provider, s.pricing_model, s.look_no, sign(s.price - s.prev_price))
),
looks as (
    select distinct source, provider, pricing_model, look_no, first_at from moved where n_moved >= min_count
),
in_force as (
    select l.source, l.provider, l.pricing_model, l.look_no, count(distinct r.series_no) as n_in_force
    from looks as l
    join gate.runs as r
        on r.source = l.source and r.provider = l.provider and r.pricing_model = l.pricing_model
        and r.first_at <= l.first_at and r.last_at >= l.first_at
    group by all
)
select
    m.series_no, m.run_no, m.rule, m.verdict, m.class, m.is_contradiction, m.prev_price as expected,
    format('{:.6g} after {:.6g}, and {} of {} prices moved as much', m.price, m.prev_price, m.n_moved, f.n_in_force) as reason
from moved as m
join in_force as f using (source, provider, pricing_model, look_no)
where m.n_moved * 2 >= f.n_in_force
