-- Serving figures for requests beside what their pairs of model and chip have in common: marts.inference_of, whose
-- columns these are, for callers that make the pairs of fewer rows. requests: as there; pairs: name of a relation of
-- marts.pairs_of, of the same requests.
create or replace macro marts.served_of(requests, pairs) as table
with constants as (
    select
        max(version) as theta_version,
        max(value) filter (where name = 'layer_seconds') as layer_seconds,
        max(value) filter (where name = 'moe_layer_seconds') as moe_layer_seconds,
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
        given.acceptance,
        1 - coalesce(given.cached_share, 0) as read_share,
        coalesce(given.ep, if(given.dp_attn = 0, 1, given.tp)) > 1 and pairs.experts > 0 as is_expert_parallel,
        pairs.* exclude (model, gpu_spec, weights, kv_dtype, engine)
    from given
    join query_table(pairs) as pairs
        on
            pairs.model = given.model
            and pairs.gpu_spec = given.gpu_spec
            and pairs.weights is not distinct from given.weights
            and pairs.kv_dtype is not distinct from given.kv_dtype::varchar
            and pairs.engine is not distinct from given.engine
),
placed as (
    select
        *,
        -- Beyond the fabric is the network.
        tp > fabric_gpus as is_far,
        if(is_far, network_gbs, one_way_gbs(link_kind, link_gbs, gpus, pcie_gbs) * link_efficiency) as reached_gbs,
        if(is_far, network_latency, link_latency_seconds(link_kind, gpus, fabric_latency, pcie_latency))
            as latency_seconds,
        -- Data-parallel attention is whole on every one of its ranks.
        (attention_params * dp_ranks + dense_params) * rest_bytes_each as unrouted_bytes,
        kv_copies(tp / dp_ranks, kv_heads, is_mla) * kv_token_bytes_once as kv_token_bytes,
        if(is_moe, expert_flop * if(is_expert_parallel, expert_imbalance, 1) / expert_flops, 0) as expert_s,
        1 + drafts as positions,
        tokens_per_step(drafts, coalesce(acceptance, draft_acceptance)) as step_tokens
    from asked
    cross join constants
),
held as (
    select
        *,
        unrouted_bytes + expert_bytes + embeddings_bytes as weight_bytes,
        free_bytes(gpus, device_mib, weight_bytes, usable_memory, reserved_gb) as kv_room_bytes,
        kv_token_bytes
        * attended_tokens(isl + beams * output_in_kv * osl, layers, full_attention_layers, sliding_window)
        + beams * state_elements * state_bytes_per_element()
            as kv_bytes_per_request,
        max_batch(kv_room_bytes, kv_bytes_per_request) as most_requests,
        greatest(1, least(most_requests, concurrency, scheduler_batch * dp_ranks)) as requests_together,
        greatest(1, requests_together / stages) * beams as sequences,
        sequences * positions as tokens_together,
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
            unrouted_bytes + embedding_bytes
            + if(
                is_moe,
                moe_layers
                * experts_touched(experts, experts_per_token, tokens_together)
                * expert_params
                * expert_bytes_each
                * if(is_expert_parallel, expert_imbalance, 1),
                0
            ),
            gpus, bandwidth_gbs, weights_mbu
        ) as weights_s,
        memory_seconds(
            sequences * (kv_token_bytes * looked_back + state_bytes_moved), gpus, bandwidth_gbs, kv_mbu
        ) as kv_s,
        weights_s + kv_s as memory_s,
        tokens_together / gpus * (
            rest_s
            + if(
                is_moe,
                expert_s / expert_share(tokens_together, experts, experts_per_token, moe_compute, tokens_per_expert),
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
            rest_s
            + if(
                is_moe,
                expert_s / expert_share(
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
    request.* replace (kv_stored_as as kv_dtype),
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
