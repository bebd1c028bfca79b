-- Formulas over a bill's texts, then the view `bill_said`: every line with the words that may name a GPU.
create temp macro bill_amount(amount) as try_cast(amount as decimal(38, 18));
create temp macro bill_time(moment) as coalesce(
    try_cast(moment as timestamptz), try_strptime(moment, '%Y-%m-%dT%H:%MZ')::timestamptz
);
create temp macro bill_json(content) as try_cast(content as json);  -- NULL for what is none
create temp macro bill_property(properties, name) as if(
    json_type(bill_json(properties)) = 'OBJECT', json_extract_string(bill_json(properties), '/' || name), null
);
-- A tag of an object of tags, or of a list of keys and values.
create temp macro bill_tag(tags, name) as case json_type(bill_json(tags))
    when 'OBJECT'
        then json_extract_string(bill_json(tags), '/' || replace(replace(name, '~', '~0'), '/', '~1'))
    when 'ARRAY'
        then list_filter(
            json_transform(bill_json(tags), '[{"key": "VARCHAR", "value": "VARCHAR"}]'),
            lambda pair: pair.key = name
        )[1].value
end;
create temp macro bill_fault(at_column, why, cell) as struct_pack(at := at_column, reason := why, value := cell);
create temp view bill_said as
select
    *,
    coalesce(
        bill_property(sku_price_details, 'InstanceType'),
        bill_property(sku_price_details, 'x_InstanceType'),
        nullif(x_instance_type, ''),
        bill_property(x_sku_details, 'ServiceType'),
        ''
    ) as stated_instance,
    coalesce(bill_property(sku_price_details, 'GpuCount'), '') as stated_count,
    coalesce(
        bill_property(sku_price_details, 'OperatingSystem'), bill_property(x_sku_details, 'ImageType'), ''
    ) as operating_system,
    coalesce(nullif(x_sku_meter_name, ''), sku_meter) as meter,
    coalesce(nullif(x_sku_description, ''), charge_description) as description,
    coalesce(bill_tag(tags, 'compute.googleapis.com/machine_spec'), '') as machine
from bill_text;
