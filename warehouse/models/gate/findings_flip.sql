-- List prices that their source takes back: A-B-A, B once more, and alternation between two constants.
-- Grain: series_no x run_no x rule. expected: the price before, USD in the offer's unit. Spot prices may do this. Equal is
-- within a twentieth of a percent: sources round.
-- Why: a fault of one build is gone at the next; each repetition of B would confirm it if the way back did not tell.
with stepped as (
    select s.*, abs(ln(s.price / s.prev_price)) as distance
    from gate.steps as s
    join gate.rejudged as j on j.series_no = s.series_no and s.run_no >= j.from_run_no
    where s.pricing_model <> 'spot'
),
faults as (
    select s.*, k.*, if(k.rule = 'spike_return', s.before_price, s.prev_price) as expected
    from stepped as s
    join seeds.gate_rules as k
        on k.judged_by = 'way_back' and s.distance >= k.tolerance
        and case k.rule
            when 'spike_flip'
                then abs(s.next_price / s.prev_price - 1) < 0.0005 and s.n_looks <= k.max_looks and s.next_on - s.step_on <= k.max_days
            when 'flip_kept'
                then abs(s.next_price / s.prev_price - 1) < 0.0005 and s.n_looks > k.max_looks and s.next_on - s.step_on <= k.max_days
            when 'spike_return'
                then abs(s.price / s.before_price - 1) < 0.0005 and s.prev_looks <= k.max_looks and s.step_on - s.prev_on <= k.max_days
            when 'flip_again'
                then abs(s.price / s.before_price - 1) < 0.0005 and abs(s.prev_price / s.older_price - 1) < 0.0005
                    and s.n_looks <= k.max_looks
        end
)
select
    series_no, run_no, rule, verdict, class, is_contradiction, expected,
    format('{:.6g} after {:.6g}', price, prev_price)
        || case rule
            when 'spike_return' then format(' and {:.6g}: back', before_price)
            when 'flip_again' then format(', the fourth time that it is one of the two')
            else format(', and {:.6g} again on {}', next_price, next_on::varchar)
        end as reason
from faults
