-- warn: the page prints another number of GPUs than seeds/instance_gpus says of this instance.
select distinct provider, instance, printed_count, known_count
from staging.gpu_identity
where printed_count <> known_count
