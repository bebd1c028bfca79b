-- Machines that can be rented on a day and hold a model: of each spec, server size and machine size the cheapest, with
-- what it costs a day and how many tokens it can process. hit_rate: share of the input whose prefill a cache saves;
-- input_share: share of the input in all tokens, NULL: the workload's. One row per workload, precision, spec, tp,
-- gpu_count, pricing_model, term_months. capacity_tokens_per_day: input and output tokens, always busy.
create or replace macro marts.self_host_machines_as_of(
    as_of, of_model, hit_rate := 0, input_share := null
) as table
with rents as (
    select
        offers.spec,
        offers.tp,
        offers.pricing_model,
        coalesce(offers.term_months, 0) as term_months,
        -- A price per GPU buys as many of them as a server needs.
        greatest(offers.gpu_count::integer, offers.tp) as gpu_count,
        offers.usd_per_gpu_hour,
        offers.provider,
        offers.instance,
        offers.source_url
    from marts.server_offers_as_of(as_of) as offers
    qualify row_number() over (
        partition by
            offers.spec, offers.tp, offers.pricing_model, coalesce(offers.term_months, 0),
            greatest(offers.gpu_count::integer, offers.tp)
        order by
            offers.usd_per_gpu_hour, offers.provider, offers.instance, offers.region, offers.series_id
    ) = 1
)
select
    as_of::date as as_of,
    inference_speed.model,
    inference_speed.workload,
    inference_speed.precision,
    rents.*,
    workloads.isl,
    workloads.osl,
    coalesce(input_share, workloads.isl / (workloads.isl + workloads.osl))::double as input_share,
    workloads.utilisation as usual_utilisation,
    gpu_seconds_per_m_mixed(
        inference_speed.gpu_seconds_per_m_input_tokens::double,
        inference_speed.gpu_seconds_per_m_output_tokens::double,
        coalesce(input_share, workloads.isl / (workloads.isl + workloads.osl)),
        1 - coalesce(input_share, workloads.isl / (workloads.isl + workloads.osl)),
        hit_rate
    ) as gpu_seconds_per_m_tokens,
    usd_for_seconds(gpu_seconds_per_m_tokens, rents.usd_per_gpu_hour) as own_usd_per_m_tokens_at_full_use,
    rents.usd_per_gpu_hour::double * rents.gpu_count * 24 as own_usd_per_day,
    rents.gpu_count * 86400 / gpu_seconds_per_m_tokens * 1e6 as capacity_tokens_per_day,
    inference_speed.theta_version
from marts.inference_speed
join marts.workloads using (workload)
join rents using (spec, tp)
where inference_speed.model = of_model
    and inference_speed.precision in ('FP16', 'FP8')
    and inference_speed.operating_point = if(workloads.tpot_limit_s is null, 'max_batch', 'latency_bound');
