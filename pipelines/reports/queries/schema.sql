-- The meaning of every column of v1. Grain: relation x column.
select c.table_name as relation, t.comment as about, c.column_name as name, c.data_type as type, c.comment as meaning
from duckdb_columns() as c
left join (
    select table_name, comment from duckdb_tables() where schema_name = 'v1' and database_name = 'published'
    union all
    select view_name, comment from duckdb_views() where schema_name = 'v1' and database_name = 'published'
) as t using (table_name)
where c.schema_name = 'v1' and c.database_name = 'published'
order by c.table_name, c.column_index
