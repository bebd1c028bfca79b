-- Parameters of one layer's attention where heads share keys and values. Source: GQA, arXiv:2305.13245.
create or replace macro gqa_attention_params(hidden, heads, kv_heads, head_dim) as
    2e0 * hidden * heads * head_dim + 2e0 * hidden * kv_heads * head_dim;
-- The same with latent keys and values; q_rank NULL or 0: queries are not compressed. Source: MLA, arXiv:2405.04434.
create or replace macro mla_attention_params(hidden, heads, head_dim, rope_dim, q_rank, kv_rank, v_dim) as
    if(
        coalesce(q_rank, 0) > 0,
        1e0 * hidden * q_rank + q_rank * heads * (head_dim + rope_dim),
        1e0 * hidden * heads * (head_dim + rope_dim)
    )
    + 1e0 * hidden * (kv_rank + rope_dim) + 1e0 * kv_rank * heads * (head_dim + v_dim) + 1e0 * heads * v_dim * hidden;
-- Parameters of a feed-forward block; matrices: 3 where it is gated (SwiGLU, GeGLU), else 2. Source: arXiv:2002.05202.
create or replace macro ffn_params(hidden, ffn_dim, matrices) as 1e0 * matrices * hidden * ffn_dim;
-- Parameters of one embedding matrix.
create or replace macro embedding_params(vocab, hidden) as 1e0 * vocab * hidden;
-- KV cache elements of a token in one layer: keys and values, hence the 2. Source: arXiv:2305.13245.
create or replace macro gqa_kv_elements(kv_heads, head_dim) as 2 * kv_heads * head_dim;
-- The same for latent attention: one latent and the rotated part serve all heads. Source: arXiv:2405.04434.
create or replace macro mla_kv_elements(kv_rank, rope_dim) as kv_rank + rope_dim;
-- Tokens that a layer attends to, on average over layers of which some see only a window (NULL: none does).
create or replace macro attended_tokens(tokens, layers, full_layers, sliding_window) as
    tokens - (1 - full_layers / layers) * greatest(0, tokens - coalesce(sliding_window, tokens));
-- Experts of a layer that a batch of tokens reaches, each token choosing evenly. Source: probability.
create or replace macro experts_touched(experts, experts_per_token, tokens) as
    experts * (1 - pow(1 - experts_per_token / experts, tokens));
