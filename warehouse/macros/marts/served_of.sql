-- Serving figures for servers that answer a load: marts.inference_of, which describes them, for callers that know the
-- loads of fewer rows. servers: name of a relation of marts.loads_of with tp, pp, dp_attn, concurrency, ep and
-- request, which passes through; is_fallback: whether the row stays where the weights leave no room.
create or replace macro marts.served_of(servers) as table
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
        max(value) filter (where name = 'max_batch') as scheduler_batch,
        max(value) filter (where name = 'moe_compute') as moe_compute,
        max(value) filter (where name = 'tokens_per_expert') as tokens_per_expert,
        max(value) filter (where name = 'expert_imbalance') as expert_imbalance
    from marts.theta
    where version = (select max(version) from marts.theta)
),
laid_out as (
    select
        servers.* exclude (tp, pp, concurrency, ep),
        servers.tp::double as tp,
        servers.pp::double as stages,
        servers.tp::double * servers.pp as server_gpus,
        coalesce(servers.concurrency::double, 'infinity') as concurrency,
        (case servers.dp_attn when 0 then 1 when 1 then servers.tp else least(servers.dp_attn, servers.tp) end)::double
            as dp_ranks,
        coalesce(servers.ep, if(servers.dp_attn = 0, 1, servers.tp)) > 1 and servers.experts > 0 as is_expert_parallel
    from query_table(servers) as servers
),
roomy as (
    select
        *,
        -- Data-parallel attention is whole on every one of its ranks.
        (attention_params * dp_ranks + dense_params) * rest_bytes_each as unrouted_bytes,
        unrouted_bytes + expert_bytes + embeddings_bytes as weight_bytes,
        free_bytes(server_gpus, usable_bytes, weight_bytes) as kv_room_bytes
    from laid_out
),
placed as (
    select
        *,
        -- Beyond the fabric is the network.
        tp > fabric_gpus as is_far,
        if(is_far, network_gbs, one_way_gbs(link_kind, link_gbs, server_gpus, pcie_gbs) * link_efficiency)
            as reached_gbs,
        if(is_far, network_latency, link_latency_seconds(link_kind, server_gpus, fabric_latency, pcie_latency))
            as latency_seconds,
        kv_copies(tp / dp_ranks, kv_heads, is_mla) * kv_token_bytes_once as kv_token_bytes,
        if(is_moe, expert_flop * if(is_expert_parallel, expert_imbalance, 1) / expert_flops, 0) as expert_s
    from (from roomy where kv_room_bytes > 0 or is_fallback)
    cross join constants
),
held as (
    select
        *,
        kv_token_bytes * held_tokens + state_bytes_held as kv_bytes_per_request,
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
            server_gpus, bandwidth_gbs, weights_mbu
        ) as weights_s,
        memory_seconds(
            sequences * (kv_token_bytes * looked_back + state_bytes_moved), server_gpus, bandwidth_gbs, kv_mbu
        ) as kv_s,
        weights_s + kv_s as memory_s,
        tokens_together / server_gpus * (
            rest_s
            + if(
                is_moe,
                expert_s / expert_share(tokens_together, experts, experts_per_token, moe_compute, tokens_per_expert),
                0
            )
            + decode_attention_s
        ) as compute_s,
        (collectives_s / stages + tokens_together * link_seconds_per_token * overhead) as link_s,
        (
            launches_s
            + (sequence_seconds * sequences / dp_ranks + drafts * (layer_seconds + moe_layer_seconds)) * overhead
        ) / stages as fixed_s,
        read_tokens * (
            rest_s
            + if(is_moe, expert_s / prefill_expert_share, 0)
            + prefill_attention_s
        ) / server_gpus
        + read_tokens * link_seconds_per_token
        + chunks * (launches_s + collectives_s) as prefill_s,
        decode_step_seconds(stages, memory_s, compute_s, link_s, fixed_s) as step_s,
        -- Where prompts are read elsewhere, nothing but steps happens here.
        if(is_pool, 0, prefill_s) as interrupting_s
    from held
)
select
    request,
    kv_stored_as,
    server_gpus::integer as gpus,
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
    if(kv_room_bytes > 0, gpu_seconds_per_m_input(server_gpus, prefill_s, isl), null) as gpu_seconds_per_m_input_tokens,
    if(kv_room_bytes > 0, gpu_seconds_per_m_output(server_gpus, step_s, requests_together * step_tokens), null)
        as gpu_seconds_per_m_output_tokens
from stepped;
