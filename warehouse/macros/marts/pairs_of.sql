-- What serving takes of a model, its formats, a chip and an engine alone, worked out once for all requests that share
-- them. Key: model, gpu_spec, weights, kv_dtype, engine, of which the last two may be NULL. requests: as
-- marts.inference_of takes them. Pairs whose model or GPU has no spec are left out. kv_stored_as: format of the KV
-- cache; *_flops: FLOP per second that one GPU reaches; *_mbu: share of its bandwidth that is reached; *_s: seconds.
create or replace macro marts.pairs_of(requests) as table
with constants as (
    select
        max(value) filter (where name = 'usable_memory') as usable_memory,
        max(value) filter (where name = 'reserved_gb') as reserved_gb,
        max(value) filter (where name = 'mfu_fp16') as mfu_fp16,
        max(value) filter (where name = 'mfu_fp8') as mfu_fp8,
        max(value) filter (where name = 'mfu_fp4') as mfu_fp4,
        max(value) filter (where name = 'block_fp8_hopper') as block_fp8_hopper,
        max(value) filter (where name = 'block_fp8') as block_fp8,
        max(value) filter (where name = 'card_compute') as card_compute,
        max(value) filter (where name = 'pcie_compute') as pcie_compute,
        max(value) filter (where name = 'mla_compute') as mla_compute,
        max(value) filter (where name = 'mbu') as mbu,
        max(value) filter (where name = 'kv_bandwidth') as kv_bandwidth,
        max(value) filter (where name = 'mla_bandwidth') as mla_bandwidth,
        max(value) filter (where name = 'step_seconds') as step_seconds,
        max(value) filter (where name = 'step_seconds_hopper') as step_seconds_hopper,
        max(value) filter (where name = 'step_seconds_blackwell') as step_seconds_blackwell,
        max(value) filter (where name = 'layer_seconds') as layer_seconds,
        max(value) filter (where name = 'moe_layer_seconds') as moe_layer_seconds,
        max(value) filter (where name = 'sparse_layer_seconds') as sparse_layer_seconds,
        max(value) filter (where name = 'amd_efficiency') as amd_efficiency,
        max(value) filter (where name = 'amd_overhead') as amd_overhead,
        max(value) filter (where name = 'gaudi_efficiency') as gaudi_efficiency,
        max(value) filter (where name = 'tensorrt_efficiency') as tensorrt_efficiency
    from marts.theta
    where version = (select max(version) from marts.theta)
),
given as (
    from query_table(requests)
    union all by name
    select null::varchar as engine where false
),
asked as (select distinct model, gpu_spec, weights, kv_dtype::varchar as kv_dtype, engine from given),
described as (
    select
        asked.*,
        constants.*,
        llm_specs.* exclude (name, same_shape, note, source, released_on),
        llm_specs.experts > 0 as is_moe,
        checkpoint_format(asked.weights, llm_specs.published_as) as stored_as,
        widens_mxfp4(llm_specs.has_mxfp4 or asked.weights = 'MXFP4', gpu_specs.fp4_tflops) as is_widened,
        if(is_widened, 'FP16', coalesce(asked.kv_dtype, usual_kv_dtype(asked.weights))) as kv_stored_as,
        gpu_specs.device_mib,
        gpu_specs.bandwidth_gbs,
        gpu_specs.architecture,
        gpu_specs.vendor,
        gpu_specs.link_gbs,
        gpu_specs.link_kind,
        gpu_specs.fabric_gpus,
        gpu_specs.form_factor,
        gpu_specs.matmul_tflops,
        gpu_specs.fp8_tflops,
        gpu_specs.fp4_tflops,
        gpu_specs.int8_tops
    from asked
    join marts.llm_specs on llm_specs.name = asked.model
    join marts.gpu_specs on gpu_specs.name = asked.gpu_spec
    cross join constants
),
formatted as (
    select
        *,
        weight_bytes_per_param(stored_as) as weight_bytes_each,
        if(has_mxfp4, least(weight_bytes_each, weight_bytes_per_param('MXFP4')), weight_bytes_each)
            as expert_bytes_each,
        -- Mixtures in four bits keep everything but the experts in eight, gpt-oss in sixteen.
        is_moe and weight_bytes_each < 1 as is_partly_narrow,
        case when not is_partly_narrow then weight_bytes_each when has_mxfp4 then 2e0 else 1e0 end as rest_bytes_each,
        compute_format(stored_as, is_widened, fp8_tflops, fp4_tflops, int8_tops) as expert_format,
        case
            when not is_partly_narrow then expert_format
            when stored_as in ('FP4', 'MXFP4') and not is_widened
                then compute_format('FP8', false, fp8_tflops, fp4_tflops, int8_tops)
            else 'FP16'
        end as rest_format,
        vendor_share(vendor, architecture, amd_efficiency, gaudi_efficiency)
        * if(engine_is_tensorrt(engine), tensorrt_efficiency, 1) as efficiency,
        efficiency * form_share(form_factor, link_kind, card_compute, pcie_compute) as compute_efficiency,
        block_scale_share(stored_as, architecture, block_fp8_hopper, block_fp8) as block_share,
        case when architecture = 'Hopper' then step_seconds_hopper
            when architecture in ('Blackwell', 'Blackwell Ultra') then step_seconds_blackwell
            else step_seconds
        end as launch_seconds,
        if(vendor = 'AMD', amd_overhead, 1) as overhead,
        moe_layers * experts_per_token * expert_params as expert_params_read,
        matmul_params - if(is_moe, expert_params_read, 0) as rest_params,
        reached_flops(
            compute_tflops(rest_format, matmul_tflops, fp8_tflops, fp4_tflops, int8_tops),
            format_mfu(rest_format, mfu_fp16, mfu_fp8, mfu_fp4) * block_share * compute_efficiency
        ) as rest_flops
    from described
)
select
    model,
    gpu_spec,
    weights,
    kv_dtype,
    engine,
    kv_stored_as,
    usable_bytes(device_mib, usable_memory, reserved_gb) as usable_bytes,
    bandwidth_gbs,
    link_gbs,
    link_kind,
    fabric_gpus,
    layers,
    full_attention_layers,
    sliding_window,
    hidden,
    kv_heads,
    is_mla,
    is_moe,
    moe_layers,
    experts,
    experts_per_token,
    expert_params,
    state_elements,
    prefill_width,
    decode_width,
    attention_params,
    dense_params,
    rest_bytes_each,
    expert_bytes_each,
    moe_layers * experts * expert_params * expert_bytes_each as expert_bytes,
    embedding_params * 2 as embedding_bytes,
    embeddings * embedding_params * 2 as embeddings_bytes,
    kv_bytes_per_token(kv_elements_per_token, kv_stored_as) as kv_token_bytes_once,
    -- A state is read and written anew.
    2 * state_elements * state_bytes_per_element() as state_bytes_moved,
    reached_flops(
        compute_tflops(expert_format, matmul_tflops, fp8_tflops, fp4_tflops, int8_tops),
        format_mfu(expert_format, mfu_fp16, mfu_fp8, mfu_fp4) * block_share * compute_efficiency
    ) as expert_flops,
    reached_flops(matmul_tflops, mfu_fp16 * if(is_mla, mla_compute, 1) * compute_efficiency) as attention_flops,
    matmul_flop(expert_params_read) as expert_flop,
    matmul_flop(rest_params) / rest_flops as rest_s,
    mbu * efficiency as weights_mbu,
    mbu * efficiency * if(is_mla, mla_bandwidth, kv_bandwidth) as kv_mbu,
    (
        launch_seconds
        + (layer_seconds + if(is_sparse, sparse_layer_seconds, 0)) * layers
        + moe_layer_seconds * moe_layers
    ) * overhead as launches_s,
    overhead
from formatted;
