-- How many series each look at a page stated, beside the look before at the same page.
-- Grain: look_no x rule x what. rule: partial_snapshot (what: pricing model) or product_vanished (what: GPU, else label).
-- n_before: at the look before, n_listed: at this one (0: none); is_usual: the last seven looks before, or all, had some.
with looks as (
    select look_no, provider, feed, source_url, seen_on,
        row_number() over (partition by provider, feed, source_url order by captured_at) as nth
    from core.looks
    where status = 'ok'
),
counted as (
    select look_no, 'partial_snapshot' as rule, pricing_model as what, sum(n_series) as n from core.look_counts group by all having n > 0
    union all
    select look_no, 'product_vanished', product, sum(n_series) as n from core.look_counts where product <> '' group by all having n > 0
),
placed as (
    select l.provider, l.feed, l.source_url, l.nth, c.rule, c.what, c.n,
        coalesce(lag(l.nth, 6) over one = l.nth - 6, row_number() over one = l.nth) as is_usual
    from counted as c
    join looks as l using (look_no)
    window one as (partition by l.provider, l.feed, l.source_url, c.rule, c.what order by l.nth)
)
select n.look_no, n.provider, n.feed, n.seen_on, n.nth, b.rule, b.what, b.n::bigint as n_before, coalesce(p.n, 0)::bigint as n_listed, b.is_usual
from placed as b
join looks as n on n.provider = b.provider and n.feed = b.feed and n.source_url = b.source_url and n.nth = b.nth + 1
left join placed as p
    on p.provider = n.provider and p.feed = n.feed and p.source_url = n.source_url and p.nth = n.nth
    and p.rule = b.rule and p.what = b.what
