#!/usr/bin/env python3
"""Prints Brunel's random network as a network file: 80 % excitatory cells, each with 800 excitatory and 200 inhibitory inputs.

usage: bench/networks/brunel.py [--n 10000] [--input poisson|dc] [--duration MS] > brunel.yaml

g = 5, drive at twice the threshold rate: the asynchronous irregular state at about 40 Hz. Synapses: 1000 times n.
Brunel (2000), J. Comput. Neurosci. 8:183.
"""
import argparse

CELL = ("{tau_m: 20.0, cm: 1.0, v_rest: 0.0, v_thresh: 20.0, v_reset: 10.0, tau_refrac: 2.0, tau_syn_E: 0.5, tau_syn_I: 0.5, "
        "i_offset: %s}")
WEIGHT_NA = {"exc": 0.2, "inh": -1.0}
INPUTS = {"exc": 800, "inh": 200}
DRIVE_HZ = 20000.0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=10000, help="cells")
    parser.add_argument("--input", choices=["poisson", "dc"], default="poisson")
    parser.add_argument("--duration", type=float, default=1000.0, help="ms")
    options = parser.parse_args()
    sizes = {"exc": options.n * 4 // 5, "inh": options.n // 5}
    mean_drive_na = DRIVE_HZ * 1e-3 * WEIGHT_NA["exc"] * 0.5  # rate * weight * tau_syn
    print(f"name: brunel-{options.n}-{options.input}\ntimestep: 0.1\nduration: {options.duration}\nseed: 1234\npopulations:")
    for name, size in sizes.items():
        cell = CELL % (mean_drive_na if options.input == "dc" else 0.0)
        print(f"  {name}: {{size: {size}, model: IF_curr_exp, parameters: {cell}, initial: {{v: {{uniform: [0.0, 20.0]}}}}}}")
        if options.input == "poisson":
            print(f"  drive_{name}: {{size: {size}, model: SpikeSourcePoisson, parameters: {{rate: {DRIVE_HZ}}}}}")
    print("projections:")
    for source in sizes:
        receptor = "excitatory" if source == "exc" else "inhibitory"
        for target in sizes:
            print(f"  - {{from: {source}, to: {target}, connector: {{FixedNumberPre: {{n: {INPUTS[source]}, with_replacement: true}}}}, "
                  f"synapse: {{Static: {{weight: {WEIGHT_NA[source]}, delay: 1.5}}}}, receptor: {receptor}}}")
    if options.input == "poisson":
        for target in sizes:
            print(f"  - {{from: drive_{target}, to: {target}, connector: OneToOne, "
                  f"synapse: {{Static: {{weight: {WEIGHT_NA['exc']}, delay: 0.1}}}}, receptor: excitatory}}")
    print("record:\n  - {population: exc, variables: [spikes]}\n  - {population: inh, variables: [spikes]}")


if __name__ == "__main__":
    main()
