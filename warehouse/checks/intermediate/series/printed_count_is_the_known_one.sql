-- warn: the page prints another number of GPUs than seeds/instance_gpus says of this instance.
select distinct provider, instance, gpu_count, known_count
from intermediate.series
where gpu_count <> known_count
