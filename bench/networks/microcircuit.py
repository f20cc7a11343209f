#!/usr/bin/env python3
"""Prints the cortical microcircuit of Potjans & Diesmann as a network file: 77,169 cells and 0.3 billion synapses at scale 1.

usage: bench/networks/microcircuit.py [--scale S] [--input poisson|dc] [--duration MS] > microcircuit.yaml

A scale below 1 keeps that part of the cells and of each cell's inputs; weights grow by the root of its inverse, and a current replaces
the mean input that is lost. Potjans & Diesmann (2014), Cereb. Cortex 24:785; van Albada et al. (2015), PLoS Comput. Biol. 11:e1004490.
"""
import argparse
import math

LAYERS = ["L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I"]
CELLS = [20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948]
PROBABILITY = [  # row: target, column: source
    [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0000, 0.0076, 0.0000],
    [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0000, 0.0042, 0.0000],
    [0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0.0000],
    [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0000, 0.1057, 0.0000],
    [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0000],
    [0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0.0000],
    [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
    [0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443],
]
EXTERNAL_INPUTS = [1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100]
EXTERNAL_HZ = 8.0                                                          # of each
MEAN_HZ = [0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829]         # at full scale
WEIGHT_NA = 0.08781                                                        # a potential of 0.15 mV
INHIBITION = -4.0
TAU_SYN_MS = 0.5


def relative_weight(target, source):
    if source % 2:
        return INHIBITION
    return 2.0 if (target, source) == (0, 2) else 1.0


def synapses(target, source):
    """Of the full-scale projection, drawn with replacement (the paper's equation 1)."""
    p, pairs = PROBABILITY[target][source], CELLS[target] * CELLS[source]
    return round(math.log(1.0 - p) / math.log((pairs - 1.0) / pairs)) if p > 0.0 else 0


def offset_na(layer, scale, dc):
    """What replaces lost recurrent and external input, and the Poisson drive where there is none."""
    external = WEIGHT_NA * EXTERNAL_INPUTS[layer] * EXTERNAL_HZ
    recurrent = sum(WEIGHT_NA * relative_weight(layer, j) * synapses(layer, j) / CELLS[layer] * MEAN_HZ[j] for j in range(8))
    lost = (1.0 - math.sqrt(scale)) * (recurrent + external)
    return 1e-3 * TAU_SYN_MS * (lost + (math.sqrt(scale) * external if dc else 0.0))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--input", choices=["poisson", "dc"], default="poisson")
    parser.add_argument("--duration", type=float, default=1000.0, help="ms")
    options = parser.parse_args()
    scale, dc = options.scale, options.input == "dc"
    if dc and scale != 1.0:
        parser.error("--input dc asks for --scale 1: a small network without noise falls silent")
    print(f"name: microcircuit-{scale:g}-{options.input}\ntimestep: 0.1\nduration: {options.duration}\nseed: 55\npopulations:")
    for i, layer in enumerate(LAYERS):
        size = round(CELLS[i] * scale)
        print(f"  {layer}: {{size: {size}, model: IF_curr_exp, initial: {{v: {{normal: [-58.0, 10.0]}}}}, parameters: {{tau_m: 10.0, cm: 0.25, "
              f"v_rest: -65.0, v_thresh: -50.0, v_reset: -65.0, tau_refrac: 2.0, tau_syn_E: {TAU_SYN_MS}, tau_syn_I: {TAU_SYN_MS}, "
              f"i_offset: {offset_na(i, scale, dc):.6f}}}}}")
        if not dc:
            print(f"  drive_{layer}: {{size: {size}, model: SpikeSourcePoisson, "
                  f"parameters: {{rate: {EXTERNAL_INPUTS[i] * scale * EXTERNAL_HZ:.1f}}}}}")
    print("projections:")
    for i, target in enumerate(LAYERS):
        for j, source in enumerate(LAYERS):
            n = round(synapses(i, j) * scale * scale)
            if n == 0:
                continue
            weight = WEIGHT_NA / math.sqrt(scale) * relative_weight(i, j)
            bounds = "-.inf, 0.0" if weight < 0 else "0.0, .inf"
            delay = 0.75 if j % 2 else 1.5
            print(f"  - {{from: {source}, to: {target}, receptor: {'inhibitory' if j % 2 else 'excitatory'}, "
                  f"connector: {{FixedTotalNumber: {{n: {n}, with_replacement: true}}}}, synapse: {{Static: {{"
                  f"weight: {{normal_clipped: [{weight:.6f}, {abs(weight) * 0.1:.6f}, {bounds}]}}, "
                  f"delay: {{normal_clipped: [{delay}, {delay / 2}, 0.1, .inf]}}}}}}}}")
    if not dc:
        for layer in LAYERS:
            print(f"  - {{from: drive_{layer}, to: {layer}, connector: OneToOne, receptor: excitatory, "
                  f"synapse: {{Static: {{weight: {WEIGHT_NA / math.sqrt(scale):.6f}, delay: 0.1}}}}}}")
    print("record:")
    for layer in LAYERS:
        print(f"  - {{population: {layer}, variables: [spikes]}}")


if __name__ == "__main__":
    main()
