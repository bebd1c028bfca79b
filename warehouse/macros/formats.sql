-- Bytes of one weight with its scales; NULL for an unknown format. Sources: IEEE 754; OCP MX 1.0 (MXFP4: 4.25 bits);
-- NVFP4, AWQ and GPTQ with a 16-bit scale for 32 or an 8-bit one for 16 weights: 4.5 bits, and 2.5 for two bits. W8A8
-- is INT8 in which activations are INT8 too; FP8-BLOCK has a scale for each block of 128 by 128 (DeepSeek-V3).
create or replace macro weight_bytes_per_param(weights) as case weights
    when 'FP32' then 4e0 when 'FP16' then 2e0 when 'BF16' then 2e0 when 'FP8' then 1e0 when 'FP8-BLOCK' then 1e0
    when 'INT8' then 1e0 when 'W8A8' then 1e0
    when 'FP4' then 0.5625e0 when 'INT4' then 0.5625e0 when 'MXFP4' then 0.53125e0 when 'INT2' then 0.3125e0 end;
-- The formats of weights, for messages.
create or replace macro weight_formats() as
    'FP32, FP16, BF16, FP8, FP8-BLOCK, INT8, W8A8, FP4, INT4, MXFP4, INT2';
-- The checkpoints of some models are block-scaled whenever they are FP8. Source: DeepSeek-V3's, arXiv:2412.19437.
create or replace macro checkpoint_format(weights, published_as) as
    if(weights = 'FP8' and published_as = 'FP8-BLOCK', 'FP8-BLOCK', weights);
-- Bytes of one element of the KV cache. Source: the formats that inference servers store.
create or replace macro kv_bytes_per_element(kv_dtype) as case
    when kv_dtype in ('FP8', 'INT8', 'FP4') then 1e0 when kv_dtype in ('FP16', 'BF16') then 2e0 when
        kv_dtype = 'FP32'
        then 4e0
end;
-- Bytes of one element of the state that linear attention and Mamba keep. Source: mamba_ssm_dtype of their configs.
create or replace macro state_bytes_per_element() as 4e0;
-- Default format of the KV cache: FP8 beside FP8 and FP4 weights, else FP16.
create or replace macro usual_kv_dtype(weights) as if(weights in ('FP8', 'FP8-BLOCK', 'FP4'), 'FP8', 'FP16');
-- Whether MXFP4 weights are widened to FP16 to be multiplied: on every device without FP4. Source: gpt-oss on Hopper.
create or replace macro widens_mxfp4(has_mxfp4, fp4_tflops) as has_mxfp4 and fp4_tflops is null;
-- Precision in which products are formed: that of the weights where the device has units for it, else the next wider
-- one that it has; FP16 for weight-only formats. Source: vendors' datasheets, gpt-oss on Hopper.
create or replace macro compute_format(weights, is_widened, fp8_tflops, fp4_tflops, int8_tops) as case
    when is_widened then 'FP16'
    when weights in ('FP4', 'MXFP4') and fp4_tflops is not null then 'FP4'
    when weights in ('FP4', 'MXFP4', 'FP8', 'FP8-BLOCK') and fp8_tflops is not null then 'FP8'
    when weights = 'W8A8' and int8_tops is not null then 'INT8'
    else 'FP16'
end;
-- Dense TFLOPS in that precision. GeForce cards: fp16_tflops must be the rate with FP32 accumulation.
create or replace macro compute_tflops(compute_format, fp16_tflops, fp8_tflops, fp4_tflops, int8_tops) as
case compute_format
    when 'FP4' then fp4_tflops when 'FP8' then fp8_tflops when 'INT8' then int8_tops else fp16_tflops
end;
-- The format meant by any common spelling ("w4a16", "fp8_e4m3", "Q4_K_M", "W4AFP8"); NULL if none. MXFP8 has scales of
-- blocks, NF4 and four bits without another word are formats of weights alone.
create or replace macro weight_format(spelling) as case
    when regexp_matches(spelling, 'mx[-_]?fp4', 'i') then 'MXFP4'
    when regexp_matches(spelling, 'fp4|w4a4', 'i') then 'FP4'
    when regexp_matches(spelling, 'awq|gptq|w4a(8|16|fp8)|int[-_]?4|^i?q4|nf4|\b4[-_ ]?bit', 'i') then 'INT4'
    when regexp_matches(spelling, 'mx[-_]?fp8', 'i') then 'FP8-BLOCK'
    when regexp_matches(spelling, 'fp8|float8|e4m3|e5m2', 'i')
        then if(regexp_matches(spelling, 'block|128|fp8[-_]pb', 'i'), 'FP8-BLOCK', 'FP8')
    when regexp_matches(spelling, 'w8a8|smooth[-_ ]?quant', 'i') then 'W8A8'
    when regexp_matches(spelling, 'int[-_]?8|^q8|w8a16|\b8[-_ ]?bit', 'i') then 'INT8'
    when regexp_matches(spelling, 'int[-_]?2|^i?q2', 'i') then 'INT2'
    when regexp_matches(spelling, 'bf16|bfloat', 'i') then 'BF16'
    when regexp_matches(spelling, 'fp16|^f16|half|float16', 'i') then 'FP16'
    when regexp_matches(spelling, 'fp32|^f32|float32', 'i') then 'FP32'
end;
-- MFU of products in that precision; INT8 units are as fast as FP8 units where a device has both.
create or replace macro format_mfu(compute_format, mfu_fp16, mfu_fp8, mfu_fp4) as case
    compute_format when 'FP4' then mfu_fp4 when 'FP8' then mfu_fp8 when 'INT8' then mfu_fp8 else mfu_fp16 end;
-- Whether the name of a serving engine is TensorRT-LLM's.
create or replace macro engine_is_tensorrt(engine) as
    coalesce(regexp_matches(engine, 'tensor ?-?rt|trt-?llm', 'i'), false);
-- How a model works, as classes of accuracy tell it.
create or replace macro model_family(is_mla, experts) as
    case when is_mla then 'latent attention' when experts > 0 then 'mixture' else 'dense' end;
-- The format that accuracy is told of: weights that a chip widens to multiply them are weight-only, like INT8 and INT4.
-- MXFP4 is a class of its own: gpt-oss was measured widened too.
create or replace macro accuracy_format(stored_as, lacks_fp8, lacks_fp4) as case
    when stored_as in ('FP8', 'FP8-BLOCK') and lacks_fp8 then 'INT8'
    when stored_as = 'FP4' and lacks_fp4 then 'INT4'
    else stored_as
end;
-- The class of a request whose accuracy marts.accuracy tells: model family, format of the weights, vendor and load.
create or replace macro accuracy_class(family, weights, vendor, load) as concat_ws(
    ', ', family, case when weights in ('FP16', 'BF16', 'FP32') then '16 bits' else weights end, vendor, load
);
