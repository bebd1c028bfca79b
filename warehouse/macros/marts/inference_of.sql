-- Serving figures for every row of a relation of requests, in one pass: the only place with the whole chain of
-- formulas. requests: name of a table, view or WITH query with the columns model (llm_specs.name), gpu_spec
-- (gpu_specs.name), tp, pp, dp_attn (0 or 1), weights (weight_format), kv_dtype (NULL: usual_kv_dtype), isl, osl,
-- concurrency (NULL: as many as fit) and beams (sequences per request, 1 unless beam search); other columns pass
-- through. Rows whose model or GPU has no spec are left out. Results are for one server of gpus = tp x pp, at the
-- newest version of marts.theta. fits: whether it holds the weights and at least one request. Where only the weights
-- fit, times are those of a batch of one; where they do not, or a spec lacks a figure, NULL. GPU-seconds become USD by
-- usd_per_m_tokens().
create or replace macro marts.inference_of(requests) as table
with constants as (
    select
        max(version) as theta_version,
        max(value) filter (where name = 'mfu_prefill_fp16') as mfu_fp16,
        max(value) filter (where name = 'mfu_prefill_fp8') as mfu_fp8,
        max(value) filter (where name = 'mfu_prefill_fp4') as mfu_fp4,
        max(value) filter (where name = 'mfu_decode_ratio') as mfu_decode_ratio,
        max(value) filter (where name = 'mbu') as mbu,
        max(value) filter (where name = 'step_seconds') as step_seconds,
        max(value) filter (where name = 'layer_seconds') as layer_seconds,
        max(value) filter (where name = 'fabric_latency_seconds') as fabric_latency,
        max(value) filter (where name = 'pcie_latency_seconds') as pcie_latency,
        max(value) filter (where name = 'link_efficiency') as link_efficiency,
        max(value) filter (where name = 'pcie_gbs') as pcie_gbs,
        max(value) filter (where name = 'usable_memory') as usable_memory,
        max(value) filter (where name = 'reserved_gb') as reserved_gb,
        max(value) filter (where name = 'output_in_kv') as output_in_kv,
        max(value) filter (where name = 'max_batch') as scheduler_batch,
        max(value) filter (where name = 'amd_efficiency') as amd_efficiency,
        max(value) filter (where name = 'amd_overhead') as amd_overhead,
        max(value) filter (where name = 'moe_compute') as moe_compute,
        max(value) filter (where name = 'moe_bandwidth') as moe_bandwidth
    from marts.theta
    where version = (select max(version) from marts.theta)
),
asked as (
    select
        request,
        request.weights,
        request.isl::double as isl,
        request.osl::double as osl,
        request.tp::double as tp,
        request.pp::double as stages,
        request.tp::double * request.pp as gpus, coalesce(request.concurrency::double, 'infinity') as concurrency,
        request.beams::double as beams, request.dp_attn = 1 as is_dp_attn,
        if(
            widens_mxfp4(llm_specs.has_mxfp4 or request.weights = 'MXFP4', gpu_specs.fp4_tflops),
            'FP16',
            coalesce(request.kv_dtype::varchar, usual_kv_dtype(request.weights))
        )
            as kv_dtype,
        llm_specs.* exclude (name, same_shape, note, source, released_on), llm_specs.experts > 0 as is_moe,
        gpu_specs.device_mib,
        gpu_specs.bandwidth_gbs,
        gpu_specs.vendor = 'AMD' as is_amd,
        gpu_specs.link_gbs,
        gpu_specs.link_kind,
        gpu_specs.matmul_tflops,
        gpu_specs.fp8_tflops,
        gpu_specs.fp4_tflops
    from query_table(requests) as request
    join marts.llm_specs on llm_specs.name = request.model
    join marts.gpu_specs on gpu_specs.name = request.gpu_spec
),
placed as (
    select
        *,
        -- Bridges join two cards; larger groups communicate over PCIe.
        link_kind = 'bridge' and gpus > 2 as is_split,
        if(is_split, pcie_gbs, link_gbs / 2) * link_efficiency as reached_gbs,
        if(is_split or link_kind = 'pcie', pcie_latency, fabric_latency) as latency_seconds,
        compute_tflops(weights, has_mxfp4 or weights = 'MXFP4', matmul_tflops, fp8_tflops, fp4_tflops) as tflops,
        case
            -- Widened weights reach what FP16 reaches.
            when weights = 'FP4' or weights = 'MXFP4' and fp4_tflops is not null then mfu_fp4
            when weights = 'FP8' then mfu_fp8
            else mfu_fp16
        end * if(is_amd, amd_efficiency, 1) * if(is_moe, moe_compute, 1) as mfu,
        mbu * if(is_amd, amd_efficiency, 1) * if(is_moe, moe_bandwidth, 1) as reached_mbu,
        if(is_amd, amd_overhead, 1) as overhead,
        weight_bytes_per_param(weights) as weight_bytes_each,
        if(has_mxfp4, least(weight_bytes_each, weight_bytes_per_param('MXFP4')), weight_bytes_each)
            as expert_bytes_each,
        -- Data-parallel attention is whole on every rank.
        attention_params * if(is_dp_attn, tp, 1) as attention_stored,
        kv_copies(tp, kv_heads, is_mla, is_dp_attn)
        * kv_bytes_per_token(kv_elements_per_token, kv_dtype) as kv_token_bytes
    from asked
    cross join constants
),
held as (
    select
        *,
        (attention_stored + dense_params) * weight_bytes_each + moe_layers * experts * expert_params * expert_bytes_each
            + embeddings * embedding_params * 2 as weight_bytes,
        free_bytes(gpus, device_mib, weight_bytes, usable_memory, reserved_gb) as kv_room_bytes,
        kv_token_bytes
        * attended_tokens(isl + beams * output_in_kv * osl, layers, full_attention_layers, sliding_window)
            as kv_bytes_per_request,
        max_batch(kv_room_bytes, kv_bytes_per_request) as most_requests,
        greatest(1, least(most_requests, concurrency, scheduler_batch * if(is_dp_attn, tp, 1))) as requests_together,
        greatest(1, requests_together / stages) * beams as sequences
    from placed
),
stepped as (
    select
        *,
        attended_tokens(isl + osl / 2, layers, full_attention_layers, sliding_window) as looked_back,
        if(
            is_dp_attn and is_moe,
            all_to_all_seconds_per_token(moe_layers, hidden, experts_per_token, tp, reached_gbs),
            all_reduce_seconds_per_token(layers, hidden, tp, reached_gbs)
        ) / stages as link_seconds_per_token,
        memory_seconds(
            (
                (attention_stored + dense_params) * weight_bytes_each
                + if(
                    is_moe,
                    moe_layers
                    * experts_touched(experts, experts_per_token, sequences)
                    * expert_params
                    * expert_bytes_each,
                    0
                )
                + embedding_params * 2
                + sequences * kv_token_bytes * looked_back
            ) / stages,
            tp, bandwidth_gbs, reached_mbu
        ) as memory_s,
        compute_seconds(
            sequences * decode_flop(matmul_params, layers, decode_width, looked_back) / stages,
            tp,
            tflops,
            mfu * mfu_decode_ratio
        ) as compute_s,
        (collective_latency_seconds(layers, tp, latency_seconds) / stages + sequences * link_seconds_per_token)
        * overhead as link_s,
        (step_seconds + layer_seconds * layers) * overhead / stages as fixed_s,
        compute_seconds(
            prefill_flop(
                matmul_params,
                layers,
                prefill_width,
                isl,
                attended_tokens(isl, layers, full_attention_layers, sliding_window)
            ),
            gpus, tflops, mfu
        ) + isl * link_seconds_per_token as prefill_s,
        decode_step_seconds(stages, memory_s, compute_s, link_s, fixed_s) as step_s
    from held
)
select
    request.* replace (kv_dtype as kv_dtype),
    gpus::integer as gpus,
    theta_version,
    most_requests >= 1 as fits,
    most_requests::bigint as max_batch,
    weight_bytes,
    kv_bytes_per_request,
    kv_room_bytes,
    if(kv_room_bytes > 0, requests_together, null) as batch,
    if(kv_room_bytes > 0, prefill_s, null) as prefill_seconds,
    if(kv_room_bytes > 0, step_s, null) as decode_step_seconds,
    if(kv_room_bytes > 0, ttft_seconds(prefill_s, memory_s, step_seconds + layer_seconds * layers), null) as ttft_s,
    if(kv_room_bytes > 0, tpot_seconds(step_s, requests_together, prefill_s, osl), null) as tpot_s,
    if(kv_room_bytes > 0, output_tokens_per_s(osl, prefill_s, step_s, requests_together), null) as output_tokens_per_s,
    output_tokens_per_s / gpus as output_tokens_per_s_per_gpu,
    if(kv_room_bytes > 0, gpu_seconds_per_m_input(gpus, prefill_s, isl), null) as gpu_seconds_per_m_input_tokens,
    if(kv_room_bytes > 0, gpu_seconds_per_m_output(gpus, step_s, requests_together), null)
        as gpu_seconds_per_m_output_tokens
from stepped;
