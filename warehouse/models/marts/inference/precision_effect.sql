-- Memory and speed of a model by weight precision, where the gain stops being linear in the bits, and why. GPUs: the
-- fewest (tp) of a currently priced spec that hold the model in FP16. NULL: it does not fit.
-- materialized: table
-- key: model, spec, precision, is_sparse, load
-- columns:
--   load: concurrent requests: 1, 16, 256 or as many as fit (max); prompts and answers of 512 tokens
--   weight_gb, kv_gb: memory of the weights and of one request's KV cache, GB of 1e9 bytes
--   is_sparse: whether two of four weights are zero: an upper bound, on chips that multiply so
--   speedup: output tokens per second relative to FP16 at the same load
--   linear_speedup: factor by which the weights shrink. *_s: seconds of a decode step for reading weights, reading KV
--     caches, computing, and everything else (launches, links)
--   limited_by: the largest of them
with sizes as (
    select model, spec as gpu_spec, min(tp) as tp
    from marts.inference_speed
    where precision = 'FP16' and workload = 'chat' and spec in (select spec from marts.server_prices)
    group by all
),
requests as (
    select
        sizes.*, 1 as pp, 0 as dp_attn, formats.weights, null::varchar as kv_dtype, 512 as isl, 512 as osl, 1 as beams,
        loads.load, loads.concurrency::double as concurrency
    from sizes
    cross join (values ('FP32'), ('FP16'), ('FP8'), ('INT8'), ('INT4'), ('FP4'), ('INT2')) as formats (weights)
    cross join (values ('1', 1), ('16', 16), ('256', 256), ('max', null)) as loads (load, concurrency)
),
served as (
    from marts.inference_of('requests')
),
theta as (
    select map_from_entries(list(row(name, value))) as t
    from marts.theta
    where version = (select max(version) from marts.theta)
),
parts as (
    select
        served.* exclude (pp, dp_attn, kv_dtype, beams, concurrency, output_tokens_per_s),
        gpu_specs.vendor = 'NVIDIA'
        and gpu_specs.architecture in ('Ampere', 'Ada', 'Hopper', 'Blackwell') as can_be_sparse,
        if(vendor = 'AMD', t['amd_efficiency'], 1) as vendor_factor,
        t['mbu'] * vendor_factor * if(llm_specs.experts > 0, t['moe_bandwidth'], 1) as mbu,
        t[
            case
                when served.weights = 'FP4' then 'mfu_prefill_fp4' when
                    served.weights = 'FP8'
                    then 'mfu_prefill_fp8' else 'mfu_prefill_fp16'
            end
        ]
            * t['mfu_decode_ratio'] * vendor_factor * if(llm_specs.experts > 0, t['moe_compute'], 1) as mfu,
        weight_bytes_per_param(served.weights) as bytes_each,
        if(llm_specs.has_mxfp4, least(bytes_each, weight_bytes_per_param('MXFP4')), bytes_each) as expert_bytes_each,
        attended_tokens(
            served.isl + served.osl / 2, llm_specs.layers, llm_specs.full_attention_layers, llm_specs.sliding_window
        ) as looked_back,
        memory_seconds(
            (llm_specs.attention_params + llm_specs.dense_params) * bytes_each + llm_specs.embedding_params * 2
            + if(
                llm_specs.experts > 0,
                llm_specs.moe_layers
                * experts_touched(llm_specs.experts, llm_specs.experts_per_token, served.batch)
                * llm_specs.expert_params
                * expert_bytes_each,
                0
            ),
            served.tp, gpu_specs.bandwidth_gbs, mbu
        ) as weights_s,
        memory_seconds(
            served.batch
            * looked_back
            * kv_copies(served.tp, llm_specs.kv_heads, llm_specs.is_mla, false)
            * kv_bytes_per_token(
                llm_specs.kv_elements_per_token,
                if(widens_mxfp4(llm_specs.has_mxfp4, gpu_specs.fp4_tflops), 'FP16', usual_kv_dtype(served.weights))
            ),
            served.tp, gpu_specs.bandwidth_gbs, mbu
        ) as kv_s,
        compute_seconds(
            served.batch * decode_flop(llm_specs.matmul_params, llm_specs.layers, llm_specs.decode_width, looked_back),
            served.tp,
            compute_tflops(
                served.weights, llm_specs.has_mxfp4, gpu_specs.matmul_tflops, gpu_specs.fp8_tflops, gpu_specs.fp4_tflops
            ),
            mfu
        ) as compute_s
    from served
    join marts.llm_specs on llm_specs.name = served.model
    join marts.gpu_specs on gpu_specs.name = served.gpu_spec
    cross join theta
),
with_sparse as (
    select *, false as is_sparse from parts
    union all by name
    select
        * replace (
            weight_bytes * sparse_bytes_share(bytes_each) as weight_bytes,
            weights_s * sparse_bytes_share(bytes_each) as weights_s,
            compute_s / 2 as compute_s,
            prefill_seconds / 2 as prefill_seconds,
            decode_step_seconds
            - weights_s * (1 - sparse_bytes_share(bytes_each))
            - compute_s / 2 as decode_step_seconds
        ),
        true as is_sparse
    from parts
    where can_be_sparse and weights in ('FP16', 'FP8')
)
select
    model,
    gpu_spec as spec,
    tp,
    weights as precision,
    is_sparse,
    load,
    (weight_bytes / 1e9)::float as weight_gb,
    (kv_bytes_per_request / 1e9)::float as kv_gb,
    fits,
    if(fits, batch, null)::integer as batch,
    if(fits, output_tokens_per_s(osl, prefill_seconds, decode_step_seconds, batch), null)::float as output_tokens_per_s,
    output_tokens_per_s
    / max(output_tokens_per_s) filter (where weights = 'FP16' and not is_sparse) over same as speedup,
    max(weight_gb) filter (where weights = 'FP16' and not is_sparse) over same / weight_gb as linear_speedup,
    if(fits, weights_s, null)::float as weights_s,
    if(fits, kv_s, null)::float as kv_s,
    if(fits, compute_s, null)::float as compute_s,
    if(fits, decode_step_seconds - weights_s - kv_s - compute_s, null)::float as other_s,
    if(fits, case greatest(weights_s, kv_s, compute_s, decode_step_seconds - weights_s - kv_s - compute_s)
        when weights_s then 'reading weights'
        when kv_s then 'reading KV caches'
        when compute_s then 'computing'
        else 'launches and links'
    end, null) as limited_by,
    theta_version
from with_sparse
window same as (partition by model, gpu_spec, load)
order by model, spec, load, weight_gb desc, precision, is_sparse
