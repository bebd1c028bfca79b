-- Layouts of one server that are tried where none is given; is_layout says which of them a model and a chip allow.
create or replace macro marts.layouts() as table
select tensor.tp, stages.pp, attention.dp_attn
from (values (1), (2), (4), (8), (16), (32), (64)) as tensor (tp)
cross join (values (1), (2), (4), (8)) as stages (pp)
cross join (values (0), (1)) as attention (dp_attn)
where is_layout(tensor.tp, stages.pp, attention.dp_attn, true, true, 'pcie');
