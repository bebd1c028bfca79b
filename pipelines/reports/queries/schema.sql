-- The meaning of every column of v1. Grain: relation x column.
select columns.table_name as relation, relations.comment as about, columns.column_name as name,
    columns.data_type as type, columns.comment as meaning
from duckdb_columns() as columns
left join (
    select table_name, comment from duckdb_tables() where schema_name = 'v1' and database_name = 'published'
    union all
    select view_name, comment from duckdb_views() where schema_name = 'v1' and database_name = 'published'
) as relations using (table_name)
where columns.schema_name = 'v1' and columns.database_name = 'published'
order by columns.table_name, columns.column_index
