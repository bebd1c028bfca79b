-- USD per hour and unit of a GPU: dense TFLOPS, GB of memory, GB/s of bandwidth. NULL where the spec lacks the figure.
-- Source: division; nominal figures, which nothing reaches in practice.
create or replace macro usd_per_unit_hour(usd_per_gpu_hour, units) as usd_per_gpu_hour::double / nullif(units, 0);
