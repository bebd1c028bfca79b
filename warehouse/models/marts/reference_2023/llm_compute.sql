-- Compute cost of the reference document's models in FLOP: 2p per token to infer, 6p per token to train, beside its
-- printed figures.
-- materialized: table
-- key: model
-- columns:
--   training_tokens: as corrected (BERT's are billions, not millions)
select
    model,
    params,
    training_tokens_printed,
    training_tokens,
    training_flop(params, training_tokens) as training_flop,
    training_flops_printed as training_flop_printed,
    inference_flop(params, 1000) as inference_flop_1000_tokens,
    inference_flop(params, 1024) as inference_flop_1024_tokens,
    inference_flops_printed as inference_flop_printed
from seeds.seed_models
