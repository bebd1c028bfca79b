-- Bytes of a token in the KV cache, over all layers. Source: kipply, Transformer Inference Arithmetic.
create or replace macro kv_bytes_per_token(kv_elements_per_token, kv_dtype) as
    kv_elements_per_token * kv_bytes_per_element(kv_dtype);
-- Copies of a token's KV when `ranks` GPUs share its attention: ranks beyond the KV heads repeat them, MLA repeats on
-- every rank. With data-parallel attention, ranks = tp / dp_ranks. Source: Pope et al., arXiv:2211.05102; SGLang.
create or replace macro kv_copies(ranks, kv_heads, is_mla) as
    if(is_mla, ranks, greatest(1, ranks / greatest(coalesce(kv_heads, 1), 1)));
-- Bytes of one GPU for weights and the KV cache. device_mib: memory that the driver reports, not marketing's GB;
-- usable_memory: share that the server takes; reserved_gb: activations and work space. Source: vLLM's defaults.
create or replace macro usable_bytes(device_mib, usable_memory, reserved_gb) as
    device_mib * 1048576e0 * usable_memory - reserved_gb * 1e9;
-- Bytes left for the KV cache on GPUs that hold the weights. usable_bytes: of each.
create or replace macro free_bytes(gpus, usable_bytes, weight_bytes) as gpus * usable_bytes - weight_bytes;
-- Requests whose KV cache fits beside the weights: 0 if not even one does.
create or replace macro max_batch(free_bytes, kv_bytes_per_request) as floor(
    greatest(free_bytes, 0) / kv_bytes_per_request
);
-- Fewest GPUs that hold the weights and one request, where no KV is stored twice; see marts.inference_of for tp.
create or replace macro smallest_gpus(weight_bytes, kv_bytes_per_request, device_mib, usable_memory, reserved_gb) as
    ceil((weight_bytes + kv_bytes_per_request) / usable_bytes(device_mib, usable_memory, reserved_gb));
-- Whether GPUs are used like that: attention is data parallel in mixtures of experts alone; more than eight ranks share
-- the experts of latent attention, nothing else; stages are of eight GPUs, or two where links are slow. Source: the
-- layouts of published measurements.
create or replace macro is_layout(tp, pp, dp_attn, is_mixture, is_mla, link_kind) as
    (dp_attn = 0 and tp <= 8 or dp_attn = 1 and is_mixture and tp > 1 and (tp <= 8 or is_mla and pp = 1))
    and (pp = 1 or tp = 8 or pp = 2 and link_kind <> 'fabric');
