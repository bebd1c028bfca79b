-- All that the rules found, one row each. Grain: series_no x run_no x rule. Columns: see gate.findings_value.
from gate.findings_value
union all by name
from gate.findings_identity
union all by name
from gate.findings_terms
union all by name
from gate.findings_scale
union all by name
from gate.findings_regions
union all by name
from gate.findings_component
union all by name
from gate.findings_band
union all by name
from gate.findings_jump
union all by name
from gate.findings_flip
union all by name
from gate.findings_definition
