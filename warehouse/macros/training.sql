-- FLOP of training with all activations recomputed: a second forward pass. Source: arXiv:2205.05198.
create or replace macro recomputed_training_flop(params, tokens) as 8e0 * params * tokens;
-- FLOP of attention's own products in training, which 6ND leaves out: matters for long sequences. Source:
-- arXiv:2204.02311.
create or replace macro attention_training_flop(layers, heads, head_dim, sequence, tokens) as
    12e0 * layers * heads * head_dim * sequence * tokens;
-- GPU-hours of a training run at a model FLOPs utilisation (share of dense peak, interruptions included).
create or replace macro training_gpu_hours(flop, tflops, mfu) as flop / (tflops * 1e12 * mfu) / 3600;
-- USD of GPU-hours.
create or replace macro training_usd(gpu_hours, usd_per_gpu_hour) as gpu_hours * usd_per_gpu_hour::double;
-- Compute-optimal number of training tokens: 20 per parameter. Source: Chinchilla, arXiv:2203.15556.
create or replace macro chinchilla_tokens(params) as 20e0 * params;
-- Bytes to train all weights with Adam in mixed precision: 2 weights, 2 gradients, 4 master, 8 moments. Source: ZeRO.
create or replace macro full_training_bytes(params) as 16e0 * params;
-- The same with FP32 gradients, and with 8-bit moments. Sources: arXiv:1910.02054; arXiv:2110.02861.
create or replace macro fp32_gradient_training_bytes(params) as 18e0 * params;
create or replace macro adam8bit_training_bytes(params) as 10e0 * params;
-- Bytes to train adapters beside frozen FP16 weights, and beside 4-bit ones. Sources: arXiv:2106.09685;
-- arXiv:2305.14314.
create or replace macro lora_training_bytes(params, lora_params) as 2e0 * params + 16e0 * lora_params;
create or replace macro qlora_training_bytes(params, lora_params) as 0.5625e0 * params + 16e0 * lora_params;
-- Parameters of adapters of that rank on both sides of that many square matrices per layer. Source: arXiv:2106.09685.
create or replace macro lora_params(layers, hidden, rank, matrices) as 2e0 * layers * hidden * rank * matrices;
-- Bytes per GPU of full training sharded over data-parallel GPUs: stage 1 shards optimizer state, 2 gradients too, 3
-- weights too; 0 nothing. Source: ZeRO, arXiv:1910.02054.
create or replace macro zero_training_bytes_per_gpu(params, stage, data_parallel) as params * (
    2e0 / if(stage >= 3, data_parallel, 1)
    + 2e0 / if(stage >= 2, data_parallel, 1)
    + 12e0 / if(stage >= 1, data_parallel, 1)
    );
-- Bytes of one layer's FP16 activations kept for the backward pass: all, without attention's squares, and only the
-- layer's input. Source: Korthikanti et al., arXiv:2205.05198.
create or replace macro activation_bytes_per_layer(sequence, batch, hidden, heads) as
    sequence * batch * hidden * (34e0 + 5e0 * heads * sequence / hidden);
create or replace macro selective_activation_bytes_per_layer(sequence, batch, hidden) as 34e0
* sequence
* batch
* hidden;
create or replace macro recomputed_activation_bytes_per_layer(sequence, batch, hidden) as 2e0
* sequence
* batch
* hidden;
