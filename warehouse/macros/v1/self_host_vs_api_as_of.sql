-- Break-even of self-hosting against hosted APIs on any day: v1.self_host_vs_api with that day's prices on both sides,
-- one row per workload, precision, pricing model, term and host. hit_rate: share of the input (0 to 1) that is read
-- from a cache, at the host's cached price and without prefill on the own machine. utilisation: the largest share of
-- the machine's capacity that the load can fill; above it a second machine is needed, so no break-even lies there.
-- in_batch: at the host's batch prices. input_share: share of the input in all tokens, where it is not the workload's.
-- Speeds and constants are today's; break_even_* are NULL where the host is cheaper.
create or replace macro v1.self_host_vs_api_as_of(
    as_of, of_model, hit_rate := 0, utilisation := 1, in_batch := false, input_share := null
) as table
with servers as (
    from marts.self_host_machines_as_of(
        as_of, of_model, hit_rate := hit_rate, input_share := input_share
    )
    qualify row_number() over (
        partition by workload, precision, pricing_model, term_months
        order by own_usd_per_m_tokens_at_full_use, gpu_count, provider, spec, tp
    ) = 1
),
hosted as (
    select
        *,
        if(in_batch, usd_per_m_batch_input_tokens, usd_per_m_input_tokens) as input_usd,
        if(in_batch, usd_per_m_batch_output_tokens, usd_per_m_output_tokens) as output_usd,
        if(in_batch, null, usd_per_m_cached_input_tokens) as cached_usd
    from core.hosted_prices_as_of(as_of)
    where model = of_model and not coalesce(is_deprecated, false)
)
select
    as_of::date as as_of,
    servers.model,
    servers.workload,
    servers.precision,
    servers.pricing_model,
    servers.term_months,
    hosted.host,
    hosted.hosted_model,
    hosted.input_usd::double as hosted_usd_per_m_input_tokens,
    hosted.cached_usd::double as hosted_usd_per_m_cached_input_tokens,
    hosted.output_usd::double as hosted_usd_per_m_output_tokens,
    hosted_usd_per_m_tokens(
        hosted.input_usd, hosted.cached_usd, hosted.output_usd, servers.input_share, 1 - servers.input_share, hit_rate
    )::double as hosted_usd_per_m_tokens,
    hosted.valid_from as hosted_since,
    hosted.source as hosted_list,
    hosted.list_read_on as hosted_on,
    hosted.source_url as hosted_url,
    servers.spec,
    servers.tp,
    servers.gpu_count,
    servers.provider,
    servers.instance,
    servers.usd_per_gpu_hour,
    servers.source_url as source_url,
    hit_rate::double as hit_rate,
    utilisation::double as utilisation,
    servers.own_usd_per_m_tokens_at_full_use,
    servers.own_usd_per_day,
    servers.capacity_tokens_per_day,
    if(
        servers.own_usd_per_m_tokens_at_full_use <= hosted_usd_per_m_tokens * utilisation,
        servers.own_usd_per_m_tokens_at_full_use / hosted_usd_per_m_tokens,
        null
    ) as break_even_utilisation,
    break_even_utilisation * servers.capacity_tokens_per_day as break_even_tokens_per_day,
    servers.theta_version
from servers
join hosted
    on
        servers.isl > hosted.above_tokens
        and servers.isl <= coalesce(hosted.up_to_input_tokens, 'infinity'::double)
where hosted.input_usd > 0 and hosted.output_usd > 0;
