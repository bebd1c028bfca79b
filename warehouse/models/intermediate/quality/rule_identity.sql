-- Rows that contradict what is known of their machine: GPU count, fraction of a GPU, GPU name and memory. Why: a right
-- price over a wrong count is a wrong price per GPU, and it looks right.
-- materialized: table
-- driven_by: intermediate.gated_versions
-- key: series_no, version_no, rule
-- columns:
--   expected: the known count, or memory in GB
with counted as (
    select
        *,
        -- The factor by which the source miscounts this GPU wherever the count is known; NULL if it is right anywhere.
        if(
            bool_and(known_count is null or gpu_count > known_count * 1.001 and known_count = floor(known_count))
                over same,
            max(gpu_count / known_count) over same,
            null
        ) as off_by
    from intermediate.gated_versions
    window same as (partition by source, provider, gpu, gpu_memory_gb, first_on)
),
faults as (
    select series_no, version_no, 'gpu_count_known' as rule, known_count::double as expected,
        format('counted as {:.6g} GPUs; the instance type holds {:.6g}', gpu_count::double, known_count::double)
            as reason
    from counted
    join seeds.gate_rules on gate_rules.rule = 'gpu_count_known'
    where is_new and abs(gpu_count / known_count - 1) > gate_rules.tolerance
    union all
    select series_no, version_no, 'gpu_count_of_source', (gpu_count / off_by)::double,
        format('this source counts {:.3g} times the {} GPUs of every machine whose count is known', off_by::double, gpu)
    from counted
    where is_new and known_count is null and gpu is not null and off_by is not null
    union all
    select series_no, version_no, 'fractional_gpu', known_count::double,
        format('a {:.3g} part of a GPU counted as {:.0f}', known_count::double, printed_count::double)
    from counted
    where is_new and known_count < 1 and printed_count in (0, 1)
    union all
    select series_no, version_no, 'gpu_name', gpu_memory_gb::double,
        format(
            'labelled {} {:.4g} GB; the instance type holds {} {:.4g} GB',
            label_gpu,
            label_memory_gb::double,
            gpu,
            gpu_memory_gb::double
        )
    from counted
    join seeds.gate_rules on gate_rules.rule = 'gpu_name'
    -- A series keeps its first label: later scrapes may have corrected it.
    where is_new and version_no = 1 and label_gpu is not null and gpu is not null
        and (label_gpu <> gpu or abs(label_memory_gb / gpu_memory_gb - 1) > gate_rules.tolerance)
        -- Printing the total memory of all GPUs is no contradiction.
        and not coalesce(
            abs(label_memory_gb / gpu_memory_gb / gpu_count - 1) <= gate_rules.tolerance and label_gpu = gpu, false
        )
)
select
    faults.series_no,
    faults.version_no,
    gate_rules.rule,
    gate_rules.verdict,
    gate_rules.class,
    gate_rules.is_contradiction,
    faults.expected,
    faults.reason
from faults
join seeds.gate_rules using (rule)
