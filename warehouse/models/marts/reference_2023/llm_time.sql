-- Time that the reference document's models take on one CPU core and on one GPU at nominal speed.
-- materialized: table
-- key: model, processor
-- columns:
--   inference_seconds: seconds for 1,000 tokens
--   training_years: years for the whole training set
with processors as (
    select
        'one CPU core, 3 GHz' as processor,
        max(value) filter (where name = 'cpu_hertz') * max(value) filter (where name = 'cpu_flop_per_cycle') / 1e12
            as tflops
    from seeds.seed_constants
    union all
    select name, nominal_tflops from marts.gpu_specs where nominal_tflops is not null
)
select
    seed_models.model,
    processors.processor,
    processors.tflops as nominal_tflops,
    nominal_seconds(inference_flop(seed_models.params, 1000), processors.tflops) as inference_seconds,
    nominal_seconds(training_flop(seed_models.params, seed_models.training_tokens), processors.tflops)
    / (hours_per_year() * 3600) as training_years
from seeds.seed_models
cross join processors
order by seed_models.params, processors.tflops
