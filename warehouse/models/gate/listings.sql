-- How many series each new look at a page stated, beside the look before at the same page.
-- Grain: look_no x rule x what. rule: partial_snapshot (what: pricing model) or product_vanished (what: GPU, else label).
-- n_before: at the look before, n_listed: at this one (0: none); is_usual: the last seven looks before, or all, had some.
-- New: of this build; what came of the looks before stands in core.thin_looks.
with looks as (
    select
        look_no, provider, feed, source_url, seen_on,
        look_no > (select coalesce(max(look_no), 0) from state.done) as is_new,
        row_number() over (partition by provider, feed, source_url order by captured_at) as nth
    from core.looks
    where status = 'ok'
),
near as (
    -- Of each page the new looks, and the eight before that they are held against.
    select * from looks qualify nth >= min(nth) filter (where is_new) over (partition by provider, feed, source_url) - 8
),
counts as (
    select n.*, c.pricing_model, c.product, c.n_series from near as n join core.look_counts as c using (look_no)
),
counted as (
    select provider, feed, source_url, nth, 'partial_snapshot' as rule, pricing_model as what, sum(n_series) as n
    from counts
    group by all
    having n > 0
    union all
    select provider, feed, source_url, nth, 'product_vanished', product, sum(n_series) as n
    from counts
    where product <> ''
    group by all
    having n > 0
),
placed as (
    select
        *,
        coalesce(lag(nth, 6) over one = nth - 6, row_number() over one = nth) as is_usual
    from counted
    window one as (partition by provider, feed, source_url, rule, what order by nth)
)
select n.look_no, n.provider, n.feed, n.seen_on, n.nth, b.rule, b.what, b.n::bigint as n_before, coalesce(p.n, 0)::bigint as n_listed, b.is_usual
from placed as b
join near as n on n.provider = b.provider and n.feed = b.feed and n.source_url = b.source_url and n.nth = b.nth + 1 and n.is_new
left join placed as p
    on p.provider = n.provider and p.feed = n.feed and p.source_url = n.source_url and p.nth = n.nth
    and p.rule = b.rule and p.what = b.what
