-- error: active parameters must not exceed the total, KV heads must divide the heads, a token uses only some of the
-- experts, and layers that keep a KV cache are some of all.
select name, active_params_b, heads, kv_heads, experts, experts_per_token, context_tokens
from marts.llm_specs
where not coalesce(active_params_b between 0.001 and total_params_b, false)
    or not coalesce(context_tokens >= 512, false)
    or heads % coalesce(kv_heads, heads) <> 0
    or experts_per_token > experts
    or moe_layers > layers
    or full_attention_layers > layers
    or kv_layers > layers
    or published_as not in ('FP32', 'FP16', 'BF16', 'FP8', 'FP8-BLOCK', 'INT8', 'FP4', 'INT4', 'MXFP4')
    or (experts > 0) <> (experts_per_token > 0 and moe_layers > 0 and expert_params > 0)
    or (is_mla and kv_lora_rank is null)
