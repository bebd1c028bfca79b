-- All that is held against the runs at hand, one row each. Grain: series_no x run_no x rule. Columns: see gate.findings_value.
-- The build keeps it as state.findings, so that an append knows what a whole build would find.
from gate.findings_now
-- The way back is looked at anew with every look.
anti join (from seeds.gate_rules where judged_by = 'way_back') using (rule)
union all by name
from gate.findings_jump
union all by name
from gate.findings_definition
union all by name
from gate.findings_flip
