-- Every number of the seed document: printed, recomputed, and whether it holds. Grain: id.
from v1.seed_claims
order by id[1] = 'N', try_cast(id[2:] as integer)
