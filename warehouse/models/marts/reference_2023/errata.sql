-- Numbers in the reference document that its own inputs do not give: both, side by side; nothing is forced to fit.
-- materialized: table
-- key: id
select id, claim, printed, unit, computed, formula, assumption as explanation
from marts.seed_claims
where verdict = 'does_not_reproduce'
order by try_cast(id[2:] as integer)
