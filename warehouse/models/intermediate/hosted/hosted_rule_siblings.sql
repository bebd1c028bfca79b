-- Hosted prices that do not fit the others of the same model at the same host at that time: output far below or above
-- input, tokens of the cache dearer than others, a batch dearer than answers at once.
-- No key: a price may be doubted in two ways.
-- materialized: view
with latest as (
    -- What the same list said of the model's input or output when it said this; a commit changes several at once.
    select
        one.statement_id,
        one.kind,
        one.usd,
        other.kind as other_kind,
        arg_max(other.usd, (other.order_at, other.n)) as other_usd
    from intermediate.hosted_usable as one
    join intermediate.hosted_usable as other
        on
            other.list = one.list
            and other.stated_host = one.stated_host
            and other.hosted_model = one.hosted_model
            and other.above_tokens = one.above_tokens
            and other.hours_utc = one.hours_utc
            and other.kind = case one.kind
                when 'input' then 'output' when 'batch_output' then 'output' else 'input'
            end
            and other.order_at <= greatest(one.order_at, one.said_at)
    where (one.what = 'before') = (other.what = 'before') or other.order_at < one.order_at
    group by all
),
limits as (
    select rule, factor, coalesce(tolerance, 0) as tolerance from seeds.hosted_rules
),
judged as (
    select
        latest.*,
        if(latest.kind = 'output', usd / other_usd, other_usd / usd) as output_times_input,
        times_apart(usd, own.typical_usd) >= times_apart(other_usd, others.typical_usd) as is_the_odd_one
    from latest
    join seeds.hosted_kinds as own on own.kind = latest.kind
    join seeds.hosted_kinds as others on others.kind = latest.other_kind
)
select statement_id, limits.rule, other_usd as against
from judged
join limits on limits.rule = case
    when kind not in ('input', 'output') or not is_the_odd_one then null
    when output_times_input < 1 then 'output_below_input'
    else 'output_above_input'
end
where times_apart(output_times_input, 1) > limits.factor
union all
select statement_id, limits.rule, other_usd
from judged
join limits on limits.rule = case
    when kind = 'cached_input' then 'cached_above_input' when kind in ('batch_input', 'batch_output') then
        'batch_above_standard'
end
where usd > other_usd * limits.factor * (1 + limits.tolerance)
