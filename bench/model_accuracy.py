#!/usr/bin/env python3
"""Membrane traces of the models beside Brian 2: one neuron each, the same currents and input spikes.

usage: build/peers-venv/bin/python bench/model_accuracy.py BIN_DIRECTORY [PAGE]

PAGE (docs/model-accuracy.md) is written anew. Brian 2 integrates the model's equations by Runge-Kutta (rk4) in steps of 20 us, so that
what differs is what a step of the timestep and fixed point do. `bench/compare --setup` makes the virtual environment.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import brian2 as b
import h5py
import numpy as np

b.prefs.codegen.target = "numpy"
b.BrianLogger.log_level_error()

DURATION = 200.0  # ms
INPUTS = {"excitatory": [20.0, 23.0, 60.0, 61.0, 62.0, 150.0, 180.0], "excitatory2": [40.0, 160.0], "inhibitory": [100.0, 155.0]}

LEAK = "dv/dt = (v_rest - v + R * ({current})) / (tau_m * ms) : 1 (unless refractory)\n"
IZHIKEVICH = "dv/dt = (0.04 * v**2 + 5 * v + 140 - u + {current}) / ms : 1\ndu/dt = a * (b_ * v - u) / ms : 1\n"
EXP = "dx/dt = -x / (tau_syn_E * ms) : 1\ndy/dt = -y / (tau_syn_I * ms) : 1\n"
LIF = dict(tau_m=20.0, cm=1.0, v_rest=-65.0, v_reset=-65.0, v_thresh=-50.0, tau_refrac=2.0, i_offset=0.0)
SYN = dict(tau_syn_E=5.0, tau_syn_I=8.0)
CURRENT = "x - y + i_offset"
CONDUCTANCE = "x * (e_rev_E - v) + y * (e_rev_I - v) + i_offset"
TO_XY = {"excitatory": "x", "inhibitory": "y"}

# model: parameters, weight by receptor, what a weight does in Brian, equations, reset, threshold
MODELS = {
    "IF_curr_exp": (LIF | SYN, {"excitatory": 1.0, "inhibitory": -0.5}, TO_XY, LEAK.format(current=CURRENT) + EXP, "v = v_reset"),
    "IF_cond_exp": (LIF | SYN | dict(e_rev_E=0.0, e_rev_I=-80.0), {"excitatory": 0.02, "inhibitory": 0.03}, TO_XY,
                    LEAK.format(current=CONDUCTANCE) + EXP, "v = v_reset"),
    "IF_curr_alpha": (LIF | SYN, {"excitatory": 6.0, "inhibitory": -4.0}, {"excitatory": "p", "inhibitory": "q"},
                      LEAK.format(current=CURRENT) + "dx/dt = (p - x) / (tau_syn_E * ms) : 1\ndp/dt = -p / (tau_syn_E * ms) : 1\n"
                      "dy/dt = (q - y) / (tau_syn_I * ms) : 1\ndq/dt = -q / (tau_syn_I * ms) : 1\n", "v = v_reset"),
    "IF_curr_delta": (LIF, {"excitatory": 4.0, "inhibitory": -3.0}, {"excitatory": "v", "inhibitory": "-v"}, LEAK.format(current="i_offset"),
                      "v = v_reset"),
    "IF_curr_dual_exp": (LIF | SYN | dict(tau_syn_E2=20.0), {"excitatory": 1.0, "excitatory2": 0.3, "inhibitory": -0.5},
                         TO_XY | {"excitatory2": "z"}, LEAK.format(current="x + z - y + i_offset") + EXP + "dz/dt = -z / (tau_syn_E2 * ms) : 1\n",
                         "v = v_reset"),
    "Izhikevich": (SYN | dict(a=0.02, b=0.2, c=-65.0, d=8.0, i_offset=0.0), {"excitatory": 4.0, "inhibitory": -2.0}, TO_XY,
                   IZHIKEVICH.format(current=CURRENT) + EXP, "v = c; u += d"),
    "IZK_cond_exp": (SYN | dict(a=0.02, b=0.2, c=-65.0, d=8.0, i_offset=0.0, e_rev_E=0.0, e_rev_I=-80.0),
                     {"excitatory": 0.06, "inhibitory": 0.05}, TO_XY, IZHIKEVICH.format(current=CONDUCTANCE) + EXP, "v = c; u += d"),
    "IFCurrExpCa2Adaptive": (LIF | SYN | dict(tau_ca2=50.0, i_alpha=0.2), {"excitatory": 1.0, "inhibitory": -0.5}, TO_XY,
                             LEAK.format(current=CURRENT + " - w") + EXP + "dw/dt = -w / (tau_ca2 * ms) : 1\n", "v = v_reset; w += i_alpha"),
    "IFCurrDeltaCa2Adaptive": (LIF | dict(tau_ca2=50.0, i_alpha=0.2), {"excitatory": 4.0, "inhibitory": -3.0},
                               {"excitatory": "v", "inhibitory": "-v"}, LEAK.format(current="i_offset - w") + "dw/dt = -w / (tau_ca2 * ms) : 1\n",
                               "v = v_reset; w += i_alpha"),
}
CURRENTS = {"Izhikevich": 10.0, "IZK_cond_exp": 10.0}  # of the spiking run; others 0.9 nA


def spinn(binaries, model, parameters, weights, timestep):
    """Samples of v, [tick], and spike times in ms."""
    populations = {"cell": {"size": 1, "model": model, "parameters": parameters}}
    projections = []
    for receptor, weight in weights.items():
        populations[receptor] = {"size": 1, "model": "SpikeSourceArray", "parameters": {"spike_times": [t - 1.0 for t in INPUTS[receptor]]}}
        projections.append({"from": receptor, "to": "cell", "connector": "OneToOne", "receptor": receptor,
                            "synapse": {"Static": {"weight": weight, "delay": 1.0}}})
    network = {"timestep": timestep, "duration": DURATION, "populations": populations, "projections": projections,
               "record": [{"population": "cell", "variables": ["spikes", "v"]}]}
    with tempfile.TemporaryDirectory() as folder:
        yaml, results = pathlib.Path(folder) / "net.yaml", pathlib.Path(folder) / "net.h5"
        yaml.write_text(json.dumps(network))
        subprocess.run([binaries / "spinn-emu", "-q", yaml, "-o", results], check=True, stdout=subprocess.DEVNULL)
        with h5py.File(results) as file:
            return file["report/cell/data"][:, 0], file["spikes/cell/timestamps"][:]


def brian(model, parameters, weights, targets, equations, reset, timestep):
    b.start_scope()
    b.defaultclock.dt = 0.02 * b.ms
    namespace = {name: value for name, value in parameters.items() if name != "b"}
    namespace |= {"R": parameters.get("tau_m", 1.0) / parameters.get("cm", 1.0), "b_": parameters.get("b")}
    threshold = "v >= 30" if "a" in parameters else "v >= v_thresh"
    steps = np.ceil(parameters.get("tau_refrac", 0.0) / timestep)
    group = b.NeuronGroup(1, equations, method="rk4", threshold=threshold, reset=reset, refractory=steps * timestep * b.ms, namespace=namespace)
    group.v = -70.0 if "a" in parameters else -65.0
    if "a" in parameters:
        group.u = -14.0
    keep = [group]
    for receptor, weight in weights.items():
        times = INPUTS[receptor]
        source = b.SpikeGeneratorGroup(1, [0] * len(times), times * b.ms)
        size = abs(weight)
        variable = targets[receptor]
        if variable.lstrip("-") == "v":  # a charge of weight * 1 ms
            action = f"v_post += {size / parameters['cm']} * int(not_refractory_post)" if variable == "v" else \
                f"v_post -= {size / parameters['cm']} * int(not_refractory_post)"
        elif variable in "pq":  # w t / tau^2 e^(-t / tau)
            action = f"{variable}_post += {size / parameters['tau_syn_E' if variable == 'p' else 'tau_syn_I']}"
        else:
            action = f"{variable}_post += {size}"
        synapses = b.Synapses(source, group, on_pre=action)
        synapses.connect()
        keep += [source, synapses]
    monitor = b.StateMonitor(group, "v", record=True, dt=timestep * b.ms)
    spikes = b.SpikeMonitor(group)
    b.Network(keep, monitor, spikes).run(DURATION * b.ms)
    return np.array(monitor.v[0]), np.array(spikes.t / b.ms)


def compare(binaries, model, timestep, spiking):
    parameters, weights, targets, equations, reset = MODELS[model]
    parameters = dict(parameters)
    if spiking:
        parameters["i_offset"] = CURRENTS.get(model, 0.9)
    elif "v_thresh" in parameters:
        parameters["v_thresh"] = 0.0
    v, spikes = spinn(binaries, model, parameters, weights, timestep)
    v_brian, spikes_brian = brian(model, parameters, weights, targets, equations, reset, timestep)
    n = min(len(v), len(v_brian))
    if spiking:
        count = min(len(spikes), len(spikes_brian))
        shift = np.abs(spikes[:count] - spikes_brian[:count])
        return len(spikes), len(spikes_brian), shift[0] if count else None, shift[-1] if count else None
    difference = v[:n] - v_brian[:n]
    return np.sqrt(np.mean(difference ** 2)), np.max(np.abs(difference)), np.ptp(v_brian)


HEAD = """# The models beside Brian 2

One neuron of each model with the same input as in Brian 2.9, whose equations are integrated by rk4 in steps of 20 us: what differs is what
a step of the timestep does, and fixed point. `bench/model_accuracy.py` makes this page:

```sh
bench/compare --setup
build/peers-venv/bin/python bench/model_accuracy.py build/release/bin docs/model-accuracy.md
```

Input: seven excitatory and two inhibitory spikes (two more at a second excitatory receptor) in 200 ms. Not here are `IFCondExpStoc`, `StocExp`,
`StocExpStable` and `StocSigma`, which spike at random, and `IF_curr_exp_sEMD` and `IFTruncDelta`, whose rules count steps and have no equation in
time; `tests/runtime/models_test.cpp` holds them to their formulas.

An input takes effect at the beginning of a step and its current is constant over it. Shares are as expected: they shrink with the timestep.

## Below threshold

Potential of spinn-emu less that of Brian, mV, at every step: root mean square and largest; and how far the potential moved in all.

| model | moved | rms, 1 ms | largest, 1 ms | rms, 0.1 ms | largest, 0.1 ms |
| --- | ---: | ---: | ---: | ---: | ---: |
"""
SPIKING = """
## Spiking

With a constant current on top: how many spikes, and by how many ms the first and the last that both have are apart.

| model | timestep | spikes | in Brian | first apart | last apart |
| --- | ---: | ---: | ---: | ---: | ---: |
"""


def main():
    binaries = pathlib.Path(sys.argv[1])
    page = HEAD
    for model in MODELS:
        coarse, fine = compare(binaries, model, 1.0, False), compare(binaries, model, 0.1, False)
        page += f"| `{model}` | {fine[2]:.2f} | {coarse[0]:.3f} | {coarse[1]:.3f} | {fine[0]:.3f} | {fine[1]:.3f} |\n"
    page += SPIKING
    for model in MODELS:
        for timestep in (1.0, 0.1):
            ours, theirs, first, last = compare(binaries, model, timestep, True)
            apart = ["-" if value is None else f"{value:.2f}" for value in (first, last)]
            page += f"| `{model}` | {timestep} | {ours} | {theirs} | {apart[0]} | {apart[1]} |\n"
    if len(sys.argv) > 2:
        pathlib.Path(sys.argv[2]).write_text(page)
    print(page)


if __name__ == "__main__":
    main()
