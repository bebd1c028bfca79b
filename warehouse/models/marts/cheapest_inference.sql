-- Where a model is cheapest to serve now: the five cheapest GPUs and providers, and how much dearer the runners-up are.
-- Grain: model x workload x precision x pricing_model x term_months x place. Servers at the largest load that keeps the
-- workload's latency, or the largest that fits where nobody waits. usd_per_m_tokens: USD per million tokens in the
-- workload's mix of input and output; dearer_pct: above place 1, in percent. instance (a machine of gpu_count GPUs),
-- region, source_url: of the price.
with placed as (
    -- Before the receipts are joined: of hundreds of thousands five of each are wanted.
    select
        c.*,
        row_number() over (same order by c.usd_per_m_tokens, c.provider, c.spec) as place,
        (100 * (c.usd_per_m_tokens / min(c.usd_per_m_tokens) over same - 1))::float as dearer_pct
    from marts.inference_cost as c
    join marts.workloads as w using (workload)
    where c.operating_point = if(w.tpot_limit_s is null, 'max_batch', 'latency_bound')
    window same as (partition by c.model, c.workload, c.precision, c.pricing_model, c.term_months)
    qualify place <= 5
)
select
    c.model,
    c.workload,
    c.precision,
    c.pricing_model,
    c.term_months,
    c.place,
    c.spec,
    c.tp,
    c.provider,
    p.instance,
    p.gpu_count,
    p.region,
    c.usd_per_gpu_hour,
    c.utilisation,
    c.usd_per_m_input_tokens,
    c.usd_per_m_output_tokens,
    c.usd_per_m_tokens,
    c.dearer_pct,
    c.tpot_s,
    c.theta_version,
    p.as_of,
    p.origin,
    p.source_url
from placed as c
join marts.server_prices as p using (provider, spec, pricing_model, term_months, tp)
order by model, workload, precision, pricing_model, term_months, place
