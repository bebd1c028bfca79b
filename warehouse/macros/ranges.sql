-- Whether an amount of money fits tables and sums: six decimals do not round it to nothing, and thousands of it add up.
-- NULL, zero and negative amounts pass: other rules judge them.
create or replace macro is_holdable(amount, most) as coalesce(
    amount = 0 or (isfinite(amount::double) and abs(amount::double) between 1e-6 and most), true
);
