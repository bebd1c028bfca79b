-- Share of the weights' bytes left when two of every four are zero: half of the values, and two bits to place each
-- remaining one. Source: NVIDIA's Ampere whitepaper on structured sparsity.
create or replace macro sparse_bytes_share(bytes_per_param) as 0.5e0 + 0.125e0 / bytes_per_param;
