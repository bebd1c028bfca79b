-- Each index as earlier builds left it on the day before those that this build computes: the first of them are linked
-- to it. Every index has a row for every day from its first on.
-- materialized: table
-- key: index_id
from state.index_days where day = (select from_on - 1 from intermediate.index_start)
