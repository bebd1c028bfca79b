-- List prices that their source takes back: A-B-A, B once more, and alternation between two constants.
-- Grain: series_no x run_no x rule. expected: the price before, USD in the offer's unit. Spot prices may do this.
-- Why: a fault of one build is gone at the next; each repetition of B would confirm it if the way back did not tell.
with compared as (
    select
        s.*,
        abs(ln(s.price / s.prev_price)) as distance,
        -- Equal is within a twentieth of a percent: sources round.
        abs(s.next_price / s.prev_price - 1) < 0.0005 as goes_back,
        abs(s.price / s.before_price - 1) < 0.0005 as is_back,
        abs(s.prev_price / s.older_price - 1) < 0.0005 as was_back,
        abs(s.before_price / s.oldest_price - 1) < 0.0005 as was_fro,
        s.next_on - s.step_on as days_until,
        s.step_on - s.prev_on as days_since
    from gate.steps as s
    join gate.rejudged as j on j.series_no = s.series_no and s.run_no >= j.from_run_no
    where s.pricing_model <> 'spot'
),
faults as (
    select c.*, k.*, if(k.rule = 'spike_return', c.before_price, c.prev_price) as expected
    from compared as c
    join seeds.gate_rules as k
        on k.judged_by = 'way_back' and c.distance >= k.tolerance
        and case k.rule
            when 'spike_flip' then c.goes_back and c.n_looks <= k.max_looks and c.days_until <= k.max_days
            when 'flip_kept' then c.goes_back and c.n_looks > k.max_looks and c.days_until <= k.max_days
            when 'spike_return' then c.starts and c.is_back and c.prev_looks <= k.max_looks and c.days_since <= k.max_days
            when 'flip_again' then c.is_back and c.was_back and c.n_looks <= k.max_looks
            when 'flapping' then c.is_back and c.was_back and c.was_fro and c.n_looks <= k.max_looks
        end
)
select
    series_no, run_no, rule, verdict, class, is_contradiction, expected,
    format('{:.6g} after {:.6g}', price, prev_price)
        || case rule
            when 'spike_return' then format(' and {:.6g}: back', before_price)
            when 'flip_again' then ', which it has been before'
            when 'flapping' then ', the fifth in turn of two prices'
            else format(', and {:.6g} again on {}', next_price, next_on::varchar)
        end as reason
from faults
