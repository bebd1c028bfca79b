"""What serving and training cost: the formulas of macros/ applied to what people ask, and held against measurements."""
