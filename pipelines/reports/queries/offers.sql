-- Prices in force that pages show: the first 120 of every GPU and provider, and the lowest of each provider.
-- Grain: series_id.
select
    series_id, source, provider, instance, gpu, form_factor, gpu_memory_gb, gpu_count, region, zone, pricing_model,
    term_months, upfront, price_scope, rank, valid_from, observed_at, last_seen_on, price, currency, price_unit,
    usd_per_gpu_hour, effective_from, effective_until, availability, vcpus, ram_gb, quality, origin, gpu_label,
    source_url, sha256, is_carried_forward, is_preferred, age_days, is_held, place, spec, usd_per_fp16_tflops_hour,
    usd_per_gb_hour
from made.offers
qualify place = 1
    or row_number() over (
        partition by gpu, gpu_memory_gb
        order by is_sold_out(availability), usd_per_gpu_hour nulls last, provider, instance, region, zone,
            pricing_model, term_months, series_id
    ) <= 120
    or row_number() over (
        partition by provider
        order by gpu nulls last, gpu_memory_gb, is_sold_out(availability), usd_per_gpu_hour nulls last, instance,
            region, zone, pricing_model, term_months, series_id
    ) <= 120
order by
    is_sold_out(availability), usd_per_gpu_hour nulls last, provider, gpu, gpu_memory_gb, instance, region, zone,
    pricing_model, term_months, series_id
