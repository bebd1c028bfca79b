-- Serving figures for every row of a relation of requests, in one pass: the only place with the whole chain of
-- formulas. requests: name of a table, view or WITH query with the columns model (llm_specs.name), gpu_spec
-- (gpu_specs.name), tp, pp, dp_attn (0; 1: attention is data parallel; 2, 4, ..: over so many ranks), weights
-- (weight_format), kv_dtype (NULL: usual_kv_dtype), isl, osl, concurrency (NULL: as many as fit) and beams (sequences
-- per request, 1 unless beam search). May also have: ep (ranks that share the experts; NULL: tp with data-parallel
-- attention, else 1), engine ('TensorRT-LLM', else any), is_pool (prefill runs on GPUs of its own: figures are of the
-- decode pool), drafts and acceptance (tokens guessed per step, and how often one is right), cached_share (share of the
-- prompt whose KV is there already). Other columns pass through. Rows whose model or GPU has no spec are left out.
-- Results are for one server of gpus = tp x pp, at the newest version of marts.theta. fits: whether it holds the
-- weights and at least one request. weights_seconds, kv_seconds and compute_seconds are parts of decode_step_seconds;
-- the rest is launches and links. Where only the weights fit, times are those of a batch of one; where they do not,
-- or a spec lacks a figure, NULL. GPU-seconds become USD by usd_per_m_tokens().
create or replace macro marts.inference_of(requests) as table
with constants as (
    select
        max(version) as theta_version,
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
        max(value) filter (where name = 'sequence_seconds') as sequence_seconds,
        max(value) filter (where name = 'fabric_latency_seconds') as fabric_latency,
        max(value) filter (where name = 'pcie_latency_seconds') as pcie_latency,
        max(value) filter (where name = 'network_latency_seconds') as network_latency,
        max(value) filter (where name = 'link_efficiency') as link_efficiency,
        max(value) filter (where name = 'pcie_gbs') as pcie_gbs,
        max(value) filter (where name = 'network_gbs') as network_gbs,
        max(value) filter (where name = 'exchange_gbs') as exchange_gbs,
        max(value) filter (where name = 'usable_memory') as usable_memory,
        max(value) filter (where name = 'reserved_gb') as reserved_gb,
        max(value) filter (where name = 'output_in_kv') as output_in_kv,
        max(value) filter (where name = 'max_batch') as scheduler_batch,
        max(value) filter (where name = 'prefill_chunk') as prefill_chunk,
        max(value) filter (where name = 'amd_efficiency') as amd_efficiency,
        max(value) filter (where name = 'amd_overhead') as amd_overhead,
        max(value) filter (where name = 'gaudi_efficiency') as gaudi_efficiency,
        max(value) filter (where name = 'tensorrt_efficiency') as tensorrt_efficiency,
        max(value) filter (where name = 'moe_compute') as moe_compute,
        max(value) filter (where name = 'tokens_per_expert') as tokens_per_expert,
        max(value) filter (where name = 'expert_imbalance') as expert_imbalance,
        max(value) filter (where name = 'draft_acceptance') as draft_acceptance
    from marts.theta
    where version = (select max(version) from marts.theta)
),
given as (
    from query_table(requests)
    union all by name
    select
        null::double as ep,
        null::varchar as engine,
        null::boolean as is_pool,
        null::double as drafts,
        null::double as acceptance,
        null::double as cached_share
    where false
),
asked as (
    select
        given as request,
        given.isl::double as isl,
        given.osl::double as osl,
        given.tp::double as tp,
        given.pp::double as stages,
        given.tp::double * given.pp as gpus,
        coalesce(given.concurrency::double, 'infinity') as concurrency,
        given.beams::double as beams,
        (case given.dp_attn when 0 then 1 when 1 then given.tp else least(given.dp_attn, given.tp) end)::double
            as dp_ranks,
        coalesce(given.is_pool, false) as is_pool,
        coalesce(given.drafts, 0) as drafts,
        1 - coalesce(given.cached_share, 0) as read_share,
        coalesce(given.ep, if(given.dp_attn = 0, 1, given.tp)) > 1 and llm_specs.experts > 0 as is_expert_parallel,
        llm_specs.* exclude (name, same_shape, note, source, released_on),
        llm_specs.experts > 0 as is_moe,
        checkpoint_format(given.weights, llm_specs.published_as) as weights,
        widens_mxfp4(llm_specs.has_mxfp4 or given.weights = 'MXFP4', gpu_specs.fp4_tflops) as is_widened,
        if(is_widened, 'FP16', coalesce(given.kv_dtype::varchar, usual_kv_dtype(given.weights))) as kv_dtype,
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
    from given
    join marts.llm_specs on llm_specs.name = given.model
    join marts.gpu_specs on gpu_specs.name = given.gpu_spec
),
placed as (
    select
        *,
        -- Beyond the fabric is the network.
        tp > fabric_gpus as is_far,
        if(is_far, network_gbs, one_way_gbs(link_kind, link_gbs, gpus, pcie_gbs) * link_efficiency) as reached_gbs,
        if(is_far, network_latency, link_latency_seconds(link_kind, gpus, fabric_latency, pcie_latency))
            as latency_seconds,
        weight_bytes_per_param(weights) as weight_bytes_each,
        if(has_mxfp4, least(weight_bytes_each, weight_bytes_per_param('MXFP4')), weight_bytes_each)
            as expert_bytes_each,
        -- Mixtures in four bits keep everything but the experts in eight, gpt-oss in sixteen.
        is_moe and weight_bytes_each < 1 as is_partly_narrow,
        case when not is_partly_narrow then weight_bytes_each when has_mxfp4 then 2e0 else 1e0 end as rest_bytes_each,
        compute_format(weights, is_widened, fp8_tflops, fp4_tflops, int8_tops) as expert_format,
        case
            when not is_partly_narrow then expert_format
            when weights in ('FP4', 'MXFP4') and not is_widened
                then compute_format('FP8', false, fp8_tflops, fp4_tflops, int8_tops)
            else 'FP16'
        end as rest_format,
        vendor_share(vendor, architecture, amd_efficiency, gaudi_efficiency)
        * if(engine_is_tensorrt(request.engine), tensorrt_efficiency, 1) as efficiency,
        efficiency * form_share(form_factor, link_kind, card_compute, pcie_compute) as compute_efficiency,
        block_scale_share(weights, architecture, block_fp8_hopper, block_fp8) as block_share,
        case when architecture = 'Hopper' then step_seconds_hopper
            when architecture in ('Blackwell', 'Blackwell Ultra') then step_seconds_blackwell
            else step_seconds
        end as launch_seconds,
        if(vendor = 'AMD', amd_overhead, 1) as overhead,
        if(is_expert_parallel, expert_imbalance, 1) as imbalance,
        -- Data-parallel attention is whole on every one of its ranks.
        attention_params * dp_ranks as attention_stored,
        kv_copies(tp / dp_ranks, kv_heads, is_mla) * kv_bytes_per_token(kv_elements_per_token, kv_dtype)
            as kv_token_bytes,
        1 + drafts as positions,
        tokens_per_step(drafts, coalesce(request.acceptance, draft_acceptance)) as step_tokens
    from asked
    cross join constants
),
held as (
    select
        *,
        reached_flops(
            compute_tflops(expert_format, matmul_tflops, fp8_tflops, fp4_tflops, int8_tops),
            format_mfu(expert_format, mfu_fp16, mfu_fp8, mfu_fp4) * block_share * compute_efficiency
        ) as expert_flops,
        reached_flops(
            compute_tflops(rest_format, matmul_tflops, fp8_tflops, fp4_tflops, int8_tops),
            format_mfu(rest_format, mfu_fp16, mfu_fp8, mfu_fp4) * block_share * compute_efficiency
        ) as rest_flops,
        reached_flops(matmul_tflops, mfu_fp16 * if(is_mla, mla_compute, 1) * compute_efficiency) as attention_flops,
        moe_layers * experts_per_token * expert_params as expert_params_read,
        matmul_params - if(is_moe, expert_params_read, 0) as rest_params,
        (attention_stored + dense_params) * rest_bytes_each + moe_layers * experts * expert_params * expert_bytes_each
        + embeddings * embedding_params * 2 as weight_bytes,
        free_bytes(gpus, device_mib, weight_bytes, usable_memory, reserved_gb) as kv_room_bytes,
        kv_token_bytes
        * attended_tokens(isl + beams * output_in_kv * osl, layers, full_attention_layers, sliding_window)
        + beams * state_elements * state_bytes_per_element()
            as kv_bytes_per_request,
        max_batch(kv_room_bytes, kv_bytes_per_request) as most_requests,
        greatest(1, least(most_requests, concurrency, scheduler_batch * dp_ranks)) as requests_together,
        greatest(1, requests_together / stages) * beams as sequences,
        sequences * positions as tokens_together,
        (
            launch_seconds
            + (layer_seconds + if(is_sparse, sparse_layer_seconds, 0)) * layers
            + moe_layer_seconds * moe_layers
        ) * overhead as launches_s,
        collective_latency_seconds(layers, tp, latency_seconds) * overhead as collectives_s,
        if(
            dp_ranks > 1 and is_moe,
            all_to_all_seconds_per_token(
                moe_layers, hidden, experts_per_token, tp, if(is_far, exchange_gbs, reached_gbs)
            ),
            all_reduce_seconds_per_token(layers, hidden, tp, reached_gbs)
        ) / stages as link_seconds_per_token
    from placed
),
stepped as (
    select
        *,
        attended_tokens(isl + osl / 2, layers, full_attention_layers, sliding_window) as looked_back,
        memory_seconds(
            (attention_stored + dense_params) * rest_bytes_each + embedding_params * 2
            + if(
                is_moe,
                moe_layers
                * experts_touched(experts, experts_per_token, tokens_together)
                * expert_params
                * expert_bytes_each
                * imbalance,
                0
            ),
            gpus, bandwidth_gbs, mbu * efficiency
        ) as weights_s,
        memory_seconds(
            -- A state is read and written anew.
            sequences * (kv_token_bytes * looked_back + 2 * state_elements * state_bytes_per_element()),
            gpus,
            bandwidth_gbs,
            mbu * efficiency * if(is_mla, mla_bandwidth, kv_bandwidth)
        ) as kv_s,
        weights_s + kv_s as memory_s,
        tokens_together / gpus * (
            matmul_flop(rest_params) / rest_flops
            + if(
                is_moe,
                matmul_flop(expert_params_read) * imbalance / expert_flops
                / expert_share(tokens_together, experts, experts_per_token, moe_compute, tokens_per_expert),
                0
            )
            + decode_attention_flop(layers, decode_width, looked_back) / attention_flops
        ) as compute_s,
        (collectives_s / stages + tokens_together * link_seconds_per_token * overhead) as link_s,
        (
            launches_s
            + (sequence_seconds * sequences / dp_ranks + drafts * (layer_seconds + moe_layer_seconds)) * overhead
        ) / stages as fixed_s,
        isl * read_share as read_tokens,
        -- Prompts are read in chunks, many together: experts are full, and each chunk pays for its launches.
        read_tokens * (
            matmul_flop(rest_params) / rest_flops
            + if(
                is_moe,
                matmul_flop(expert_params_read) * imbalance / expert_flops / expert_share(
                    greatest(isl, prefill_chunk), experts, experts_per_token, moe_compute, tokens_per_expert
                ),
                0
            )
            + prefill_attention_flop(
                layers,
                prefill_width,
                attended_tokens(isl, layers, full_attention_layers, sliding_window)
            ) / attention_flops
        ) / gpus
        + read_tokens * link_seconds_per_token
        + read_tokens / prefill_chunk * (launches_s + collectives_s) as prefill_s,
        decode_step_seconds(stages, memory_s, compute_s, link_s, fixed_s) as step_s,
        -- Where prompts are read elsewhere, nothing but steps happens here.
        if(is_pool, 0, prefill_s) as interrupting_s
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
    if(kv_room_bytes > 0, stages * weights_s, null) as weights_seconds,
    if(kv_room_bytes > 0, stages * kv_s, null) as kv_seconds,
    if(kv_room_bytes > 0, stages * compute_s, null) as compute_seconds,
    if(kv_room_bytes > 0, ttft_seconds(prefill_s, memory_s, launches_s), null) as ttft_s,
    if(kv_room_bytes > 0, tpot_seconds(step_s / step_tokens, requests_together, interrupting_s, osl), null) as tpot_s,
    if(
        kv_room_bytes > 0,
        output_tokens_per_s(osl, interrupting_s, step_s, requests_together * step_tokens),
        null
    ) as output_tokens_per_s,
    output_tokens_per_s / gpus as output_tokens_per_s_per_gpu,
    if(kv_room_bytes > 0, gpu_seconds_per_m_input(gpus, prefill_s, isl), null) as gpu_seconds_per_m_input_tokens,
    if(kv_room_bytes > 0, gpu_seconds_per_m_output(gpus, step_s, requests_together * step_tokens), null)
        as gpu_seconds_per_m_output_tokens
from stepped;
