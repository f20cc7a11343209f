"""How long a projection of ten million synapses takes to build, run and read back, by each way that connections come.

usage: ten_million.py [MILLIONS]
"""
import sys
import time

import numpy as np
import pyNN.spiNNaker as sim
from pyNN.random import NumpyRNG, RandomDistribution

MILLIONS = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
N = 10_000
P = MILLIONS * 1e6 / N**2
RNG = NumpyRNG(seed=1)


def measure(name, connector, **synapse):
    clock = [time.monotonic()]
    sim.setup(timestep=1.0)
    source = sim.Population(N, sim.SpikeSourcePoisson(rate=5.0))
    cells = sim.Population(N, sim.IF_curr_exp())
    projection = sim.Projection(source, cells, connector(), sim.StaticSynapse(**synapse))
    clock.append(time.monotonic())
    sim.run(100.0)
    clock.append(time.monotonic())
    n = len(projection)
    pre, post, attributes = projection.connections()
    clock.append(time.monotonic())
    array = projection.get("weight", format="array")
    clock.append(time.monotonic())
    listed = projection.get(["weight", "delay"], format="list")
    clock.append(time.monotonic())
    assert n == len(listed) == np.count_nonzero(~np.isnan(array))
    del array, listed
    took = np.diff(clock)
    print(f"{name:32} {n:>10}  build {took[0]:6.2f} s  run(100 ms) {took[1]:6.2f} s  connections() {took[2]:6.2f} s  "
          f"get(array) {took[3]:6.2f} s  get(list) {took[4]:6.2f} s", flush=True)
    return pre, post


measure("FixedProbability", lambda: sim.FixedProbabilityConnector(P, rng=RNG), weight=0.01, delay=2.0)
pre, post = measure("FixedProbability, random weights", lambda: sim.FixedProbabilityConnector(P, rng=RNG),
                    weight=RandomDistribution("normal_clipped", mu=0.01, sigma=0.005, low=0.0, high=0.1, rng=RNG),
                    delay=RandomDistribution("uniform", low=1.0, high=10.0, rng=RNG))
rows = np.column_stack((pre, post, np.full(len(pre), 0.01), np.full(len(pre), 2.0)))
measure("FromList", lambda: sim.FromListConnector(rows))
