-- Each distinct label of a hosted model, with its spec and what all lists call it.
-- materialized: table
-- key: hosted_model
-- columns:
--   hosted_model varchar: as a list has it
--   model varchar: name in marts.llm_specs, NULL where there is none or it may be another release
--   model_key varchar: equal for labels that name one model
from python.hosted_models
