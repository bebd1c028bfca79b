-- Datasheet figures of accelerators. One spec per gpu, form_factor, gpu_memory_gb and edition.
-- materialized: table
-- key: name
-- columns:
--   device_mib: memory that the driver reports, MiB
--   bandwidth_gbs: memory bandwidth, GB/s; *_tflops: dense
--   fp16_fp32acc_tflops: FP16 with FP32 accumulation, which GeForce does at half rate
--   link_gbs: link bandwidth in both directions together, GB/s
--   link_kind: fabric (all to all), bridge (pairs) or pcie
--   fabric_gpus: GPUs that reach each other without the network between servers: 72 in a rack of NVL72, else 8
--   nominal_tflops: dense FP16 or BF16, as the datasheet prints it
--   matmul_tflops: the rate that models get, with FP32 accumulation; FP32 itself where the chip has nothing faster
--   can_train: whether large models are trained on it: 40 GB and a fabric, as all chips of reported runs have
select
    * replace (
        gpu_memory_gb::decimal(9, 3) as gpu_memory_gb,
        device_mib::double as device_mib,
        bandwidth_gbs::double as bandwidth_gbs,
        fp8_tflops::double as fp8_tflops,
        fp4_tflops::double as fp4_tflops,
        link_gbs::double as link_gbs
    ),
    if(gpu in ('GB200', 'GB300', 'VR200'), 72, 8) as fabric_gpus,
    coalesce(fp16_tflops, bf16_tflops)::double as nominal_tflops,
    coalesce(fp16_fp32acc_tflops, fp16_tflops, bf16_tflops, fp32_tflops)::double as matmul_tflops,
    gpu_memory_gb >= 40 and link_kind = 'fabric' as can_train
from seeds.gpu_specs
