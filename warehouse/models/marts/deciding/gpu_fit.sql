-- GPUs that hold a model for a purpose, and their current price per hour.
-- materialized: table
-- key: purpose, model, spec
-- columns:
--   purpose: full training (16 bytes per parameter, shared over GPUs), LoRA and QLoRA fine-tuning (adapters of rank 16
--     on four matrices per layer), inference (8-bit weights, at the chat workload's latency), latency-tolerant
--     inference (the same at the largest batch) and image model (FP16, one image at a time)
--   gpus: fewest GPUs that hold it, without training activations; for inference the cheapest of 1, 2, 4 and 8
--   fits: one GPU, one machine (some priced machine is as large) or several machines
--   usd_per_hour: USD per hour of those GPUs, at the lowest on-demand price where so many can be rented together
--     (why_no_training); GPUs that nobody rents out in that number are left out
--   usd_per_m_tokens: USD per million tokens for inference, NULL for training and images
--   place: rank by usd_per_m_tokens, or by usd_per_hour where that is NULL
with constants as (
    select
        max(value) filter (where name = 'usable_memory') as usable_memory,
        max(value) filter (where name = 'reserved_gb') as reserved_gb
    from marts.theta
    where version = (select max(version) from marts.theta)
),
rents as (
    select * from marts.cost_offers_as_of(core.as_of_day()) where pricing_model = 'on_demand' and source <> 'seed'
),
largest as (
    select spec, max(gpu_count) as max_gpus from marts.server_prices where pricing_model = 'on_demand' group by spec
),
needs as (
    select
        trainings.purpose,
        llm_specs.name as model,
        case trainings.purpose
            when 'full training' then full_training_bytes(llm_specs.rebuilt_params)
            when
                'LoRA fine-tuning'
                then
                    lora_training_bytes(
                        llm_specs.rebuilt_params, lora_params(llm_specs.layers, llm_specs.hidden, 16, 4)
                    )
            when
                'QLoRA fine-tuning'
                then
                    qlora_training_bytes(
                        llm_specs.rebuilt_params, lora_params(llm_specs.layers, llm_specs.hidden, 16, 4)
                    )
        end as bytes
    from marts.llm_specs
    cross join (values ('full training'), ('LoRA fine-tuning'), ('QLoRA fine-tuning')) as trainings (purpose)
    union all
    select 'image model', model, params_b * 1e9 * weight_bytes_per_param('FP16') from seeds.image_models
),
holders as (
    select
        needs.purpose,
        needs.model,
        gpu_specs.name as spec,
        smallest_gpus(needs.bytes, 0, gpu_specs.device_mib, constants.usable_memory, constants.reserved_gb) as gpus
    from needs
    cross join constants
    join marts.gpu_specs on true
    -- An image is made on one card: the model is small and is not split.
    where needs.purpose <> 'image model' or gpus = 1
),
cheapest as (
    select numbers.spec, numbers.gpus, rents.provider, rents.usd_per_gpu_hour
    from (select distinct spec, gpus from holders) as numbers
    join rents
        on
            rents.spec = numbers.spec
            and why_no_training(
                numbers.gpus,
                rents.gpu_count,
                rents.max_gpu_count,
                rents.price_unit,
                rents.availability,
                rents.is_marketplace,
                rents.has_fabric
            ) is null
    qualify row_number() over (
        partition by numbers.spec, numbers.gpus order by rents.usd_per_gpu_hour, rents.provider, rents.series_id
    ) = 1
),
candidates as (
    select
        holders.purpose,
        holders.model,
        holders.spec,
        cheapest.provider,
        cheapest.usd_per_gpu_hour,
        null::double as usd_per_m_tokens,
        holders.gpus
    from holders
    join cheapest using (spec, gpus)
    union all
    select
        if(operating_point = 'max_batch', 'latency-tolerant inference', 'inference'),
        model,
        spec,
        provider,
        usd_per_gpu_hour,
        usd_per_m_tokens, tp
    from marts.inference_cost
    where workload = 'chat' and precision in ('FP8', 'INT8') and pricing_model = 'on_demand'
    qualify row_number() over (partition by model, spec, operating_point order by usd_per_m_tokens, provider) = 1
)
select
    purpose,
    model,
    spec,
    gpus::bigint as gpus,
    case when gpus = 1 then 'one GPU' when gpus <= max_gpus then 'one machine' else 'several machines' end as fits,
    provider,
    usd_per_gpu_hour,
    gpus * usd_per_gpu_hour::double as usd_per_hour,
    usd_per_m_tokens,
    row_number() over (partition by purpose, model order by coalesce(usd_per_m_tokens, usd_per_hour), spec) as place
from candidates
join largest using (spec)
order by purpose, model, place
