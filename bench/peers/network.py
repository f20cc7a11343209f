"""Reads the network files that bench/compare runs: the models and connectors of its networks, and no others."""
import re

import yaml

NEURONS = {"IF_curr_exp", "IF_cond_exp"}


class Unsupported(Exception):
    pass


def read(path):
    with open(path, encoding="utf-8") as file:
        network = yaml.safe_load(file)
    for name, population in network["populations"].items():
        if population["model"] not in NEURONS | {"SpikeSourcePoisson"}:
            raise Unsupported(f"{path}: population {name}: no model {population['model']} here")
    return network


def view(text, populations):
    """A population's name, with or without a range: (name, first, end)."""
    match = re.fullmatch(r"(\w+)(?:\[(\d+):(\d+)\])?", text)
    if not match:
        raise Unsupported(f"no view {text} here")
    name, first, end = match.groups()
    return name, int(first or 0), int(end or populations[name]["size"])


def projections(network):
    """Every projection as a dictionary: pre, post (views), connector, arguments, weight (sign as given), delay, receptor."""
    for projection in network["projections"]:
        connector, arguments = projection["connector"], {}
        if isinstance(connector, dict):
            (connector, arguments), = connector.items()
        synapse = projection["synapse"]["Static"]
        yield {"pre": view(projection["from"], network["populations"]), "post": view(projection["to"], network["populations"]),
               "connector": connector, "arguments": arguments or {}, "weight": synapse["weight"], "delay": synapse["delay"],
               "inhibitory": projection.get("receptor") == "inhibitory"}


def drives(network):
    """Poisson populations that drive one other one to one: {name: (target, weight, delay)}; each cell has a source of its own."""
    found = {}
    for projection in projections(network):
        source = network["populations"][projection["pre"][0]]
        if source["model"] == "SpikeSourcePoisson" and projection["connector"] == "OneToOne":
            found[projection["pre"][0]] = (projection["post"][0], projection["weight"], projection["delay"])
    return found
