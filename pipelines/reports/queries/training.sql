-- The cheapest GPU to train each model on at the speed of reported runs, on demand. Grain: model.
select *
from v1.training_cost
where method = 'reported_mfu' and pricing_model = 'on_demand' and usd_low is not null
qualify row_number() over (partition by model order by usd_low, spec, precision) = 1
order by training_tokens * params, model
