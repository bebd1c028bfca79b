-- Requests beside what they have in common whatever server answers them: their pair of model and chip, and what follows
-- from their lengths. requests: name of a relation with the columns of marts.inference_of but tp, pp, dp_attn and
-- concurrency; all optional ones must be there, and others pass through. pairs: name of a relation of marts.pairs_of,
-- of the same requests. held_tokens: whose KV a request keeps; looked_back: to which a step attends, on average over
-- layers; *_s: seconds of one GPU per token.
create or replace macro marts.loads_of(requests, pairs) as table
with constants as (
    select
        max(value) filter (where name = 'output_in_kv') as output_in_kv,
        max(value) filter (where name = 'prefill_chunk') as prefill_chunk,
        max(value) filter (where name = 'moe_compute') as moe_compute,
        max(value) filter (where name = 'tokens_per_expert') as tokens_per_expert,
        max(value) filter (where name = 'draft_acceptance') as draft_acceptance
    from marts.theta
    where version = (select max(version) from marts.theta)
),
asked as (
    select
        given.* exclude (
            model, gpu_spec, weights, kv_dtype, engine, isl, osl, beams, is_pool, drafts, acceptance, cached_share
        ),
        given.isl::double as isl,
        given.osl::double as osl,
        given.beams::double as beams,
        coalesce(given.is_pool, false) as is_pool,
        coalesce(given.drafts, 0) as drafts,
        given.acceptance,
        1 - coalesce(given.cached_share, 0) as read_share,
        pairs.* exclude (model, gpu_spec, weights, kv_dtype, engine)
    from query_table(requests) as given
    join query_table(pairs) as pairs
        on
            pairs.model = given.model
            and pairs.gpu_spec = given.gpu_spec
            and pairs.weights is not distinct from given.weights
            and pairs.kv_dtype is not distinct from given.kv_dtype::varchar
            and pairs.engine is not distinct from given.engine
)
select
    asked.* exclude (acceptance, read_share, attention_flops, prefill_width, decode_width, state_elements),
    1 + drafts as positions,
    tokens_per_step(drafts, coalesce(acceptance, draft_acceptance)) as step_tokens,
    attended_tokens(isl + beams * output_in_kv * osl, layers, full_attention_layers, sliding_window) as held_tokens,
    beams * state_elements * state_bytes_per_element() as state_bytes_held,
    attended_tokens(isl + osl / 2, layers, full_attention_layers, sliding_window) as looked_back,
    decode_attention_flop(layers, decode_width, looked_back) / attention_flops as decode_attention_s,
    prefill_attention_flop(
        layers,
        prefill_width,
        attended_tokens(isl, layers, full_attention_layers, sliding_window)
    ) / attention_flops as prefill_attention_s,
    -- Prompts are read in chunks, many together: experts are full, and each chunk pays for its launches.
    expert_share(greatest(isl, prefill_chunk), experts, experts_per_token, moe_compute, tokens_per_expert)
        as prefill_expert_share,
    isl * read_share as read_tokens,
    read_tokens / prefill_chunk as chunks
from asked
cross join constants;
