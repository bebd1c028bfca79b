-- Every number of the reference document (2023-04-07): printed, recomputed, and whether it holds.
-- materialized: view
-- key: id
-- columns:
--   verdict: reproduces; reproduces_with_assumption (then `assumption` says which); does_not_reproduce; definition;
--     external_unverifiable
--   printed, computed, computed_with_assumption: in unit
select id, section, claim, printed, unit, formula, computed, computed_with_assumption, verdict, assumption
from marts.seed_claims
