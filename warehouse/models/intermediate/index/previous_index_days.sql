-- The last day of each index before those this build computes: the first of them is linked to it.
-- materialized: table
-- key: index_id
with counted as (
    select index_id, day
    from state.index_prices
    where day < (select from_on from intermediate.index_start)
    group by index_id, day
    having count(*) >= 3
)
select index_id, max(day) as since_on from counted group by index_id
