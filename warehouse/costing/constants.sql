-- What was measured on a chip beside what the cost model takes for it. Key: row. measurements: row, gpu_spec, quantity,
-- format, shape, unit, and value, spread, n as text. assumed: NULL where the model has no such constant, measured: NULL
-- where the chip gave no value. ratio: measured / assumed; of times, above 1 is slower. is_off: more than 1.2x apart.
-- assumption: the constants behind it.
with theta as (
    select max(version) as theta_version, map(list(name), list(value)) as constants
    from marts.theta
    where version = (select max(version) from marts.theta)
),
read as (
    select
        measurements.row,
        measurements.gpu_spec,
        measurements.quantity,
        measurements.format,
        measurements.shape,
        measurements.unit,
        measurements.reason,
        try_cast(measurements.value as double) as stated,
        try_cast(measurements.spread as double) as spread,
        measurements.value is not null as is_stated,
        try_cast(split_part(measurements.shape, 'x', 1) as double) as ranks,
        case
            when measurements.format = 'FP8-ROW' then 'FP8'
            when measurements.format = 'MXFP8' then 'FP8-BLOCK'
            else coalesce(measurements.format, 'BF16')
        end as weights,
        compute_format(weights, false, gpu_specs.fp8_tflops, gpu_specs.fp4_tflops, gpu_specs.int8_tops) as units,
        compute_tflops(
            units, gpu_specs.matmul_tflops, gpu_specs.fp8_tflops, gpu_specs.fp4_tflops, gpu_specs.int8_tops
        ) as tflops,
        constants,
        gpu_specs.* exclude (name),
        vendor_share(
            gpu_specs.vendor, gpu_specs.architecture, constants['amd_efficiency'], constants['gaudi_efficiency']
        ) as efficiency,
        efficiency * form_share(
            gpu_specs.form_factor, gpu_specs.link_kind, constants['card_compute'], constants['pcie_compute']
        ) as compute_efficiency
    from measurements
    join marts.gpu_specs on gpu_specs.name = measurements.gpu_spec
    cross join theta
),
compared as (
    select
        *,
        case quantity
            when 'memory_read' then bandwidth_gbs * constants['mbu'] * efficiency
            when 'memory_copy' then bandwidth_gbs * constants['mbu'] * efficiency
            when 'decode_matmul' then bandwidth_gbs * constants['mbu'] * efficiency
            when 'decode_attention' then bandwidth_gbs * constants['mbu'] * efficiency * constants['kv_bandwidth']
            when 'matmul'
                then reached_flops(
                    tflops,
                    format_mfu(units, constants['mfu_fp16'], constants['mfu_fp8'], constants['mfu_fp4'])
                    * block_scale_share(weights, architecture, constants['block_fp8_hopper'], constants['block_fp8'])
                    * compute_efficiency
                ) / 1e12
            when 'prefill_attention'
                then reached_flops(matmul_tflops, constants['mfu_fp16'] * compute_efficiency) / 1e12
            when 'layer' then constants['layer_seconds'] * if(vendor = 'AMD', constants['amd_overhead'], 1)
            when 'all_reduce_latency'
                then link_latency_seconds(
                    link_kind, ranks, constants['fabric_latency_seconds'], constants['pcie_latency_seconds']
                )
            when 'all_reduce_bandwidth'
                then one_way_gbs(link_kind, link_gbs, ranks, constants['pcie_gbs']) * constants['link_efficiency']
        end as assumed,
        case quantity
            when 'memory_read' then 'bandwidth_gbs x mbu'
            when 'memory_copy' then 'bandwidth_gbs x mbu'
            when 'decode_matmul' then 'bandwidth_gbs x mbu'
            when 'decode_attention' then 'bandwidth_gbs x mbu x kv_bandwidth'
            when 'matmul'
                then concat(
                    case units when 'FP4' then 'fp4_tflops x mfu_fp4' when 'FP8' then 'fp8_tflops x mfu_fp8'
                        when 'INT8' then 'int8_tops x mfu_fp8' else 'matmul_tflops x mfu_fp16' end,
                    case
                        when weights = 'FP8-BLOCK' and architecture = 'Hopper' then ' x block_fp8_hopper'
                        when weights = 'FP8-BLOCK' then ' x block_fp8'
                    end
                )
            when 'prefill_attention' then 'matmul_tflops x mfu_fp16'
            when 'layer' then 'layer_seconds'
            when 'all_reduce_latency'
                then if(link_kind = 'fabric', 'fabric_latency_seconds', 'pcie_latency_seconds')
            when 'all_reduce_bandwidth' then 'link_gbs / 2 x link_efficiency'
        end as assumption,
        case
            when quantity in ('matmul', 'prefill_attention') then 'TFLOPS'
            when quantity in ('layer', 'kernel_launch', 'all_reduce_latency') then 's'
            else 'GB/s'
        end as model_unit,
        if(stated > 0 and isfinite(stated) and unit = model_unit, stated, null) as measured
    from read
)
select
    row,
    gpu_spec,
    quantity,
    format,
    shape,
    unit,
    measured,
    spread,
    assumed,
    measured / assumed as ratio,
    greatest(ratio, 1 / ratio) > 1.2 as is_off,
    assumption,
    case
        when not is_stated then coalesce(reason, 'no value, and no reason')
        when not coalesce(stated > 0 and isfinite(stated), false) then 'the value is no positive number'
        when measured is null then concat('the unit must be ', model_unit)
        when assumption is null then 'the model has no such constant'
        when assumed is null then concat('the spec of ', gpu_spec, ' lacks a figure that is needed')
        when spread > 0.2 then format('the samples spread by {:.0f} %: measure again', 100 * spread)
    end as reason
from compared
order by row
