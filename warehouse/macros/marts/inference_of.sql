-- Serving figures for every row of a relation of requests, in one pass: the only way to the whole chain of formulas,
-- marts.pairs_of, loads_of and served_of. requests: name of a table, view or WITH query with the columns model
-- (llm_specs.name), gpu_spec (gpu_specs.name), tp, pp, dp_attn (0; 1: attention is data parallel; 2, 4, ..: over so
-- many ranks), weights (weight_format), kv_dtype (NULL: usual_kv_dtype), isl, osl, concurrency (NULL: as many as fit)
-- and beams (sequences per request, 1 unless beam search). May also have: ep (ranks that share the experts; NULL: tp
-- with data-parallel attention, else 1), engine ('TensorRT-LLM', else any), is_pool (prefill runs on GPUs of its own:
-- figures are of the decode pool), drafts and acceptance (tokens guessed per step, and how often one is right),
-- cached_share (share of the prompt whose KV is there already). Other columns pass through. Rows whose model or GPU has
-- no spec are left out. Results are for one server of gpus = tp x pp, at the newest version of marts.theta. fits:
-- whether it holds the weights and at least one request. weights_seconds, kv_seconds and compute_seconds are parts of
-- decode_step_seconds; the rest is launches and links. Where only the weights fit, times are those of a batch of one;
-- where they do not, or a spec lacks a figure, NULL. GPU-seconds become USD by usd_per_m_tokens().
create or replace macro marts.inference_of(requests) as table
with given as (
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
        given as request, true as is_fallback, model, gpu_spec, weights, kv_dtype, engine, isl, osl, beams, is_pool,
        drafts, acceptance, cached_share, tp, pp, dp_attn, concurrency, ep
    from given
),
pairs_asked as (from marts.pairs_of(requests)),
loads as (from marts.loads_of('asked', 'pairs_asked')),
served as (from marts.served_of('loads'))
select
    request.* replace (kv_stored_as as kv_dtype),
    served.* exclude (request, kv_stored_as)
from served;
