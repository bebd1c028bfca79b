-- A price far from the series' own last steady price.
-- Grain: series_no x run_no. expected: the reference price, USD in the offer's unit. A true cut of half is held, too, but for
-- one look only: the next confirms it (gate.confirmations).
with moved as (
    select s.*, abs(ln(s.price / s.reference_price)) as distance
    from gate.steps as s
    join seeds.gate_rules as k on k.rule = 'jump'
    where s.is_new and abs(ln(s.price / s.reference_price)) >= ln(k.factor)
),
judged as (
    select m.*, if(m.distance >= ln(k.factor), k.rule, 'jump') as rule
    from moved as m
    join seeds.gate_rules as k on k.rule = if(m.pricing_model = 'spot', 'big_jump_spot', 'big_jump')
)
select
    j.series_no, j.run_no, k.rule, k.verdict, k.class, k.is_contradiction, j.reference_price as expected,
    format(
        '{:.6g} after {:.6g} on {}: {:+.1f} %',
        j.price, j.reference_price, j.reference_on::varchar, (j.price / j.reference_price - 1) * 100
    ) as reason
from judged as j
join seeds.gate_rules as k using (rule)
-- Marked once; held as long as it lasts.
where j.starts or k.verdict = 'quarantine'
