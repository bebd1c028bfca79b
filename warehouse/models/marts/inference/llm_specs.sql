-- Shapes of language models, and figures derived from them. Parameters: attention_params and dense_params of all layers
-- (attention: also linear attention and Mamba; dense: feed-forward and shared experts), expert_params of one expert in
-- one layer, embedding_params of one matrix, rebuilt_params of the whole model; matmul_params: those that a token is
-- multiplied with (one embedding: the look-up is free).
-- materialized: table
-- key: name
-- columns:
--   total_params_b, active_params_b: as published, in 1e9
--   layers: layers that mix tokens (attention, linear attention, Mamba)
--   kv_layers: those of them that keep a KV cache; state_elements: what the others keep of each sequence, whatever its
--     length, in elements over all layers
--   kv_elements_per_token: KV cache elements per token, over all layers
--   full_attention_layers: layers that see the whole context; where layers keep KV of different sizes, as many of
--     `layers` as have the share that grows with the context: see attended_tokens()
--   attended_limit: tokens of the context that an index lets a layer attend to at most; NULL: all that it sees, and
--     not is_sparse
--   prefill_width, decode_width: heads x head size, as attention's own products see it (latent attention: absorbed),
--     mean over `layers`
--   published_as: format that the weights were released in; NULL: they were not
with shapes as (
    select
        * replace (
            layers::double as layers,
            hidden::double as hidden,
            heads::double as heads,
            kv_heads::double as kv_heads,
            head_dim::double as head_dim,
            vocab::double as vocab,
            coalesce(experts, 0)::double as experts,
            coalesce(experts_per_token, 0)::double as experts_per_token,
            coalesce(moe_layers, 0)::double as moe_layers,
            coalesce(kv_layers, layers)::double as kv_layers,
            nullif(sliding_window, 0)::double as sliding_window,
            attended_limit::double as attended_limit,
            training_tokens::double as training_tokens
        ),
        attention = 'mla' as is_mla,
        coalesce(experts_stored_as = 'MXFP4', false) as has_mxfp4,
        attended_limit is not null as is_sparse
    from seeds.llm_specs
),
layered as (
    select
        *,
        coalesce(
            attention_layer_params,
            if(
                is_mla,
                mla_attention_params(hidden, heads, head_dim, rope_head_dim, q_lora_rank, kv_lora_rank, v_head_dim),
                gqa_attention_params(hidden, heads, kv_heads, head_dim)
            )
        ) as layer_params,
        if(is_mla, mla_kv_elements(kv_lora_rank, rope_head_dim), gqa_kv_elements(kv_heads, head_dim)) as layer_elements,
        coalesce(kv_elements_full, full_attention_layers * layer_elements) as growing_elements,
        coalesce(kv_elements_window, (kv_layers - full_attention_layers) * layer_elements) as window_elements
    from shapes
),
parts as (
    select
        * exclude (kv_elements_full, kv_elements_window, attention_layer_params, linear_layer_params, linear_state)
        replace (layers * growing_elements / (growing_elements + window_elements) as full_attention_layers),
        kv_layers * layer_params + (layers - kv_layers) * coalesce(linear_layer_params, 0) as attention_params,
        (layers - kv_layers) * coalesce(linear_state, 0) as state_elements,
        coalesce(ffn_params(coalesce(expert_hidden, hidden), expert_ffn_dim, ffn_matrices), 0) as expert_params,
        (layers - moe_layers) * ffn_params(hidden, ffn_dim, ffn_matrices)
        + moe_layers * (
            coalesce(shared_experts * ffn_params(hidden, expert_ffn_dim, ffn_matrices), 0)
            + coalesce(2 * hidden * expert_hidden, 0)
        ) as dense_params,
        embedding_params(vocab, hidden) as embedding_params,
        growing_elements + window_elements as kv_elements_per_token,
        kv_layers / layers * if(
            is_mla, heads * (head_dim + rope_head_dim + v_head_dim) / 2, coalesce(attention_width, heads * head_dim)
        ) as prefill_width,
        kv_layers / layers
        * if(is_mla, heads * (2 * kv_lora_rank + rope_head_dim) / 2, coalesce(attention_width, heads * head_dim))
            as decode_width
    from layered
)
select
    * exclude (layer_params, layer_elements, growing_elements, window_elements, attention_width),
    attention_params + dense_params + moe_layers * experts * (expert_params + hidden) + embeddings * embedding_params
        as rebuilt_params,
    attention_params + dense_params + moe_layers * experts_per_token * expert_params + embedding_params as matmul_params
from parts
