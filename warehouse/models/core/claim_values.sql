-- The reference document's numbers, recomputed from its own table cells and named constants; no figure is typed in
-- here.
-- materialized: table
-- key: id
-- columns:
--   computed: from the inputs that the text states
--   assuming: under the assumption in seeds.seed_claims; NULL where none is needed or none helps
with c as (select map_from_entries(list((name, value))) as k from seeds.seed_constants),
cells as (
    select
        avg(usd_per_gpu_hour) filter (where gpu_label = 'A100 80GB' and pricing_model = 'on_demand') as a80_od,
        avg(usd_per_gpu_hour) filter (where gpu_label = 'A100 80GB' and pricing_model = 'reserved') as a80_res,
        avg(usd_per_gpu_hour) filter (where gpu_label = 'A100 80GB' and pricing_model = 'spot') as a80_spot,
        avg(usd_per_gpu_hour) filter (where gpu_label = 'A100 40GB' and pricing_model = 'on_demand') as a40_od,
        avg(usd_per_gpu_hour) filter (where gpu_label = 'A100 40GB' and pricing_model = 'reserved') as a40_res,
        avg(usd_per_gpu_hour) filter (where gpu_label = 'A100 40GB' and pricing_model = 'spot') as a40_spot,
        min(usd_per_gpu_hour) filter (where gpu_label like 'A100%') as a100_low,
        max(usd_per_gpu_hour) filter (where gpu_label like 'A100%') as a100_high,
        max(usd_per_gpu_hour) filter (where gpu_label = 'A100 40GB' and pricing_model = 'on_demand')
            / min(usd_per_gpu_hour) filter (where gpu_label = 'A100 40GB' and pricing_model = 'on_demand')
                as a40_spread,
        max(usd_per_gpu_hour) filter (where gpu_label = 'A100 80GB' and pricing_model = 'spot' and provider = 'Oracle')
            as oracle_spot,
        max(usd_per_gpu_hour) filter (where gpu_label = 'A10 24GB' and pricing_model = 'on_demand' and provider = 'AWS')
            as aws_a10_od,
        max(usd_per_gpu_hour) filter (where gpu_label = 'A10 24GB' and pricing_model = 'reserved' and provider = 'AWS')
            as aws_a10_res,
        max(usd_per_gpu_hour) filter (
            where gpu_label = 'A100 40GB' and pricing_model = 'on_demand' and provider = 'AWS'
        )
            as aws_a40_od,
        max(usd_per_gpu_hour) filter (where gpu_label = 'A100 40GB' and pricing_model = 'reserved' and provider = 'AWS')
            as aws_a40_res
    from seeds.seed_prices
),
year_ratio as (
    select
        min(reserved.usd_per_gpu_hour / on_demand.usd_per_gpu_hour) filter (where not (reserved.provider = 'Google'))
            as lowest_of_others,
        max(on_demand.usd_per_gpu_hour) filter (where reserved.provider = 'Google') as google_od
    from seeds.seed_prices as reserved
    join seeds.seed_prices as on_demand using (provider, gpu_label)
    where
        reserved.pricing_model = 'reserved'
        and on_demand.pricing_model = 'on_demand'
        and reserved.usd_per_gpu_hour is not null
),
indicator as (
    select count(distinct seed_availability.provider) as equal_rows
    from seeds.seed_availability
    join seeds.seed_prices
        on seed_prices.provider = seed_availability.provider
        and seed_prices.gpu_label = 'A100 40GB'
        and seed_prices.pricing_model = 'on_demand'
        and seed_prices.usd_per_gpu_hour = seed_availability.indicator_usd_per_gpu_hour
),
models as (
    select
        max(params) filter (where model = 'BERT') as bert,
        max(training_tokens_printed) filter (where model = 'BERT') as bert_words,
        max(training_tokens) filter (where model = 'BERT') as bert_tokens,
        max(training_flops_printed) filter (where model = 'BERT') as bert_flop,
        max(params) filter (where model = 'GPT-J') as gptj,
        max(training_tokens) filter (where model = 'GPT-J') as gptj_tokens,
        max(params) filter (where model = 'GPT-3') as gpt3,
        max(training_tokens) filter (where model = 'GPT-3') as gpt3_tokens,
        max(training_flops_printed) filter (where model = 'GPT-3') as gpt3_flop,
        max(inference_flops_printed) filter (where model = 'GPT-3') as gpt3_inference
    from seeds.seed_models
),
v as (
    select
        *,
        nominal_seconds(gpt3_inference, k['a100_tflops']) as a100_seconds,
        nominal_seconds(gpt3_flop, k['a100_tflops']) / 3600 as a100_hours,
        (2 * k['rtx3080ti_watts'] - k['a100_pcie_80gb_watts']) / 1000 * hours_per_year() as kwh_per_year
    from c, cells, year_ratio, indicator, models
)
select unnest([
    {
        'id': 'F3',
        'formula': 'gradients + two moments, FP32',
        'computed': k['gradient_bytes_per_param'] + k['adam_bytes_per_param'],
        'assuming': k['adam_bytes_per_param']
    },
    {'id': 'N1', 'formula': 'published configuration', 'computed': k['bert_params_config'], 'assuming': null},
    {'id': 'N2', 'formula': 'FLOP / (6 p)', 'computed': bert_flop / (6 * bert), 'assuming': null},
    {
        'id': 'N3',
        'formula': '6 p words',
        'computed': training_flop(bert, bert_words),
        'assuming': training_flop(bert, bert_tokens)
    },
    {'id': 'N4', 'formula': '2 n p, n = 1024', 'computed': inference_flop(bert, k['caption_tokens']), 'assuming': null},
    {'id': 'N5', 'formula': '6 p tokens', 'computed': training_flop(gptj, gptj_tokens), 'assuming': null},
    {'id': 'N6', 'formula': '2 n p, n = 1024', 'computed': inference_flop(gptj, k['caption_tokens']), 'assuming': null},
    {
        'id': 'N7',
        'formula': '6 p tokens',
        'computed': training_flop(gpt3, gpt3_tokens),
        'assuming': training_flop(k['gpt3_params_paper'], gpt3_tokens)
    },
    {'id': 'N8', 'formula': '2 n p, n = 1024', 'computed': inference_flop(gpt3, k['caption_tokens']), 'assuming': null},
    {'id': 'N9', 'formula': '8 p / 1e12', 'computed': gpt3 * k['adam_bytes_per_param'] / 1e12, 'assuming': null},
    {
        'id': 'N10',
        'formula': '2 n p / (3 GHz x 1 FLOP)',
        'computed': gpt3_inference / (k['cpu_hertz'] * k['cpu_flop_per_cycle']),
        'assuming': null
    },
    {
        'id': 'N11',
        'formula': 'multiprocessors x 4',
        'computed': k['a100_streaming_multiprocessors'] * k['tensor_cores_per_multiprocessor'],
        'assuming': null
    },
    {
        'id': 'N12',
        'formula': '2 x FMA per core and cycle',
        'computed': 2 * k['a100_fma_per_core_cycle'],
        'assuming': null
    },
    {
        'id': 'N13',
        'formula': 'cores x 512 x 1.41 GHz / 1e12',
        'computed': k['a100_streaming_multiprocessors']
        * k['tensor_cores_per_multiprocessor']
        * 2
        * k['a100_fma_per_core_cycle']
        * k['a100_boost_hertz']
        / 1e12,
        'assuming': null
    },
    {'id': 'N14', 'formula': 'FLOP / 312e12', 'computed': a100_seconds, 'assuming': null},
    {
        'id': 'N15',
        'formula': '4 p / 1e9',
        'computed': inference_bytes(gpt3, k['fp32_bytes_per_param']) / 1e9,
        'assuming': null
    },
    {
        'id': 'N16',
        'formula': '6 p / 2 p',
        'computed': training_flop(gpt3, 1) / inference_flop(gpt3, 1),
        'assuming': null
    },
    {'id': 'N17', 'formula': 'training tokens / 1024', 'computed': gpt3_tokens / k['caption_tokens'], 'assuming': null},
    {
        'id': 'N18',
        'formula': 'training FLOP / inference FLOP',
        'computed': gpt3_flop / gpt3_inference,
        'assuming': null
    },
    {
        'id': 'N19',
        'formula': 'FLOP / 312e12 / seconds a year',
        'computed': a100_hours / hours_per_year(),
        'assuming': null
    },
    {
        'id': 'N20',
        'formula': 'lowest A100 price x seconds / 3600',
        'computed': usd_for_seconds(a100_seconds, a100_low),
        'assuming': usd_for_seconds(k['rounded_inference_seconds'], a100_low)
    },
    {
        'id': 'N21',
        'formula': 'highest A100 price x seconds / 3600',
        'computed': usd_for_seconds(a100_seconds, a100_high),
        'assuming': usd_for_seconds(k['rounded_inference_seconds'], a100_high)
    },
    {
        'id': 'N22',
        'formula': 'list price of the model whose FLOPs are priced',
        'computed': k['openai_davinci_usd_per_1k'],
        'assuming': k['openai_gpt35_usd_per_1k']
    },
    {
        'id': 'N23',
        'formula': '365 x 100 x highest cost',
        'computed': 365 * k['requests_per_day'] * usd_for_seconds(k['rounded_inference_seconds'], a100_high),
        'assuming': 365 * k['requests_per_day'] * usd_for_seconds(k['rounded_inference_seconds'], a100_low)
    },
    {
        'id': 'N24',
        'formula': 'GPU-hours x average on-demand A100 80 GB',
        'computed': a100_hours * a80_od,
        'assuming': a100_hours * oracle_spot
    },
    {
        'id': 'N25',
        'formula': 'FLOP / 28e12 / 3600 x 1.5',
        'computed': gpt3_flop / k['v100_flops'] / 3600 * k['v100_usd_per_hour'],
        'assuming': null
    },
    {
        'id': 'N27',
        'formula': '2 x TFLOPS / 312',
        'computed': 2 * k['rtx3080ti_tflops_fp32_acc'] / k['a100_tflops'],
        'assuming': 2 * k['rtx3080ti_tflops_fp16_acc'] / k['a100_tflops']
    },
    {
        'id': 'N28',
        'formula': '2 x 350 - W of the A100',
        'computed': 2 * k['rtx3080ti_watts'] - k['a100_sxm_watts'],
        'assuming': 2 * k['rtx3080ti_watts'] - k['a100_pcie_80gb_watts']
    },
    {'id': 'N29', 'formula': '0.4 kW x 8760 h x 3', 'computed': kwh_per_year * k['life_years'], 'assuming': null},
    {
        'id': 'N30',
        'formula': 'kWh x 0.10',
        'computed': k['power_difference_kwh_printed'] * k['usd_per_kwh'],
        'assuming': kwh_per_year * k['life_years'] * k['usd_per_kwh']
    },
    {
        'id': 'N31',
        'formula': '(cards + power) / cards',
        'computed': (2 * k['rtx3080ti_usd'] + kwh_per_year * k['life_years'] * k['usd_per_kwh'])
        / (2 * k['rtx3080ti_usd']),
        'assuming': (k['rtx3080ti_usd'] + kwh_per_year * k['life_years'] * k['usd_per_kwh']) / k['rtx3080ti_usd']
    },
    {
        'id': 'N32',
        'formula': 'machine / GPU - 1',
        'computed': null,
        'assuming': 100 * (k['google_a2_highgpu_1g_usd'] / k['google_a100_40gb_usd'] - 1)
    },
    {'id': 'N33', 'formula': 'highest / lowest A100 40 GB on demand', 'computed': a40_spread, 'assuming': null},
    {'id': 'N34', 'formula': 'mean of quoted cells', 'computed': a80_od, 'assuming': null},
    {'id': 'N35', 'formula': 'mean of quoted cells', 'computed': a80_res, 'assuming': null},
    {'id': 'N36', 'formula': 'mean of quoted cells', 'computed': a80_spot, 'assuming': null},
    {'id': 'N37', 'formula': 'mean of quoted cells', 'computed': a40_od, 'assuming': null},
    {'id': 'N38', 'formula': 'mean of quoted cells', 'computed': a40_res, 'assuming': null},
    {
        'id': 'N39',
        'formula': 'mean of quoted cells',
        'computed': a40_spot,
        'assuming': round(a40_spot::decimal(18, 6), 2)
    },
    {
        'id': 'N40',
        'formula': 'on demand x lowest one-year ratio of the others',
        'computed': google_od * lowest_of_others,
        'assuming': null
    },
    {'id': 'N41', 'formula': 'list price', 'computed': null, 'assuming': k['aws_g5_xlarge_usd']},
    {'id': 'N42', 'formula': 'rows where both columns agree', 'computed': equal_rows, 'assuming': null},
    {
        'id': 'N44',
        'formula': '12 GB / (4 + 8 bytes)',
        'computed': k['consumer_gpu_gb'] * 1e9 / (k['fp32_bytes_per_param'] + k['adam_bytes_per_param']),
        'assuming': null
    },
    {
        'id': 'N45',
        'formula': 'A100 40 GB / A10 at AWS',
        'computed': aws_a40_od / aws_a10_od,
        'assuming': aws_a40_res / aws_a10_res
    },
    {
        'id': 'N51',
        'formula': 'measured FP8 / FP16 throughput',
        'computed': k['fp8_speedup_worst_model'],
        'assuming': k['fp8_speedup_best_model']
    }
]::struct(id varchar, formula varchar, computed double, assuming double)[], recursive := true)
from v
