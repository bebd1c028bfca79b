-- Shapes of language models, and figures derived from them. Parameters: attention_params and dense_params of all layers
-- (dense: feed-forward and shared experts), expert_params of one expert in one layer, embedding_params of one matrix,
-- rebuilt_params of the whole model; matmul_params: those that a token is multiplied with (one embedding: the look-up
-- is free).
-- materialized: table
-- key: name
-- columns:
--   total_params_b, active_params_b: as published, in 1e9
--   kv_elements_per_token: KV cache elements per token, over all layers
--   prefill_width, decode_width: heads x head size, as attention's own products see it (latent attention: absorbed)
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
            full_attention_layers::double as full_attention_layers,
            nullif(sliding_window, 0)::double as sliding_window,
            training_tokens::double as training_tokens
        ),
        attention = 'mla' as is_mla,
        coalesce(experts_stored_as = 'MXFP4', false) as has_mxfp4,
        null::varchar as published_as,
        false as is_sparse
    from seeds.llm_specs
),
parts as (
    select
        *,
        layers * if(
            is_mla,
            mla_attention_params(hidden, heads, head_dim, rope_head_dim, q_lora_rank, kv_lora_rank, v_head_dim),
            gqa_attention_params(hidden, heads, kv_heads, head_dim)
        ) as attention_params,
        coalesce(ffn_params(hidden, expert_ffn_dim, ffn_matrices), 0) as expert_params,
        (layers - moe_layers) * ffn_params(hidden, ffn_dim, ffn_matrices)
        + moe_layers * coalesce(shared_experts, 0) * expert_params as dense_params,
        embedding_params(vocab, hidden) as embedding_params,
        layers * if(is_mla, mla_kv_elements(kv_lora_rank, rope_head_dim), gqa_kv_elements(kv_heads, head_dim))
            as kv_elements_per_token,
        heads * if(is_mla, (head_dim + rope_head_dim + v_head_dim) / 2, head_dim) as prefill_width,
        heads * if(is_mla, (2 * kv_lora_rank + rope_head_dim) / 2, head_dim) as decode_width
    from shapes
)
select
    *,
    attention_params + dense_params + moe_layers * experts * (expert_params + hidden) + embeddings * embedding_params
        as rebuilt_params,
    attention_params + dense_params + moe_layers * experts_per_token * expert_params + embedding_params as matmul_params
from parts
