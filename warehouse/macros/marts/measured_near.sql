-- The nearest measurement of each asked row, if there is one: same model, GPU and format; prompts, answers and requests
-- at once by GPU at most four times as long or many, or as short or few; no guessed tokens and no prompts read
-- elsewhere. asked: name of a relation with row, model, gpu_spec, weights, isl, osl and batch_per_gpu (requests at once
-- by GPU). Nearest: the least sum of logarithms of both lengths and of half that of the batch; then the newest.
create or replace macro marts.measured_near(asked) as table
select asked_rows.row, results.*
from query_table(asked) as asked_rows
join marts.measured_throughput as results
    on results.model = asked_rows.model
    and results.gpu_spec = asked_rows.gpu_spec
    and replace(results.weights, 'BF16', 'FP16') = replace(asked_rows.weights, 'BF16', 'FP16')
where results.is_current
    and results.in_scope
    and split_part(results.class, ', ', 4) in ('offline', 'closed loop', 'server')
    and greatest(results.isl / asked_rows.isl, asked_rows.isl / results.isl) <= 4
    and greatest(results.osl / asked_rows.osl, asked_rows.osl / results.osl) <= 4
    and coalesce(
        greatest(
            results.batch / results.gpus / asked_rows.batch_per_gpu,
            asked_rows.batch_per_gpu / results.batch * results.gpus
        ) <= 4, true
    )
qualify row_number() over (
    partition by asked_rows.row
    order by
        abs(ln(results.isl / asked_rows.isl)) + abs(ln(results.osl / asked_rows.osl))
        + coalesce(abs(ln(results.batch / results.gpus / asked_rows.batch_per_gpu)) / 2, 0),
        results.date desc,
        results.result_id
) = 1;
