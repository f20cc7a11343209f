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
INPUTS = {"excitatory": [20.0, 23.0, 60.0, 61.0, 62.0, 150.0, 180.0], "excitatory2": [40.0, 160.0], "inhibitory": [105.0, 155.0]}

LEAK = "dv/dt = (v_rest - v + R * ({current})) / (tau_m * ms) : 1 (unless refractory)\n"
IZHIKEVICH = "dv/dt = (0.04 * v**2 + 5 * v + 140 - u + {current}) / ms : 1\ndu/dt = a * (b_ * v - u) / ms : 1\n"
EXP = "dx/dt = -x / (tau_syn_E * ms) : 1\ndy/dt = -y / (tau_syn_I * ms) : 1\n"
LIF = dict(tau_m=20.0, cm=1.0, v_rest=-65.0, v_reset=-65.0, v_thresh=-50.0, tau_refrac=2.0, i_offset=0.0)
SYN = dict(tau_syn_E=5.0, tau_syn_I=8.0)
CURRENT = "x - y + i_offset"
CONDUCTANCE = "x * (e_rev_E - v) + y * (e_rev_I - v) + i_offset"
TO_XY = {"excitatory": "x", "inhibitory": "y"}
TO_PQ = {"excitatory": "p", "inhibitory": "q"}
ALPHA = """dx/dt = (p - x) / (tau_syn_E * ms) : 1
dp/dt = -p / (tau_syn_E * ms) : 1
dy/dt = (q - y) / (tau_syn_I * ms) : 1
dq/dt = -q / (tau_syn_I * ms) : 1
"""
REVERSAL = dict(e_rev_E=0.0, e_rev_I=-80.0)
ADAPTIVE = dict(v_rest=-70.6, v_reset=-70.6, v_thresh=-50.4, v_spike=-40.0, tau_m=9.3667, cm=0.281, tau_refrac=2.0, i_offset=0.0, delta_T=2.0,
                a=4.0, b=0.0805, tau_w=144.0)
ADAPTIVE_EQUATIONS = """
dv/dt = (v_rest - v + delta_T * exp(clip((v - v_thresh) / delta_T, -inf, 6)) + R * ({current} - w)) / (tau_m * ms) : 1 (unless refractory)
dw/dt = (a * 0.001 * (v - v_rest) - w) / (tau_w * ms) : 1
"""
HODGKIN = dict(gbar_Na=20.0, gbar_K=6.0, g_leak=0.01, cm=0.2, v_offset=-63.0, e_rev_Na=50.0, e_rev_K=-90.0, e_rev_leak=-65.0, i_offset=0.0)
HODGKIN_EQUATIONS = """
dv/dt = (g_leak * (e_rev_leak - v) + gbar_Na * m_**3 * h_ * (e_rev_Na - v) + gbar_K * n_**4 * (e_rev_K - v) + {current}) / (c_m * ms) : 1
dm_/dt = (0.32 * 4 / exprel((13 - V) / 4) * (1 - m_) - 0.28 * 5 / exprel((V - 40) / 5) * m_) / ms : 1
dh_/dt = (0.128 * exp((17 - V) / 18) * (1 - h_) - 4 / (1 + exp((40 - V) / 5)) * h_) / ms : 1
dn_/dt = (0.032 * 5 / exprel((15 - V) / 5) * (1 - n_) - 0.5 * exp((10 - V) / 40) * n_) / ms : 1
V = v - v_offset : 1
"""
GIF = dict(v_rest=-65.0, v_reset=-65.0, tau_m=20.0, cm=1.0, tau_refrac=4.0, i_offset=0.0, delta_v=0.01, v_t_star=-52.0, lambda0=1000.0,
           **{f"tau_{trace}{k}": tau for trace in ("eta", "gamma") for k, tau in ((1, 1.0), (2, 10.0), (3, 100.0))},
           **{f"a_{trace}{k}": 0.1 if trace == "eta" else 1.0 for trace in ("eta", "gamma") for k in (1, 2, 3)})
TRACES = "".join(f"d{trace}{k}/dt = -{trace}{k} / (tau_{trace}{k} * ms) : 1\n" for trace in ("eta", "gamma") for k in (1, 2, 3))
GIF_RESET = "v = v_reset\n" + "\n".join(f"{trace}{k} += a_{trace}{k}" for trace in ("eta", "gamma") for k in (1, 2, 3))

# model: parameters, weight by receptor, what a weight does in Brian, equations, reset, threshold
MODELS = {
    "IF_curr_exp": (LIF | SYN, {"excitatory": 1.0, "inhibitory": -0.5}, TO_XY, LEAK.format(current=CURRENT) + EXP, "v = v_reset"),
    "IF_cond_exp": (LIF | SYN | dict(e_rev_E=0.0, e_rev_I=-80.0), {"excitatory": 0.02, "inhibitory": 0.03}, TO_XY,
                    LEAK.format(current=CONDUCTANCE) + EXP, "v = v_reset"),
    "IF_curr_alpha": (LIF | SYN, {"excitatory": 6.0, "inhibitory": -4.0}, TO_PQ, LEAK.format(current=CURRENT) + ALPHA,
                      "v = v_reset"),
    "IF_curr_delta": (LIF, {"excitatory": 4.0, "inhibitory": -3.0}, {"excitatory": "v", "inhibitory": "-v"}, LEAK.format(current="i_offset"),
                      "v = v_reset"),
    "IF_curr_dual_exp": (LIF | SYN | dict(tau_syn_E2=20.0), {"excitatory": 1.0, "excitatory2": 0.3, "inhibitory": -0.5},
                         TO_XY | {"excitatory2": "z"}, LEAK.format(current="x + z - y + i_offset") + EXP + "dz/dt = -z / (tau_syn_E2 * ms) : 1\n",
                         "v = v_reset"),
    "Izhikevich": (SYN | dict(a=0.02, b=0.2, c=-65.0, d=8.0, i_offset=0.0), {"excitatory": 1.0, "inhibitory": -1.0}, TO_XY,
                   IZHIKEVICH.format(current=CURRENT) + EXP, "v = c; u += d"),
    "IZK_cond_exp": (SYN | dict(a=0.02, b=0.2, c=-65.0, d=8.0, i_offset=0.0, e_rev_E=0.0, e_rev_I=-80.0),
                     {"excitatory": 0.015, "inhibitory": 0.05}, TO_XY, IZHIKEVICH.format(current=CONDUCTANCE) + EXP, "v = c; u += d"),
    "IFCurrExpCa2Adaptive": (LIF | SYN | dict(tau_ca2=50.0, i_alpha=0.2), {"excitatory": 1.0, "inhibitory": -0.5}, TO_XY,
                             LEAK.format(current=CURRENT + " - w") + EXP + "dw/dt = -w / (tau_ca2 * ms) : 1\n", "v = v_reset; w += i_alpha"),
    "IFCurrDeltaCa2Adaptive": (LIF | dict(tau_ca2=50.0, i_alpha=0.2), {"excitatory": 4.0, "inhibitory": -3.0},
                               {"excitatory": "v", "inhibitory": "-v"}, LEAK.format(current="i_offset - w") + "dw/dt = -w / (tau_ca2 * ms) : 1\n",
                               "v = v_reset; w += i_alpha"),
    "IFCondExpStoc": (LIF | SYN | REVERSAL | dict(du_thresh=0.001), {"excitatory": 0.02, "inhibitory": 0.03}, TO_XY,
                      LEAK.format(current=CONDUCTANCE) + EXP, "v = v_reset"),
    "IF_curr_exp_sEMD": (LIF | SYN | dict(tau_syn_E2=3.0, scaling_factor=2.0), {"excitatory": 1.0, "excitatory2": 0.8, "inhibitory": -0.5},
                         TO_XY | {"excitatory2": "z"},
                         LEAK.format(current="x + z * gate * scaling_factor - y + i_offset") + EXP +
                         "dz/dt = -z / (tau_syn_E2 * ms) : 1\ngate : 1\n", "v = v_reset"),
    "IFTruncDelta": (dict(tau_m=1.0, cm=1.0, v_reset=-65.0, v_thresh=-50.0, tau_refrac=2.0, i_offset=0.0),
                     {"excitatory": 4.0, "inhibitory": -3.0}, {"excitatory": "v", "inhibitory": "-v"},
                     "dv/dt = R * i_offset / (step_ms * ms) : 1 (unless refractory)\n", "v = v_reset"),
    "IF_cond_alpha": (LIF | SYN | REVERSAL, {"excitatory": 0.02, "inhibitory": 0.03}, TO_PQ, LEAK.format(current=CONDUCTANCE) + ALPHA,
                      "v = v_reset"),
    "EIF_cond_exp_isfa_ista": (ADAPTIVE | SYN | REVERSAL, {"excitatory": 0.006, "inhibitory": 0.01}, TO_XY,
                               ADAPTIVE_EQUATIONS.format(current=CONDUCTANCE) + EXP, "v = v_reset; w += b"),
    "HH_cond_exp": (HODGKIN | REVERSAL | dict(tau_syn_E=2.0, tau_syn_I=5.0), {"excitatory": 0.0015, "inhibitory": 0.004}, TO_XY,
                    HODGKIN_EQUATIONS.format(current=CONDUCTANCE) + EXP, ""),
    "GIF_cond_exp": (GIF | SYN | REVERSAL, {"excitatory": 0.01, "inhibitory": 0.03}, TO_XY,
                     LEAK.format(current=CONDUCTANCE + " - eta1 - eta2 - eta3") + TRACES + EXP, GIF_RESET),
}
NOT_FIXED = {"EIF_cond_exp_isfa_ista": "v >= v_spike", "HH_cond_exp": "v >= -40", "GIF_cond_exp": "v >= v_t_star + gamma1 + gamma2 + gamma3",
             "Izhikevich": "v >= 30", "IZK_cond_exp": "v >= 30"}  # thresholds; others v_thresh
HODGKIN_REST = dict(m=0.0222, h=0.9959, n=0.0379)  # of v = -65 mV, nearly
START = {"Izhikevich": dict(v=-70.0, u=-14.0), "IZK_cond_exp": dict(v=-70.0, u=-14.0), "EIF_cond_exp_isfa_ista": dict(v=-70.6),
         "HH_cond_exp": {name + "_": value for name, value in HODGKIN_REST.items()}}
CURRENTS = {"Izhikevich": 10.0, "IZK_cond_exp": 10.0, "IFTruncDelta": 0.5, "HH_cond_exp": 0.3, "EIF_cond_exp_isfa_ista": 0.7,
            "GIF_cond_exp": 1.2}  # of the spiking run; others 0.9 nA
UP = {"GIF_cond_exp": "v_t_star", "EIF_cond_exp_isfa_ista": None, "HH_cond_exp": None, "Izhikevich": None, "IZK_cond_exp": None}


def emulate(binaries, network):
    """Samples of v, [tick, neuron], and spike times in ms of the population `cell`."""
    network = network | {"record": [{"population": "cell", "variables": ["spikes", "v"]}]}
    with tempfile.TemporaryDirectory() as folder:
        yaml, results = pathlib.Path(folder) / "net.yaml", pathlib.Path(folder) / "net.h5"
        yaml.write_text(json.dumps(network))
        subprocess.run([binaries / "spinn-emu", "-q", yaml, "-o", results], check=True, stdout=subprocess.DEVNULL)
        with h5py.File(results) as file:
            return file["report/cell/data"][:], file["spikes/cell/timestamps"][:]


def spinn(binaries, model, parameters, weights, timestep):
    """Samples of v, [tick], and spike times in ms."""
    populations = {"cell": {"size": 1, "model": model, "parameters": parameters, "initial": {"v": START.get(model, {}).get("v", -65.0)} | (HODGKIN_REST if model == "HH_cond_exp" else {})}}
    projections = []
    for receptor, weight in weights.items():
        populations[receptor] = {"size": 1, "model": "SpikeSourceArray", "parameters": {"spike_times": [t - 1.0 for t in INPUTS[receptor]]}}
        projections.append({"from": receptor, "to": "cell", "connector": "OneToOne", "receptor": receptor,
                            "synapse": {"Static": {"weight": weight, "delay": 1.0}}})
    v, spikes = emulate(binaries, {"timestep": timestep, "duration": DURATION, "populations": populations, "projections": projections})
    return v[:, 0], spikes


def arrival(variable, weight, parameters, timestep):
    """What a spike does in Brian."""
    size = abs(weight)
    if variable.lstrip("-") == "v":  # a charge of weight * 1 ms; IFTruncDelta: R I in one step, I = weight * 1 ms / timestep
        if "v_rest" not in parameters:
            size /= timestep
        sign = "+" if variable == "v" else "-"
        return f"v_post {sign}= {size / parameters['cm']} * int(not_refractory_post)"
    if variable in "pq":  # currents: w t / tau^2 e^(-t / tau), a charge of w ms; conductances: a peak of w
        tau = parameters["tau_syn_E" if variable == "p" else "tau_syn_I"]
        return f"{variable}_post += {size * np.e if 'e_rev_E' in parameters else size / tau}"
    if variable == "z" and "scaling_factor" in parameters:
        return f"gate_post = x_post * int(z_post < 0.001) + gate_post * int(z_post >= 0.001)\nz_post += {size}"
    return f"{variable}_post += {size}"


def brian(model, parameters, weights, targets, equations, reset, timestep):
    b.start_scope()
    b.defaultclock.dt = 0.02 * b.ms
    namespace = {name: value for name, value in parameters.items() if name != "b" or model == "EIF_cond_exp_isfa_ista"}
    namespace |= {"R": parameters.get("tau_m", 1.0) / parameters.get("cm", 1.0), "b_": parameters.get("b"), "step_ms": timestep, "c_m": parameters.get("cm")}
    steps = np.ceil(parameters.get("tau_refrac", 0.0) / timestep)
    refractory = "v >= -40" if model == "HH_cond_exp" else steps * timestep * b.ms
    group = b.NeuronGroup(1, equations, method="rk4", threshold=NOT_FIXED.get(model, "v >= v_thresh"), reset=reset or "v = v",
                          refractory=refractory, namespace=namespace)
    for variable, value in (dict(v=-65.0) | START.get(model, {})).items():
        setattr(group, variable, value)
    if model == "IFTruncDelta":
        group.run_regularly("v = clip(v, v_reset, inf)", when="after_synapses")
    keep = [group]
    for receptor, weight in weights.items():
        times = INPUTS[receptor]
        source = b.SpikeGeneratorGroup(1, [0] * len(times), times * b.ms)
        synapses = b.Synapses(source, group, on_pre=arrival(targets[receptor], weight, parameters, timestep))
        synapses.connect()
        keep += [source, synapses]
    monitor = b.StateMonitor(group, "v", record=True, dt=timestep * b.ms)
    spikes = b.SpikeMonitor(group)
    b.Network(keep, monitor, spikes).run(DURATION * b.ms)
    return np.array(monitor.v[0]), np.array(spikes.t / b.ms)


def difference(v, v_brian):
    """Root mean square and largest difference, and how far the potential moved."""
    n = min(len(v), len(v_brian))
    apart = v[:n] - v_brian[:n]
    return np.sqrt(np.mean(apart ** 2)), np.max(np.abs(apart)), np.ptp(v_brian)


def compare(binaries, model, timestep, spiking):
    parameters, weights, targets, equations, reset = MODELS[model]
    parameters = dict(parameters)
    if spiking:
        parameters["i_offset"] = CURRENTS.get(model, 0.9)
    elif UP.get(model, "v_thresh"):
        parameters[UP.get(model, "v_thresh")] = 0.0
    v, spikes = spinn(binaries, model, parameters, weights, timestep)
    v_brian, spikes_brian = brian(model, parameters, weights, targets, equations, reset, timestep)
    if not spiking:
        return difference(v, v_brian)
    count = min(len(spikes), len(spikes_brian))
    shift = np.abs(spikes[:count] - spikes_brian[:count])
    return len(spikes), len(spikes_brian), shift[0] if count else None, shift[-1] if count else None


# --- current sources: one IF_curr_exp neuron below threshold; and many with noise ----------------------------------------------

SOURCES = {
    "DCSource": (dict(amplitude=0.5, start=20.0, stop=120.0), "0.5 * int(t >= 20*ms) * int(t < 120*ms)"),
    "ACSource": (dict(amplitude=0.4, offset=0.2, frequency=12.0, phase=45.0, start=20.0, stop=150.0),
                 "(0.2 + 0.4 * sin(2*pi * 12*Hz * (t - 20*ms) + pi / 4)) * int(t >= 20*ms) * int(t < 150*ms)"),
    "StepCurrentSource": (dict(times=[10.0, 60.0, 130.0], amplitudes=[0.4, -0.3, 0.6]),
                          "0.4 * int(t >= 10*ms) * int(t < 60*ms) - 0.3 * int(t >= 60*ms) * int(t < 130*ms) + 0.6 * int(t >= 130*ms)"),
}


def with_source(binaries, source, timestep):
    """Difference of the potential."""
    parameters, current = SOURCES[source]
    v, _ = emulate(binaries, {"timestep": timestep, "duration": DURATION, "populations": {
        "cell": {"size": 1, "model": "IF_curr_exp", "parameters": LIF | {"v_thresh": 0.0}}},
        "currents": [{"into": "cell", "source": {source: parameters}}]})
    b.start_scope()
    b.defaultclock.dt = 0.02 * b.ms
    group = b.NeuronGroup(1, f"dv/dt = (-65 - v + 20 * I) / (20 * ms) : 1\nI = {current} : 1", method="rk4")
    group.v = -65.0
    monitor = b.StateMonitor(group, "v", record=True, dt=timestep * b.ms)
    b.Network(group, monitor).run(DURATION * b.ms)
    return difference(v[:, 0], np.array(monitor.v[0]))


def with_noise(binaries, timestep, n=4000):
    """Mean and standard deviation of the potential of many neurons after 100 ms: here and in Brian."""
    v, _ = emulate(binaries, {"timestep": timestep, "duration": DURATION, "populations": {
        "cell": {"size": n, "model": "IF_curr_exp", "parameters": LIF | {"v_thresh": 0.0}}},
        "currents": [{"into": "cell", "source": {"NoisyCurrentSource": dict(mean=0.3, stdev=0.8, dt=2.0)}}]})
    b.start_scope()
    b.seed(1)
    b.defaultclock.dt = 0.1 * b.ms
    group = b.NeuronGroup(n, "dv/dt = (-65 - v + 20 * I) / (20 * ms) : 1\nI : 1", method="rk4")
    group.v = -65.0
    group.run_regularly("I = 0.3 + 0.8 * randn()", dt=2 * b.ms)
    monitor = b.StateMonitor(group, "v", record=True, dt=1 * b.ms)
    b.Network(group, monitor).run(DURATION * b.ms)
    ours, theirs = v[int(100 / timestep):], monitor.v[:, 100:]
    return ours.mean(), ours.std(), theirs.mean(), theirs.std()


# --- spikes at random: rates of many neurons with a constant drive -------------------------------------------------------------

N_RANDOM, RANDOM_MS = 1000, 1000.0
STEP_LIF = "dv/dt = (v_rest - v + R * i_offset) / (tau_m * ms) : 1 (unless refractory)\n"
SILENT = "\nsilent = int(silent > 0) * (silent - 1) + int(silent <= 0) * (steps - 1)"
# model: parameters, equations, probability of a spike in a step, reset
RANDOM = {
    "IFCondExpStoc": (LIF | dict(v_thresh=-50.0, i_offset=0.8, du_thresh=0.5, tau_thresh=20.0), STEP_LIF,
                      "0.8 * (1 - exp(-exp(clip((v - v_thresh) / du_thresh, -inf, 5)) / tau_thresh * step_ms / 10))", "v = v_reset"),
    "StocExp": (dict(tau=5.0, bias=-2.0), "silent : 1\n", "2**bias / tau", SILENT),
    "StocExpStable": (dict(v_reset=0.0, tau=0.002, tau_refrac=3.0, bias=0.125), "silent : 1\nv : 1\n", "tau * 2**v", "v = v_reset" + SILENT),
    "StocSigma": (dict(tau_refrac=4.0, alpha=0.5, bias=-4.0), "silent : 1\n", "2**(-2**(-alpha * bias))", SILENT),
    "GIF_cond_exp": (GIF | dict(delta_v=1.5, v_t_star=-50.0, lambda0=20.0, i_offset=1.0),
                     STEP_LIF.replace("R * i_offset", "R * (i_offset - eta1 - eta2 - eta3)") + TRACES,
                     "1 - exp(-lambda0 * 0.001 * step_ms * exp((v - v_t_star - gamma1 - gamma2 - gamma3) / delta_v))", GIF_RESET),
}


def rates(binaries, model, timestep):
    """Hz, and the standard error of a neuron's count in Brian: here and in Brian."""
    parameters, equations, probability, reset = RANDOM[model]
    _, spikes = emulate(binaries, {"timestep": timestep, "duration": RANDOM_MS, "populations": {
        "cell": {"size": N_RANDOM, "model": model, "parameters": parameters}}})
    b.start_scope()
    b.seed(1)
    b.defaultclock.dt = timestep * b.ms
    refractory = parameters.get("tau_refrac", parameters.get("tau"))
    steps = np.ceil(refractory / timestep)
    namespace = parameters | {"R": parameters.get("tau_m", 1.0) / parameters.get("cm", 1.0), "steps": steps, "step_ms": timestep}
    if "silent" in equations:  # spikes in every step of the refractory time
        group = b.NeuronGroup(N_RANDOM, equations, threshold=f"silent > 0 or rand() < {probability}", reset=reset, namespace=namespace)
        if model == "StocExpStable":
            group.run_regularly("v = v + int(silent <= 0) * bias", when="before_thresholds")
    else:
        group = b.NeuronGroup(N_RANDOM, equations, method="euler" if "eta" in equations else "exact", threshold=f"rand() < {probability}",
                              reset=reset, refractory=(steps + 1) * timestep * b.ms, namespace=namespace)  # silent for `steps` steps
        group.v = -65.0
    counts = b.SpikeMonitor(group, record=False)
    b.Network(group, counts).run(RANDOM_MS * b.ms)
    seconds = RANDOM_MS / 1000.0
    return (len(spikes) / N_RANDOM / seconds, counts.num_spikes / N_RANDOM / seconds,
            np.std(np.array(counts.count)) / np.sqrt(N_RANDOM) / seconds)


HEAD = """# The models beside Brian 2

One neuron of each model with the same input as in Brian 2.9, whose equations are integrated by rk4 in steps of 20 us: what differs is what
a step of the timestep does, and fixed point. `bench/model_accuracy.py` makes this page, in four minutes:

```sh
bench/compare --setup
build/peers-venv/bin/python bench/model_accuracy.py build/release/bin docs/model-accuracy.md
```

Input: seven excitatory and two inhibitory spikes (two more at a second excitatory receptor) in 200 ms. Both begin at rest. Parameters, weights
and equations stand in the script.

## Below threshold

Potential of spinn-emu less that of Brian, mV, at every step: root mean square and largest; and how far the potential moved in all.

| model | moved | rms, 1 ms | largest, 1 ms | rms, 0.1 ms | largest, 0.1 ms |
| --- | ---: | ---: | ---: | ---: | ---: |
"""
REASONS = """
Where it comes from:

- A step holds what it finds at its beginning: the current of a conductance, of an alpha synapse or of an alternating source is constant over
  it, as on the board, and lags by half a step of how fast it changes. These shares shrink tenfold with the timestep: `IF_cond_exp`,
  `IF_curr_alpha`, `IF_cond_alpha`, `ACSource`. A delta's charge arrives in the course of a step, in Brian at its beginning.
- At 0.1 ms the share of a membrane that decays in a step, 0.005 for 20 ms, has 15 bits: the time constant is up to 0.6 % off, and less than
  2^-15 mV or nA is cut off from every product ([accuracy.md](accuracy.md)). This is what is left of `IF_curr_exp`, `DCSource` and
  `IF_curr_dual_exp`, and why their numbers grow with the shorter step.
- Izhikevich's 0.04 is 1311 / 2^15, which is 2 in 10^4 too large: it moves the resting potential by 0.05 mV.
- `HH_cond_exp` and `EIF_cond_exp_isfa_ista` take steps of at most 25 us within a tick, for which their input is constant.
"""
SPIKING = """
## Spiking

With a constant current on top: how many spikes, and by how many ms the first and the last that both have are apart. A spike's time is
that of its step; each interval can only be a whole number of steps, so that differences add up from spike to spike.

| model | timestep | spikes | in Brian | first apart | last apart |
| --- | ---: | ---: | ---: | ---: | ---: |
"""
SPIKING_END = """
Leaky cells with 0.9 nA come to their threshold at 0.15 mV a ms, so that 0.04 mV are 0.3 ms. The last spike of Izhikevich's cells at 1 ms, 44 ms
after the one before, lies behind the end of the run. `IFTruncDelta` adds its current once a step: at 0.1 ms every 24th step or so is early
or late.
"""
SOURCES_HEAD = """
## Current sources

Into `IF_curr_exp` below threshold, in mV as above.

| source | moved | rms, 1 ms | largest, 1 ms | rms, 0.1 ms | largest, 0.1 ms |
| --- | ---: | ---: | ---: | ---: | ---: |
"""
NOISE = """
`NoisyCurrentSource` (mean 0.3 nA, deviation 0.8 nA, a draw every 2 ms) into 4000 neurons, potential from 100 ms on: mean {0:.3f} mV and
deviation {1:.3f} mV at 1 ms, {2:.3f} and {3:.3f} at 0.1 ms; in Brian {4:.3f} and {5:.3f}. The standard error is 0.03 mV.
"""
RANDOM_HEAD = """
## Spikes at random

Rates of 1000 neurons with a constant drive over a second, Hz; in Brian the same probability for each step, at the same timestep, and the
standard error of its rate. The three `Stoc` models spike in every step of their refractory time.

| model | timestep | rate | in Brian | standard error |
| --- | ---: | ---: | ---: | ---: |
"""
RANDOM_END = """
`GIF_cond_exp` spikes a percent less: its hazard grows by 1 % with 0.015 mV, which is what the membrane above is off.
"""


def main():
    binaries = pathlib.Path(sys.argv[1])
    page = HEAD

    def two_steps(name, compared):
        (coarse, fine) = compared
        return f"| `{name}` | {fine[2]:.2f} | {coarse[0]:.3f} | {coarse[1]:.3f} | {fine[0]:.3f} | {fine[1]:.3f} |\n"

    for model in MODELS:
        page += two_steps(model, [compare(binaries, model, timestep, False) for timestep in (1.0, 0.1)])
    page += REASONS + SPIKING
    for model in MODELS:
        for timestep in (1.0, 0.1):
            ours, theirs, first, last = compare(binaries, model, timestep, True)
            apart = ["-" if value is None else f"{value:.2f}" for value in (first, last)]
            page += f"| `{model}` | {timestep} | {ours} | {theirs} | {apart[0]} | {apart[1]} |\n"
    page += SPIKING_END + SOURCES_HEAD
    for source in SOURCES:
        page += two_steps(source, [with_source(binaries, source, timestep) for timestep in (1.0, 0.1)])
    coarse, fine = with_noise(binaries, 1.0), with_noise(binaries, 0.1)
    page += NOISE.format(*coarse[:2], *fine) + RANDOM_HEAD
    for model in RANDOM:
        for timestep in (1.0, 0.1):
            ours, theirs, error = rates(binaries, model, timestep)
            page += f"| `{model}` | {timestep} | {ours:.2f} | {theirs:.2f} | {error:.2f} |\n"
    page += RANDOM_END
    if len(sys.argv) > 2:
        pathlib.Path(sys.argv[2]).write_text(page)
    print(page)


if __name__ == "__main__":
    main()
