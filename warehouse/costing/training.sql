-- A training run on every GPU asked for, at every price on offer. Grain: spec x offer; no price: one row without USD.
-- GB of 1e9 bytes, activations apart. lora_gb, qlora_gb: adapters of one hundredth of the parameters. zero3_gb_per_gpu:
-- full training with all of its state shared by the GPUs given; NULL without a number of GPUs.
select
    s.spec as gpu_spec,
    c.params,
    coalesce(c.tokens_given, chinchilla_tokens(c.params)) as tokens,
    chinchilla_tokens(c.params) as chinchilla_tokens,
    training_flop(c.params, tokens) as flop,
    coalesce(c.mfu_given, t.value) as mfu,
    coalesce(g.bf16_tflops, g.matmul_tflops) as tflops,
    training_gpu_hours(flop, tflops, mfu) as gpu_hours,
    c.gpus,
    gpu_hours / c.gpus / 24 as days,
    training_usd(gpu_hours, o.usd_per_gpu_hour) as usd,
    usd_for_seconds(nominal_seconds(flop, g.nominal_tflops), o.usd_per_gpu_hour) as nominal_usd,
    o.provider,
    o.instance,
    o.region,
    o.pricing_model,
    o.term_months,
    o.list_usd_per_gpu_hour,
    o.discount_pct,
    o.usd_per_gpu_hour,
    o.last_seen_on,
    o.is_form_assumed,
    o.source_url,
    full_training_bytes(c.params) / 1e9 as full_gb,
    lora_training_bytes(c.params, c.params / 100) / 1e9 as lora_gb,
    qlora_training_bytes(c.params, c.params / 100) / 1e9 as qlora_gb,
    zero_training_bytes_per_gpu(c.params, 3, c.gpus) / 1e9 as zero3_gb_per_gpu,
    t.version as theta_version
from run as c
cross join run_specs as s
join marts.gpu_specs as g on g.name = s.spec
join marts.theta as t on t.name = 'training_mfu_bf16' and t.version = (select max(version) from marts.theta)
left join offered as o on o.spec = s.spec
order by usd nulls last, gpu_hours, gpu_spec
