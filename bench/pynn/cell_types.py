"""Every cell type of PyNN's that the machine has, each with a current and the same excitatory and inhibitory spikes.

Two cell types mean something else on a board, and so here (docs/pynn.md): their weights and currents are given to both backends
in the units that make them equal.

usage: cell_types.py BACKEND
"""
import importlib
import math
import sys

import numpy as np
from pyNN.parameters import Sequence

sim = importlib.import_module(f"pyNN.{sys.argv[1]}")
HERE = sys.argv[1] == "spiNNaker"
SYNAPSES = dict(tau_syn_E=2.0, tau_syn_I=4.0)
QUICK = dict(cm=0.25, tau_m=12.0, tau_refrac=2.0, **SYNAPSES)
CELLS = {"IF_curr_exp": QUICK, "IF_curr_alpha": QUICK, "IF_cond_exp": QUICK, "IF_cond_alpha": QUICK,
         "EIF_cond_exp_isfa_ista": SYNAPSES, "HH_cond_exp": SYNAPSES, "Izhikevich": {}}
STEPS = {"EIF_cond_exp_isfa_ista": (0.5, 1.0, 0.0), "Izhikevich": (6.0, 12.0, 0.0) if HERE else (0.006, 0.012, 0.0)}  # nA

sim.setup(timestep=0.1, min_delay=0.1, max_delay=10.0)
rng = np.random.default_rng(5)
sources = [sim.Population(10, sim.SpikeSourceArray(spike_times=[
    Sequence(np.sort(np.round(rng.uniform(5.0, 380.0, 8), 1))) for _ in range(10)])) for _ in range(2)]
for name, parameters in CELLS.items():
    cell = getattr(sim, name)(**parameters)
    cells = sim.Population(2, cell, label=name)
    sim.StepCurrentSource(times=[50.0, 150.0, 250.0],
                          amplitudes=STEPS.get(name, (0.2, 0.5, 0.0))).inject_into(cells[0:1])
    for source, receptor, weight in zip(sources, ("excitatory", "inhibitory"),
                                        (0.01, 0.02) if cell.conductance_based else (0.3, -0.3)):
        if name == "Izhikevich":
            continue  # PyNN's takes steps of potential, the board's currents
        if name == "IF_curr_alpha" and HERE:
            weight *= math.e * parameters["tau_syn_E" if receptor == "excitatory" else "tau_syn_I"]
        sim.Projection(source, cells, sim.AllToAllConnector(), sim.StaticSynapse(weight=weight, delay=1.0),
                       receptor_type=receptor)
    cells.record(["spikes", "v"])
sim.run(400.0)
sim.end()
