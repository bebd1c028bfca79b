-- FLOP of one token through parameters that multiply. Source: arXiv:2001.08361, par. 2.1.
create or replace macro matmul_flop(params) as 2e0 * params;
-- FLOP of one token's attention: to read a prompt (causal: half of it on average), and to generate. Source: the same.
create or replace macro prefill_attention_flop(layers, attention_width, attended) as
    2e0 * layers * attention_width * attended;
create or replace macro decode_attention_flop(layers, attention_width, attended) as
    4e0 * layers * attention_width * attended;
-- Share of a dense model's MFU that experts reach when a step has `tokens`: half of it at `half_tokens` an expert.
-- Source: grouped products are as slow as their smallest group.
create or replace macro expert_share(tokens, experts, experts_per_token, moe_compute, half_tokens) as moe_compute
* (tokens * experts_per_token / experts)
/ (tokens * experts_per_token / experts + half_tokens);
-- Tokens that a step makes when it checks `drafts` guesses, each of which is right with probability `acceptance`, and
-- all before a wrong one count. Source: Leviathan et al., arXiv:2211.17192.
create or replace macro tokens_per_step(drafts, acceptance) as
    if(acceptance >= 1, drafts + 1e0, (1 - pow(acceptance, drafts + 1e0)) / (1 - acceptance));
-- FLOP per second that GPUs of that many dense TFLOPS reach at a model FLOPs utilisation. Source: PaLM,
-- arXiv:2204.02311.
create or replace macro reached_flops(tflops, mfu) as tflops * 1e12 * mfu;
-- Seconds to move bytes through the memory of GPUs at a bandwidth utilisation. Source: Databricks, LLM inference (MBU).
create or replace macro memory_seconds(bytes, gpus, bandwidth_gbs, mbu) as bytes / (gpus * bandwidth_gbs * 1e9 * mbu);
-- Link seconds per token of tensor parallelism: two ring all-reduces of FP16 per layer. link_gbs: one way, as reached.
-- Source: Megatron-LM, arXiv:1909.08053.
create or replace macro all_reduce_seconds_per_token(layers, hidden, tp, link_gbs) as
    if(tp > 1, 2e0 * layers * 2 * (tp - 1) / tp * hidden * 2 / (link_gbs * 1e9), 0);
-- Link seconds per token of expert parallelism beside data-parallel attention: sent in FP8, received in FP16. Source:
-- DeepEP.
create or replace macro all_to_all_seconds_per_token(moe_layers, hidden, experts_per_token, tp, link_gbs) as
    if(tp > 1, 1e0 * moe_layers * (tp - 1) / tp * experts_per_token * hidden * 3 / (tp * link_gbs * 1e9), 0);
-- Seconds that a step's collectives wait whatever their size: two per layer. Source: Erdil, arXiv:2506.04645.
create or replace macro collective_latency_seconds(layers, tp, latency_seconds) as
    if(tp > 1, 2 * layers * latency_seconds, 0);
-- Seconds of one decode step through all stages: the fit chose the sum, not the largest, of what a stage does.
create or replace macro decode_step_seconds(stages, memory_s, compute_s, link_s, fixed_s) as
    stages * (memory_s + compute_s + link_s + fixed_s);
-- Seconds to the first token of an idle server.
create or replace macro ttft_seconds(prefill_s, memory_s, fixed_s) as greatest(prefill_s, memory_s) + fixed_s;
-- Seconds between a request's tokens, while the prompts of the rest of its batch are processed in between.
create or replace macro tpot_seconds(step_s, batch, prefill_s, osl) as step_s + (batch - 1) * prefill_s / osl;
-- Output tokens per second of one server: a batch reads its prompts and generates its tokens, over and over.
create or replace macro output_tokens_per_s(osl, prefill_s, step_s, batch) as osl / (prefill_s + osl * step_s / batch);
-- GPU-seconds of a million input tokens, and of a million output tokens; together they are exactly a request's cost.
create or replace macro gpu_seconds_per_m_input(gpus, prefill_s, isl) as gpus * prefill_s / isl * 1e6;
create or replace macro gpu_seconds_per_m_output(gpus, step_s, batch) as gpus * step_s / batch * 1e6;
-- USD per million tokens of servers that are busy for a share `utilisation` (0 to 1) of the hours paid for.
create or replace macro usd_per_m_tokens(gpu_seconds_per_m, usd_per_gpu_hour, utilisation) as
    usd_for_seconds(gpu_seconds_per_m, usd_per_gpu_hour) / utilisation;
-- USD per million tokens of both kinds in a load's own mix, by the tokens that a GPU makes per second while it also
-- reads the prompts.
create or replace macro usd_per_m_mixed_tokens(output_tokens_per_s_per_gpu, usd_per_gpu_hour, isl, osl) as
    usd_for_seconds(1e6 * osl / (isl + osl) / output_tokens_per_s_per_gpu, usd_per_gpu_hour);
