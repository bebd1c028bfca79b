-- Every number of the reference document (2023): printed, recomputed, and its verdict. Grain: id.
from v1.seed_claims
order by id[1] = 'N', try_cast(id[2:] as integer)
