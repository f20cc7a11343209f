"""Builds the network of a YAML file by calls of PyNN, as somebody would write it by hand."""
import re

import numpy as np
import yaml
from pyNN.parameters import Sequence
from pyNN.random import RandomDistribution
from pyNN.space import Grid2D

_ORDER = {"uniform": ("low", "high"), "normal": ("mu", "sigma"), "uniform_int": ("low", "high"), "exponential": ("beta",),
          "normal_clipped": ("mu", "sigma", "low", "high"), "normal_clipped_to_boundary": ("mu", "sigma", "low", "high")}
_TIMING = {"SpikePair": "SpikePairRule", "SpikeNearestPair": "SpikeNearestPairRule", "Vogels2011": "Vogels2011Rule",
           "PfisterSpikeTriplet": "PfisterSpikeTriplet"}


def value_of(given):
    """A number, a list, or a distribution."""
    if isinstance(given, dict):
        (name, arguments), = given.items()
        values = arguments if isinstance(arguments, dict) else dict(zip(_ORDER[name], arguments))
        if name == "uniform_int":
            values["high"] += 1  # PyNN leaves the upper end out
        return RandomDistribution(name, **values)
    return given


def spike_times_of(given):
    return [Sequence(times) for times in given] if given and isinstance(given[0], list) else Sequence(given)


class Network:
    def __init__(self, sim, path):
        self.sim = sim
        self.described = yaml.safe_load(path.read_text())
        described = self.described
        sim.setup(timestep=described.get("timestep", 1.0), seed=described.get("seed", 1))
        self.populations = {name: self.population(name, **values) for name, values in described["populations"].items()}
        self.projections = {}
        for values in described.get("projections", []):
            self.project(values)
        for current in described.get("currents", []):
            (kind, parameters), = current["source"].items()
            getattr(sim, kind)(**parameters).inject_into(self.view(current["into"]))
        for recording in described.get("record", []):
            self.view(recording["population"]).record(recording["variables"],
                                                      sampling_interval=recording.get("interval"))
        self.duration = described.get("duration", 1000.0)

    def cell_type(self, model):
        return getattr(self.sim, model, None) or getattr(self.sim.extra_models, model)

    def population(self, name, size, model, parameters={}, initial={}, structure=None):
        values = {key: spike_times_of(value) if key in ("spike_times", "rates", "starts", "durations") else value_of(value)
                  for key, value in parameters.items()}
        if structure is not None:
            (_, values_of_grid), = structure.items()
            structure = Grid2D(**values_of_grid)
        return self.sim.Population(size, self.cell_type(model)(**values), structure=structure, label=name,
                                   initial_values={key: value_of(value) for key, value in initial.items()})

    def view(self, text):
        name, selected = re.fullmatch(r"([^\[]+)(?:\[(.*)\])?", text).groups()
        population = self.populations[name]
        if selected is None:
            return population
        if ":" in selected:
            return population[slice(*(int(part) if part else None for part in selected.split(":")))]
        return population[[int(part) for part in selected.split(",")]]

    def connector(self, given):
        name, arguments = (given, {}) if isinstance(given, str) else next(iter(given.items()))
        arguments = dict(arguments)
        if "p" in arguments:
            arguments["p_connect"] = arguments.pop("p")
        if name == "FromList":
            rows = arguments["connections"]
            return self.sim.FromListConnector(rows, column_names=["weight", "delay"][:len(rows[0]) - 2])
        if name == "Array":
            return self.sim.ArrayConnector(np.array(arguments["array"]))
        if name == "Clone":
            return self.sim.CloneConnector(self.projections[arguments["projection"]])
        return getattr(self.sim, f"{name}Connector")(**arguments)

    def synapse(self, given):
        (name, values), = given.items()
        common = {key: value_of(values[key]) for key in ("weight", "delay") if key in values}
        if name == "Static":
            return self.sim.StaticSynapse(**common)
        if name == "TsodyksMarkram":
            return self.sim.TsodyksMarkramSynapse(**{key: value_of(value) for key, value in values.items()})
        (timing, times), = values["timing_dependence"].items()
        (weight, weights), = values["weight_dependence"].items()
        if weight != "Multiplicative":  # PyNN's amplitudes are parts of w_max, a file's are weights
            times, weights = ({key: value / weights["w_max"] if key.startswith("A") else value
                               for key, value in given.items()} for given in (times, weights))
        rules = self.sim.extra_models if timing != "SpikePair" else self.sim
        weight_rule = (self.sim.extra_models.WeightDependenceAdditiveTriplet if weight == "AdditiveTriplet"
                       else getattr(self.sim, f"{weight}WeightDependence"))
        return self.sim.STDPMechanism(timing_dependence=getattr(rules, _TIMING[timing])(**times),
                                      weight_dependence=weight_rule(**weights), **common)

    def project(self, values):
        pre, post = self.view(values["from"]), self.view(values["to"])
        synapse = self.synapse(values.get("synapse", {"Static": {}}))
        made = self.sim.Projection(pre, post, self.connector(values["connector"]), synapse,
                                   receptor_type=values.get("receptor"), label=values.get("name"))
        self.projections[values.get("name", len(self.projections))] = made

    def run(self):
        """The hash of the spikes."""
        self.sim.run(self.duration)
        return self.sim.get_machine_report()["spike_hash"]
