-- Share of the peaks on NVIDIA's chips that a vendor's software reaches. Source: seeds/theta.csv.
create or replace macro vendor_share(vendor, architecture, amd_efficiency, gaudi_efficiency) as case
    when vendor = 'AMD' then amd_efficiency
    when architecture = 'Gaudi' then gaudi_efficiency
    else 1
end;
-- The same by form: cards of the largest chips are held back by their power; small chips on PCIe reach more of their
-- lower peak. Source: seeds/theta.csv.
create or replace macro form_share(form_factor, link_kind, card_compute, pcie_compute) as case
    when form_factor in ('PCIe', 'NVL') then card_compute
    when link_kind = 'pcie' then pcie_compute
    else 1
end;
-- The same for block-scaled FP8 against one scale per tensor. Source: seeds/theta.csv.
create or replace macro block_scale_share(weights, architecture, block_fp8_hopper, block_fp8) as case
    when weights <> 'FP8-BLOCK' then 1
    when architecture = 'Hopper' then block_fp8_hopper
    else block_fp8
end;
-- GB/s one way between GPUs of one server, before what collectives lose: bridges join two cards, and larger groups
-- communicate over PCIe. Source: NVIDIA's datasheets of NVLink bridges.
create or replace macro one_way_gbs(link_kind, link_gbs, gpus, pcie_gbs) as
    if(link_kind = 'bridge' and gpus > 2, pcie_gbs, link_gbs / 2);
-- Seconds that a collective between GPUs of one server waits whatever its size. Source: seeds/theta.csv.
create or replace macro link_latency_seconds(link_kind, gpus, fabric_latency_seconds, pcie_latency_seconds) as
    if(link_kind = 'bridge' and gpus > 2 or link_kind = 'pcie', pcie_latency_seconds, fabric_latency_seconds);
