-- List prices that their source takes back: A-B-A, B once more, and alternation between two constants. Spot prices may
-- do this. Why: a fault of one build is gone at the next; each repetition of B would confirm it if the way back did not
-- reveal it.
-- materialized: table
-- driven_by: intermediate.gated_versions
-- key: series_no, version_no, rule
-- columns:
--   expected: the price before, USD an hour
with compared as (
    select
        price_steps.*,
        abs(ln(price_steps.price / price_steps.prev_price)) as distance,
        -- Equal means within a twentieth of a percent: sources round.
        abs(price_steps.next_price / price_steps.prev_price - 1) < 0.0005 as goes_back,
        abs(price_steps.price / price_steps.before_price - 1) < 0.0005 as is_back,
        abs(price_steps.prev_price / price_steps.older_price - 1) < 0.0005 as was_back,
        abs(price_steps.before_price / price_steps.oldest_price - 1) < 0.0005 as was_fro,
        price_steps.next_on - price_steps.step_on as days_until,
        price_steps.step_on - price_steps.prev_on as days_since
    from intermediate.price_steps
    join
        intermediate.rejudged_series
        on
            rejudged_series.series_no = price_steps.series_no
            and price_steps.version_no >= rejudged_series.from_version_no
    where price_steps.pricing_model <> 'spot'
),
faults as (
    select
        compared.*,
        gate_rules.*,
        if(gate_rules.rule = 'spike_return', compared.before_price, compared.prev_price) as expected
    from compared
    join seeds.gate_rules
        on gate_rules.judged_by = 'way_back' and compared.distance >= gate_rules.tolerance
        and case gate_rules.rule
            when
                'spike_flip'
                then
                    compared.goes_back
                    and compared.n_observations <= gate_rules.max_observations
                    and compared.days_until <= gate_rules.max_days
            when
                'flip_kept'
                then
                    compared.goes_back
                    and compared.n_observations > gate_rules.max_observations
                    and compared.days_until <= gate_rules.max_days
            when
                'spike_return'
                then
                    compared.starts
                    and compared.is_back
                    and compared.prev_observations <= gate_rules.max_observations
                    and compared.days_since <= gate_rules.max_days
            when
                'flip_again'
                then compared.is_back and compared.was_back and compared.n_observations <= gate_rules.max_observations
            when
                'flapping'
                then
                    compared.is_back
                    and compared.was_back
                    and compared.was_fro
                    and compared.n_observations <= gate_rules.max_observations
        end
)
select
    series_no, version_no, rule, verdict, class, is_contradiction, expected,
    format('{:.6g} after {:.6g}', price, prev_price)
        || case rule
            when 'spike_return' then format(' and {:.6g}: back', before_price)
            when 'flip_again' then ', which it has been before'
            when 'flapping' then ', the fifth in turn of two prices'
            else format(', and {:.6g} again on {}', next_price, next_on::varchar)
        end as reason
from faults
