-- Whether an amount of money fits tables and sums: six decimals do not round it to nothing, and thousands of it add up.
-- NULL, zero and negative amounts pass: other rules judge them. `most` is a whole number: DuckDB compares an amount
-- with it in its own type, a decimal a hundred times as quickly as a double.
create or replace macro is_holdable(amount, most) as coalesce(
    amount = 0 or abs(amount) between 0.000001 and most, true -- infinity is more, and so is what is no number
);
