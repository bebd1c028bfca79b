-- Every number of the reference document: printed, recomputed, and whether it holds. accept_low to accept_high: the
-- range that the printed words allow, by their own rounding.
-- materialized: table
-- key: id
-- columns:
--   verdict: reproduces; reproduces_with_assumption (then `assumption` says which); does_not_reproduce; definition;
--     external_unverifiable
select
    seed_claims.id,
    seed_claims.section,
    seed_claims.claim,
    seed_claims.printed,
    seed_claims.unit,
    coalesce(claim_values.formula, if(seed_claims.kind = 'definition', seed_claims.printed, null)) as formula,
    claim_values.computed,
    claim_values.assuming as computed_with_assumption,
    case
        when seed_claims.kind = 'definition' then 'definition'
        when seed_claims.kind = 'external' then 'external_unverifiable'
        when claim_values.computed between seed_claims.accept_low and seed_claims.accept_high then 'reproduces'
        when
            claim_values.assuming between seed_claims.accept_low and seed_claims.accept_high
            then 'reproduces_with_assumption'
        else 'does_not_reproduce'
    end as verdict,
    seed_claims.assumption,
    seed_claims.accept_low,
    seed_claims.accept_high
from seeds.seed_claims
left join core.claim_values using (id)
order by seed_claims.id[1] = 'N', try_cast(seed_claims.id[2:] as integer)
