-- FLOP of a forward pass over some tokens. Source: Kaplan et al. 2020, as the reference document uses it.
create or replace macro inference_flop(params, tokens) as 2.0 * params * tokens;
-- FLOP of training on some tokens: forward and backward. Source: Kaplan et al. 2020.
create or replace macro training_flop(params, tokens) as 6.0 * params * tokens;
-- Seconds at a nominal speed that nothing reaches in practice. Source: the reference document.
create or replace macro nominal_seconds(flop, tflops) as flop / (tflops * 1e12);
-- USD for some GPU-seconds at an hourly price.
create or replace macro usd_for_seconds(seconds, usd_per_gpu_hour) as seconds * usd_per_gpu_hour::double / 3600;
-- Bytes of the weights, and of weights plus what the document adds for training (8 bytes per parameter).
create or replace macro inference_bytes(params, bytes_per_param) as params * bytes_per_param;
create or replace macro training_bytes(params, bytes_per_param) as params * (bytes_per_param + 8);
