-- Words of FOCUS, the FinOps Open Cost and Usage Specification.
-- A pricing unit in its unit format: gpu_hour -> GPU-Hours, month -> Months; of a price for a whole term, instances are
-- counted. NULL for a unit that has no words here.
create or replace macro focus_unit(price_unit) as case
    when price_unit = 'term_total' then 'Instances'
    when hours_of_unit(price_unit) is null then null
    else concat(
        case
            when price_unit like 'gpu_%' then 'GPU-'
            when price_unit like 'vcpu_%' then 'Core-'
            when price_unit like 'gib_%' then 'GiB-'
            else ''
        end,
        upper(left(split_part(price_unit, '_', -1), 1)), split_part(price_unit, '_', -1)[2:], 's'
    )
end;
-- A term of months as FOCUS writes durations: 12 -> 1 Year, 36 -> 3 Years, 6 -> 6 Months. NULL where it is not stated.
create or replace macro focus_duration(term_months) as case
    when nullif(term_months, 0) is null then null
    when term_months % 12 = 0 then concat(term_months // 12, if(term_months = 12, ' Year', ' Years'))
    else concat(term_months, if(term_months = 1, ' Month', ' Months'))
end;
-- A moment (TIMESTAMPTZ) as TIMESTAMP in UTC, as timezone('UTC', moment), which asks a calendar for each row.
create or replace macro utc_time(moment) as make_timestamp(epoch_us(moment));
-- A moment (TIMESTAMPTZ) as FOCUS writes times, in UTC whatever the reader's time zone, with its Z; and the start of a
-- UTC day (DATE, or TIMESTAMP in UTC).
create or replace macro focus_time(moment) as strftime(utc_time(moment), '%Y-%m-%dT%H:%M:%SZ');
create or replace macro focus_day(utc_day) as strftime(utc_day, '%Y-%m-%dT%H:%M:%SZ');
-- A price is for a commitment: it is bought for a term, and its discount is of usage or, for flexible CUDs, of spend.
create or replace macro is_commitment(pricing_model) as pricing_model in ('reserved', 'flexible_cud');
create or replace macro focus_commitment_category(pricing_model) as case pricing_model
    when 'flexible_cud' then 'Spend'
    when 'reserved' then 'Usage'
end;
-- The provider's name of what is sold, or the GPU, its memory and count where it has none.
create or replace macro focus_sku_id(instance, gpu, form_factor, gpu_memory_gb, gpu_count, series_id) as coalesce(
    nullif(instance, ''),
    concat_ws(
        ' ',
        concat(gpu_count::double, 'x'), gpu, nullif(form_factor, ''), concat(nullif(gpu_memory_gb, 0)::double, 'GB')
    ).replace('.0x', 'x').replace('.0GB', 'GB'),
    series_id
);
-- The service that a price is of. Source: serviceName of Azure's Retail Prices API, the names of the price lists of
-- AWS, Google Cloud and Oracle Cloud; other providers name none, and the kind of product stands for it.
create or replace macro focus_service_name(provider, product) as case provider
    when 'aws' then 'Amazon Elastic Compute Cloud'
    when 'azure' then 'Virtual Machines'
    when 'gcp' then 'Compute Engine'
    when 'oracle' then 'Compute'
    else concat('GPU ', coalesce(nullif(product, ''), 'machine'), 's')
end;
