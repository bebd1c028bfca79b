-- Cost of a training run on every requested GPU, at every current price. One row per spec and offer; without a price,
-- one row without USD. GB of 1e9 bytes, without activations. lora_gb, qlora_gb: adapters of one hundredth of the
-- parameters. zero3_gb_per_gpu: full training with all of its state sharded over the given GPUs; NULL without a number
-- of GPUs.
select
    run_specs.spec as gpu_spec,
    run.params,
    coalesce(run.tokens_given, chinchilla_tokens(run.params)) as tokens,
    chinchilla_tokens(run.params) as chinchilla_tokens,
    training_flop(run.params, tokens) as flop,
    coalesce(run.mfu_given, theta.value) as mfu,
    coalesce(gpu_specs.bf16_tflops, gpu_specs.matmul_tflops) as tflops,
    training_gpu_hours(flop, tflops, mfu) as gpu_hours,
    run.gpus,
    gpu_hours / run.gpus / 24 as days,
    training_usd(gpu_hours, offered.rent) as usd,
    usd_for_seconds(nominal_seconds(flop, tflops), offered.rent) as nominal_usd,
    offered.provider,
    offered.instance,
    offered.gpu_count,
    offered.availability,
    offered.region,
    offered.pricing_model,
    offered.term_months,
    offered.list_usd_per_gpu_hour,
    offered.discount_pct,
    offered.usd_per_gpu_hour,
    offered.last_seen_on,
    offered.is_form_assumed,
    offered.source_url,
    full_training_bytes(run.params) / 1e9 as full_gb,
    lora_training_bytes(run.params, run.params / 100) / 1e9 as lora_gb,
    qlora_training_bytes(run.params, run.params / 100) / 1e9 as qlora_gb,
    zero_training_bytes_per_gpu(run.params, 3, run.gpus) / 1e9 as zero3_gb_per_gpu,
    theta.version as theta_version,
    offered.unfit as reason
from run
cross join run_specs
join marts.gpu_specs on gpu_specs.name = run_specs.spec
join marts.theta on theta.name = 'training_mfu_bf16' and theta.version = (select max(version) from marts.theta)
left join offered on offered.spec = run_specs.spec
order by usd nulls last, offered.usd_per_gpu_hour * gpu_hours nulls last, gpu_hours, gpu_spec
