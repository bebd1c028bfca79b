-- Prices that only the general reader read, where the provider's own layout failed. Why: a page that changed may mean
-- something else now. What agrees with known offers of the page comes under their names and is judged like any price;
-- the rest is published once another source of the provider states the same.
-- materialized: table
-- driven_by: intermediate.gated_versions
-- key: series_no, version_no, rule
with held as (
    select * from intermediate.gated_versions where is_new and source = 'general_reader' and hourly_usd > 0
),
confirmed as (
    select distinct held.series_no, held.version_no
    from held
    join intermediate.gated_versions as other
        on other.provider = held.provider and other.source <> 'general_reader' and other.gpu = held.gpu
        and other.gpu_count is not distinct from held.gpu_count and other.pricing_model = held.pricing_model
        and other.term_months is not distinct from held.term_months
        and other.first_on <= held.last_on + 1 and coalesce(other.ended_on, other.last_on) >= held.first_on - 1
        and abs(other.hourly_usd / held.hourly_usd - 1) <= 0.02
)
select
    held.series_no,
    held.version_no,
    gate_rules.rule,
    gate_rules.verdict,
    gate_rules.class,
    gate_rules.is_contradiction,
    null::double as expected,
    'read by the general reader, since the page no longer has the layout that is known' as reason
from held
left join confirmed using (series_no, version_no)
cross join (select * from seeds.gate_rules where rule = 'general_reader') as gate_rules
where confirmed.series_no is null
