-- Every number of the document: printed, recomputed, and whether it holds.
-- Grain: claim id. verdict: reproduces; reproduces_with_assumption (then `assumption` says which); does_not_reproduce;
-- definition; external_unverifiable. accept_low..accept_high: what the printed words allow, by their own rounding.
select
    c.id,
    c.section,
    c.claim,
    c.printed,
    c.unit,
    coalesce(v.formula, if(c.kind = 'definition', c.printed, null)) as formula,
    v.computed,
    v.assuming as computed_with_assumption,
    case
        when c.kind = 'definition' then 'definition'
        when c.kind = 'external' then 'external_unverifiable'
        when v.computed between c.accept_low and c.accept_high then 'reproduces'
        when v.assuming between c.accept_low and c.accept_high then 'reproduces_with_assumption'
        else 'does_not_reproduce'
    end as verdict,
    c.assumption,
    c.accept_low,
    c.accept_high
from seeds.seed_claims as c
left join core.claim_values as v using (id)
order by c.id[1] = 'N', try_cast(c.id[2:] as integer)
