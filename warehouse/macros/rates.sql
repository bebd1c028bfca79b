-- USD for a volume at graduated rates. rates: list of {from_gb, to_gb, usd}, to_gb NULL for the last; gb and bounds in
-- the same unit. NULL where no rates are known. Source: how clouds charge egress, each part at its own rate.
create or replace macro usd_at_rates(gb, rates) as list_sum(list_transform(
    rates, lambda r: r.usd::double * greatest(0, least(gb::double, coalesce(r.to_gb, gb)) - r.from_gb)
));
-- GPUs billed when that many are needed: machines are rented whole. Source: division.
create or replace macro gpus_billed(gpus, gpu_count) as ceil(gpus / gpu_count) * gpu_count;
