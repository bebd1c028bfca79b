-- The five cheapest GPUs and providers that serve a model now, and how much dearer each is than the first. Servers run
-- at the largest load that keeps the workload's latency, or the largest that fits where there is no limit. instance (a
-- machine of gpu_count GPUs), region, source_url: of the price.
-- materialized: table
-- key: model, workload, precision, pricing_model, term_months, place
-- columns:
--   usd_per_m_tokens: USD per million tokens in the workload's mix of input and output
--   dearer_pct: percent above place 1
--   class, band_factor: nine in ten measurements of that class (marts.accuracy) lie within the factor either way
with placed as (
    -- Ranked before the receipts are joined: five of each are needed from hundreds of thousands.
    select
        inference_cost.*,
        row_number()
            over (same order by inference_cost.usd_per_m_tokens, inference_cost.provider, inference_cost.spec)
            as place,
        (100 * (inference_cost.usd_per_m_tokens / min(inference_cost.usd_per_m_tokens) over same - 1))::float
            as dearer_pct
    from marts.inference_cost
    join marts.workloads using (workload)
    where inference_cost.operating_point = if(workloads.tpot_limit_s is null, 'max_batch', 'latency_bound')
    window
        same as (
            partition by
                inference_cost.model,
                inference_cost.workload,
                inference_cost.precision,
                inference_cost.pricing_model,
                inference_cost.term_months
        )
    qualify place <= 5
),
classed as (
    select
        placed.*,
        accuracy_class(
            model_family(llm_specs.is_mla, llm_specs.experts),
            accuracy_format(
                checkpoint_format(placed.precision, llm_specs.published_as),
                gpu_specs.fp8_tflops is null,
                gpu_specs.fp4_tflops is null
            ),
            gpu_specs.vendor,
            'offline'
        ) as asked_class
    from placed
    join marts.llm_specs on llm_specs.name = placed.model
    join marts.gpu_specs on gpu_specs.name = placed.spec
),
asked as (select asked_class as class from classed),
bands as (select class as asked_class, measured_class as class, band_factor from marts.bands_of('asked'))
select
    placed.model,
    placed.workload,
    placed.precision,
    placed.pricing_model,
    placed.term_months,
    placed.place,
    placed.spec,
    placed.tp,
    placed.provider,
    server_prices.instance,
    server_prices.gpu_count,
    server_prices.region,
    placed.usd_per_gpu_hour,
    placed.utilisation,
    placed.usd_per_m_input_tokens,
    placed.usd_per_m_output_tokens,
    placed.usd_per_m_tokens,
    placed.dearer_pct,
    placed.tpot_s,
    placed.theta_version,
    bands.class,
    bands.band_factor,
    server_prices.as_of,
    server_prices.origin,
    server_prices.source_url
from classed as placed
join bands using (asked_class)
join marts.server_prices using (provider, spec, pricing_model, term_months, tp)
order by model, workload, precision, pricing_model, term_months, place
