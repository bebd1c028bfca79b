-- Whether a figure is a round number of tokens, as limits of models are: thousands, or 1,024 times something.
create or replace macro is_token_count(figure) as figure >= 1000
and figure = floor(figure)
and (figure % 1000 = 0 or figure % 1024 = 0);
-- The same figure written in thousands: 128, 131.072 or 200 for limits of 131,072 and 200,000 tokens. Few are usual.
create or replace macro is_token_count_in_thousands(figure) as figure in (8, 16, 32, 64, 100, 128, 200, 256, 512)
or (figure >= 8 and figure * 1000 = floor(figure * 1000) and (figure * 1000) % 1024 = 0);
-- How many times one price is another, whichever is the larger.
create or replace macro times_apart(one, other) as greatest(one / other, other / one);
-- USD per million tokens of a host's prices, for requests of isl and answers of osl tokens of which a share hit_rate (0
-- to 1) of the input is read from the host's cache; without a price for those they cost as much as others.
create or replace macro hosted_usd_per_m_tokens(input_usd, cached_usd, output_usd, isl, osl, hit_rate) as
    (isl * ((1 - hit_rate) * input_usd + hit_rate * coalesce(cached_usd, input_usd)) + osl * output_usd) / (isl + osl);
-- GPU-seconds of a million tokens of both kinds, when a share hit_rate of the input is in the server's own cache: its
-- prefill is saved, and that its keys and values are read all the same is part of decoding.
create or replace macro gpu_seconds_per_m_mixed(gpu_seconds_input, gpu_seconds_output, isl, osl, hit_rate) as
    (isl * (1 - hit_rate) * gpu_seconds_input + osl * gpu_seconds_output) / (isl + osl);
