"""Runs a network file in Brian 2 and prints one JSON object. Usage: run_brian.py NETWORK DURATION_MS THREADS standalone|runtime"""
import json
import resource
import sys
import tempfile
import time

import brian2 as b
import network as files
import numpy as np

EQUATIONS = {
    "IF_curr_exp": """dv/dt = (v_rest - v) / tau_m + (ge + gi + i_offset) / c_m : volt (unless refractory)
                      dge/dt = -ge / tau_syn_E : amp
                      dgi/dt = -gi / tau_syn_I : amp""",
    "IF_cond_exp": """dv/dt = (v_rest - v) / tau_m + (ge * (e_rev_E - v) + gi * (e_rev_I - v) + i_offset) / c_m : volt (unless refractory)
                      dge/dt = -ge / tau_syn_E : siemens
                      dgi/dt = -gi / tau_syn_I : siemens"""}
UNITS = {"tau_m": b.ms, "tau_syn_E": b.ms, "tau_syn_I": b.ms, "cm": b.nF, "v_rest": b.mV, "e_rev_E": b.mV, "e_rev_I": b.mV, "i_offset": b.nA}


def draw(value, n, generator):
    if not isinstance(value, dict):
        return np.full(n, float(value))
    (kind, x), = value.items()
    if kind == "uniform":
        return generator.uniform(x[0], x[1], n)
    values = generator.normal(x[0], x[1], n)
    if kind == "normal_clipped":
        while (outside := (values < x[2]) | (values > x[3])).any():
            values[outside] = generator.normal(x[0], x[1], int(outside.sum()))
    elif kind != "normal":
        raise files.Unsupported(f"no distribution {kind} here")
    return values


def pairs(projection, generator):
    (_, first, end), (_, post_first, post_end) = projection["pre"], projection["post"]
    n_pre, n_post, arguments = end - first, post_end - post_first, projection["arguments"]
    if projection["connector"] == "FixedProbability":
        i, j = np.nonzero(generator.random((n_pre, n_post)) < arguments["p"])
    elif projection["connector"] == "FixedNumberPre" and arguments.get("with_replacement"):
        i, j = generator.integers(n_pre, size=n_post * arguments["n"]), np.repeat(np.arange(n_post), arguments["n"])
    elif projection["connector"] == "FixedTotalNumber" and arguments.get("with_replacement"):
        i, j = generator.integers(n_pre, size=arguments["n"]), generator.integers(n_post, size=arguments["n"])
    else:
        raise files.Unsupported(f"no connector {projection['connector']} here")
    return i + first, j + post_first


def main():
    path, duration, threads, mode = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    network = files.read(path)
    generator = np.random.default_rng(network["seed"])
    folder = tempfile.mkdtemp(prefix="brian-")
    if mode == "standalone":
        b.set_device("cpp_standalone", directory=folder, build_on_run=False)
        b.prefs.devices.cpp_standalone.extra_make_args_unix = ["-j2"]  # its own -j starts a compiler for every file at once
        b.prefs.devices.cpp_standalone.openmp_threads = threads if threads > 1 else 0
    b.prefs.codegen.cpp.extra_compile_args_gcc = ["-w", "-O3", "-ffast-math", "-march=native"]
    b.defaultclock.dt = network["timestep"] * b.ms
    start = time.perf_counter()
    net, groups, monitors = b.Network(), {}, {}
    drives = files.drives(network)
    for name, population in network["populations"].items():
        p = population["parameters"]
        if population["model"] in files.NEURONS:
            conductance = population["model"] == "IF_cond_exp"
            constants = {key.replace("cm", "c_m"): p.get(key, 0.0) * unit  # cm is a unit of Brian's
                         for key, unit in UNITS.items() if key in p or key == "i_offset"}
            group = b.NeuronGroup(population["size"], EQUATIONS[population["model"]], threshold=f"v >= {p['v_thresh']}*mV",
                                  reset=f"v = {p['v_reset']}*mV", refractory=p["tau_refrac"] * b.ms, namespace=constants,
                                  method="exponential_euler" if conductance else "exact", name=name)
            group.v = draw(population["initial"]["v"], population["size"], generator) * b.mV
            monitors[name] = b.SpikeMonitor(group, record=False)
            net.add(monitors[name])
        elif name not in drives:
            end = p.get("start", 0.0) + p.get("duration", 1e9)
            group = b.PoissonGroup(population["size"], rates=f"{p['rate']}*Hz*int(t < {end}*ms)", name=name)
        else:
            continue
        groups[name] = group
        net.add(group)
    for projection in files.projections(network):
        source, target = projection["pre"][0], projection["post"][0]
        conductance = network["populations"][target]["model"] == "IF_cond_exp"
        unit, variable = (b.uS if conductance else b.nA), ("gi" if projection["inhibitory"] else "ge")
        if source in drives:
            rate = network["populations"][source]["parameters"]["rate"]
            inputs = max(1, round(rate / 8.0))  # a binomial number of spikes a step
            net.add(b.PoissonInput(groups[target], "ge", inputs, rate / inputs * b.Hz, projection["weight"] * unit))
            continue
        i, j = pairs(projection, generator)
        sign = -1.0 if projection["inhibitory"] and not conductance else 1.0
        weight, delay = projection["weight"], projection["delay"]
        if isinstance(weight, dict):
            synapses = b.Synapses(groups[source], groups[target], f"w : {'siemens' if conductance else 'amp'}", on_pre=f"{variable}_post += w")
            synapses.connect(i=i, j=j)
            synapses.w = sign * np.abs(draw(weight, len(i), generator)) * unit
        else:
            synapses = b.Synapses(groups[source], groups[target], on_pre=f"{variable}_post += w_all",
                                  namespace={"w_all": sign * abs(weight) * unit})
            synapses.connect(i=i, j=j)
        synapses.delay = (draw(delay, len(i), generator) if isinstance(delay, dict) else float(delay)) * b.ms
        net.add(synapses)
    if mode == "standalone":
        net.run(duration * b.ms)
        b.device.build(directory=folder, compile=True, run=False, debug=False)
        build_s = time.perf_counter() - start
        b.device.run(folder, with_output=False, run_args=[])
        run_s = b.device._last_run_time
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    else:
        net.run(network["timestep"] * b.ms)  # compiles
        build_s = time.perf_counter() - start
        start = time.perf_counter()
        net.run(duration * b.ms)
        run_s = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rates = {name: float(monitor.num_spikes) / network["populations"][name]["size"] / duration * 1e3 for name, monitor in monitors.items()}
    print(json.dumps({"build_s": build_s, "run_s": run_s, "duration_ms": duration, "rates_hz": rates, "peak_rss_bytes": peak * 1024}))


if __name__ == "__main__":
    main()
