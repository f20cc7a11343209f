"""Runs a network file in NEST and prints one JSON object. Usage: run_nest.py NETWORK DURATION_MS THREADS"""
import json
import resource
import sys
import time

import nest
import network as files


def random(value, scale=1.0, absolute=False):
    """A number or a normal_clipped distribution in NEST's terms. absolute: of weights whose sign the receptor gives."""
    if not isinstance(value, dict):
        return (abs(value) if absolute else value) * scale
    (kind, numbers), = value.items()
    if kind == "uniform":
        return nest.random.uniform(numbers[0] * scale, numbers[1] * scale)
    if kind == "normal":
        return nest.random.normal(numbers[0] * scale, numbers[1] * scale)
    if kind != "normal_clipped":
        raise files.Unsupported(f"no distribution {kind} here")
    mean, deviation, low, high = numbers
    bounds = sorted((max(min(low, 1e9), -1e9) * abs(scale), max(min(high, 1e9), -1e9) * abs(scale)))
    return nest.math.redraw(nest.random.normal(mean * scale, deviation * abs(scale)), min=bounds[0], max=bounds[1])


def neurons(population):
    p = population["parameters"]
    common = {"C_m": p["cm"] * 1e3, "E_L": p["v_rest"], "V_th": p["v_thresh"], "V_reset": p["v_reset"], "t_ref": p["tau_refrac"],
              "tau_syn_ex": p["tau_syn_E"], "tau_syn_in": p["tau_syn_I"], "I_e": p.get("i_offset", 0.0) * 1e3}
    if population["model"] == "IF_cond_exp":
        cells = nest.Create("iaf_cond_exp", population["size"], params={**common, "g_L": p["cm"] * 1e3 / p["tau_m"],
                                                                        "E_ex": p["e_rev_E"], "E_in": p["e_rev_I"]})
    else:
        cells = nest.Create("iaf_psc_exp", population["size"], params={**common, "tau_m": p["tau_m"]})
    cells.V_m = random(population["initial"]["v"])
    return cells


def rule_of(connector, arguments):
    multapses = bool(arguments.get("with_replacement"))
    rules = {"FixedProbability": lambda: {"rule": "pairwise_bernoulli", "p": arguments["p"]},
             "FixedNumberPre": lambda: {"rule": "fixed_indegree", "indegree": arguments["n"], "allow_multapses": multapses},
             "FixedTotalNumber": lambda: {"rule": "fixed_total_number", "N": arguments["n"], "allow_multapses": multapses}}
    if connector not in rules:
        raise files.Unsupported(f"no connector {connector} here")
    return rules[connector]()


def main():
    path, duration, threads = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    network = files.read(path)
    nest.set_verbosity("M_ERROR")
    nest.ResetKernel()
    nest.set(resolution=network["timestep"], local_num_threads=threads, print_time=False, rng_seed=network["seed"])
    start = time.perf_counter()
    drives = files.drives(network)
    cells, recorders = {}, {}
    for name, population in network["populations"].items():
        if population["model"] in files.NEURONS:
            cells[name] = neurons(population)
            recorders[name] = nest.Create("spike_recorder")
            nest.Connect(cells[name], recorders[name])
        elif name not in drives:  # its spikes reach many cells: a generator before neurons that repeat them
            p = population["parameters"]
            generator = nest.Create("poisson_generator", params={"rate": p["rate"], "start": p.get("start", 0.0),
                                                                 "stop": p.get("start", 0.0) + p.get("duration", 1e9)})
            cells[name] = nest.Create("parrot_neuron", population["size"])
            nest.Connect(generator, cells[name], syn_spec={"delay": network["timestep"]})
    for projection in files.projections(network):
        source, target = projection["pre"][0], projection["post"][0]
        sign = -1e3 if projection["inhibitory"] else 1e3
        if source in drives:
            rate = network["populations"][source]["parameters"]["rate"]
            generator = nest.Create("poisson_generator", params={"rate": rate})  # independent for every target
            nest.Connect(generator, cells[target], syn_spec={"weight": projection["weight"] * 1e3, "delay": projection["delay"]})
            continue
        weight = projection["weight"]
        weight = random(weight, 1e3) if isinstance(weight, dict) else abs(weight) * sign
        nest.Connect(cells[source][projection["pre"][1]:projection["pre"][2]], cells[target][projection["post"][1]:projection["post"][2]],
                     rule_of(projection["connector"], projection["arguments"]), {"weight": weight, "delay": random(projection["delay"])})
    nest.Prepare()
    build_s = time.perf_counter() - start
    start = time.perf_counter()
    nest.Run(duration)
    run_s = time.perf_counter() - start
    rates = {name: recorder.n_events / network["populations"][name]["size"] / duration * 1e3 for name, recorder in recorders.items()}
    print(json.dumps({"build_s": build_s, "run_s": run_s, "duration_ms": duration, "rates_hz": rates,
                      "peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


if __name__ == "__main__":
    main()
