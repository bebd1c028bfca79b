-- error: figures outside the range of all accelerators so far, sparse figures given as dense, or a memory size that is
-- not sold.
select name
from marts.gpu_specs
where not coalesce(bandwidth_gbs between 50 and 30000, false)
    or not coalesce(gpu_memory_gb between 2 and 1000, false)
    -- Drivers report up to 7 % more than marketing's GB of 1e9 bytes (XLA 8 %), or less by what error correction takes.
    or not coalesce(device_mib * 1048576 / 1e9 / gpu_memory_gb between 0.9 and 1.09, false)
    or fp16_tflops not between 1 and 10000
    or bf16_tflops > fp16_tflops * 1.05
    or fp8_tflops > coalesce(fp16_tflops, bf16_tflops) * 4.5
    or fp4_tflops > coalesce(fp8_tflops, fp16_tflops) * 4.1
    or fp16_fp32acc_tflops > fp16_tflops
    or tdp_w not between 20 and 3000
    or link_gbs not between 8 and 20000
    or released_on not between date '2009-01-01' and current_date
    or link_kind not in ('fabric', 'bridge', 'pcie')
    or source is null
