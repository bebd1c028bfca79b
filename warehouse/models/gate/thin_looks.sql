-- New looks that suddenly show much less of a page than the one before: a fifth of a listing gone, or all of a GPU.
-- Grain: source x provider x rule x date x what, as gate.vanished.
with partial as (
    -- What half a page lacks has not vanished.
    select c.look_no
    from gate.listings as c
    join seeds.gate_rules as k using (rule)
    where c.rule = 'partial_snapshot' and c.n_before >= k.min_count and c.n_listed < c.n_before * (1 - k.factor)
)
select
    c.feed as source, c.provider, c.rule, c.what, c.seen_on as date,
    format('{} of {} {} listed', c.n_listed, c.n_before, c.what) as reason
from gate.listings as c
join seeds.gate_rules as k using (rule)
where (c.rule = 'partial_snapshot' and c.n_before >= k.min_count and c.n_listed < c.n_before * (1 - k.factor))
    -- In all of the seven looks before, or in all there were.
    or (c.rule = 'product_vanished' and c.n_listed = 0 and c.is_usual
        and c.look_no not in (select look_no from partial))
