"""How far two runs of the VAbenchmarks network drift apart whose potentials begin a little apart.

usage: chaos.py COBA|CUBA [MILLIVOLTS]      default: 0.015, what fixed point is off by in a single cell (docs/pynn.md)
"""
import sys

import numpy as np
import pyNN.spiNNaker as sim
from pyNN.random import NumpyRNG, RandomDistribution

COBA = sys.argv[1] == "COBA"
LIFT = float(sys.argv[2]) if len(sys.argv) > 2 else 0.015
N, N_EXC = 4000, 3200


def run(lift):
    """Potentials and spikes; all potentials begin `lift` mV higher."""
    sim.setup(timestep=0.1, min_delay=0.1)
    cell = dict(tau_m=20.0, cm=0.2, v_rest=-60.0 if COBA else -49.0, v_reset=-60.0, v_thresh=-50.0, tau_refrac=5.0,
                tau_syn_E=5.0, tau_syn_I=10.0)
    model = sim.IF_cond_exp(e_rev_E=0.0, e_rev_I=-80.0, **cell) if COBA else sim.IF_curr_exp(**cell)
    rng = NumpyRNG(seed=98765)
    cells = sim.Population(N, model)
    start = RandomDistribution("uniform", low=-60.0, high=-50.0, rng=rng).next(N)
    start += lift
    cells.initialize(v=start)
    connector = sim.FixedProbabilityConnector(0.02, rng=rng)
    excitation, inhibition = (0.004, 0.051) if COBA else (0.27e-3 * 60.0, -4.5e-3 * 20.0)
    for view, weight, receptor in ((cells[:N_EXC], excitation, "excitatory"), (cells[N_EXC:], inhibition, "inhibitory")):
        sim.Projection(view, cells, connector, sim.StaticSynapse(weight=weight, delay=0.2), receptor_type=receptor)
    if COBA:
        noise = sim.Population(20, sim.SpikeSourcePoisson(rate=100.0, duration=50.0))
        sim.Projection(noise, cells, sim.FixedProbabilityConnector(0.01, rng=rng), sim.StaticSynapse(weight=0.1))
    cells.record("spikes")
    cells[:100].record("v")
    sim.run(1000.0)
    segment = cells.get_data().segments[0]
    return (np.asarray(segment.filter(name="v")[0].magnitude),
            sorted((round(float(time), 1), i) for i, train in enumerate(segment.spiketrains) for time in train.magnitude))


(v, spikes), (lifted, lifted_spikes) = run(0.0), run(LIFT)
difference = np.abs(v - lifted)
first = next((a[0] for a, b in zip(spikes, lifted_spikes) if a != b), None)
print(f"{sys.argv[1]}: {len(spikes)} and {len(lifted_spikes)} spikes, the same until {first} ms; "
      f"largest difference of v {difference.max():.3f} mV, median {np.median(difference):.4f} mV")
