"""A balanced network of excitatory and inhibitory cells with conductances (Vogels and Abbott 2005), for PyNN.

Twenty Poisson sources kick the network for 50 ms; it goes on by itself. Spikes of all cells and the potentials of two are
written to Results/<date>/, the excitatory and the inhibitory cells apart.

usage: balanced_network.py [CELLS [MILLISECONDS]]         default: 4000 cells, 1000 ms
"""
import sys

import pyNN.spiNNaker as sim
from pyNN.random import NumpyRNG, RandomDistribution
from pyNN.utility import Timer, normalized_filename

TIMESTEP, DELAY = 0.1, 0.2                              # ms
CELL = dict(v_rest=-60.0, v_reset=-60.0, v_thresh=-50.0,  # mV
            tau_m=20.0, tau_refrac=5.0, tau_syn_E=5.0, tau_syn_I=10.0,  # ms
            cm=0.2, e_rev_E=0.0, e_rev_I=-80.0)         # nF, mV
CONNECTED = 0.01                                        # part of all pairs of cells
EXCITATION, INHIBITION, KICK = 0.004, 0.051, 0.1        # uS


def run(n_cells=4000, duration=1000.0):
    timer = Timer()
    sim.setup(timestep=TIMESTEP, min_delay=DELAY, max_delay=10.0)
    rng = NumpyRNG(seed=98765)

    cells = sim.Population(n_cells, sim.IF_cond_exp(**CELL), label="cells",
                           initial_values={"v": RandomDistribution("uniform", low=-60.0, high=-50.0, rng=rng)})
    n_excitatory = round(0.8 * n_cells)
    excitatory, inhibitory = cells[:n_excitatory], cells[n_excitatory:]
    sources = sim.Population(20, sim.SpikeSourcePoisson(rate=10.0, duration=50.0), label="kick")

    connector = sim.FixedProbabilityConnector(CONNECTED, rng=rng)
    for pre, weight, delay, receptor in ((excitatory, EXCITATION, DELAY, "excitatory"),
                                         (inhibitory, INHIBITION, DELAY, "inhibitory"),
                                         (sources, KICK, None, "excitatory")):
        sim.Projection(pre, cells, connector, sim.StaticSynapse(weight=weight, delay=delay), receptor_type=receptor)
    cells.record("spikes")
    excitatory[[0, 1]].record("v")
    built = timer.diff()

    sim.run(duration)
    ran = timer.diff()
    rates = {}
    for name, group in (("exc", excitatory), ("inh", inhibitory)):
        rates[name] = group.mean_spike_count() * 1000.0 / duration
        group.write_data(normalized_filename("Results", f"balanced_{name}", "pkl", "spinnaker"))
        print(f"{name}: {rates[name]:.2f} Hz")
    sim.end()
    print(f"built in {built:.2f} s, ran in {ran:.2f} s, written in {timer.diff():.2f} s")
    return rates


if __name__ == "__main__":
    run(*(int(argument) for argument in sys.argv[1:3]))
