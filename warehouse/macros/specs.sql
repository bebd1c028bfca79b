-- Whether a spec describes a priced GPU of the same name: memory within 7 % (vendors print 262 to 288 GB for one chip),
-- and the same form factor, or the usual one where the page prints none. Source: how identity resolves labels.
create or replace macro is_described_by(
    form_factor, gpu_memory_gb, spec_form_factor, spec_is_default, spec_memory_gb
) as
    abs(gpu_memory_gb - spec_memory_gb) <= 0.07 * spec_memory_gb and (
        coalesce(form_factor = spec_form_factor, false)
        or spec_is_default and (spec_form_factor is null or coalesce(form_factor, '') = ''));
