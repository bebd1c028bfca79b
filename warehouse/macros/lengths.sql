-- A length that a source gives as a range, "1000-8000" or "3000 (1000–8000)" with the typical one first, as {low, high,
-- middle} in tokens. middle: the typical one, else the geometric mean, which is as many times one end as the other is
-- times it. All NULL where it is no range, or the typical one lies outside.
create or replace macro token_range(cell) as list_transform(
    [regexp_extract(
        cell, '^\s*(?:(\d{1,9})\s*\(\s*)?(\d{1,9})\s*[-–]\s*(\d{1,9})\s*\)?\s*$', ['typical', 'low', 'high']
    )],
    lambda r: if(
        r.high <> ''
        and try_cast(r.low as double) between 1 and try_cast(r.high as double)
        and (r.typical = '' or try_cast(r.typical as double) between r.low::double and r.high::double),
        {
            'low': r.low::double,
            'high': r.high::double,
            'middle': if(r.typical = '', sqrt(r.low::double * r.high::double), r.typical::double)
        },
        null
    )
)[1];
-- Whether words beside a row say that its length ('isl', 'osl') was not stated but assumed: "ISL 780 assumed", "ISL
-- about 8000". Source: the wording of throughput tables.
create or replace macro is_length_assumed(words, length) as coalesce(
    regexp_matches(
        lower(words), concat('\b', length, '\b[^;,]*\b(assumed|about|approx\w*|unknown|not stated)\b')
    ),
    false
);
