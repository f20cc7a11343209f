#!/usr/bin/env python3
"""Prints a graph to place and route as sm-graph/1.

usage: instances.py sheet N | random N | all-to-all N  [--seed S] [-o FILE]

sheet: a square sheet, each vertex sends to 8 .. 64 others near it. random: to 32 anywhere. all-to-all: to all.
"""
import argparse
import json
import math
import random
import sys

parser = argparse.ArgumentParser()
parser.add_argument("kind", choices=["sheet", "random", "all-to-all"])
parser.add_argument("n", type=int)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("-o", default="-")
arguments = parser.parse_args()
n, rng = arguments.n, random.Random(arguments.seed)
side = math.isqrt(n - 1) + 1


def sheet_targets(vertex):
    x, y = vertex % side, vertex // side
    targets, wanted = set(), rng.randint(8, min(64, n // 4))
    while len(targets) < wanted:
        radius = rng.expovariate(1 / 2.5) * (1 + len(targets) / (4 * wanted))
        angle = rng.uniform(0, 2 * math.pi)
        u, v = x + round(radius * math.cos(angle)), y + round(radius * math.sin(angle))
        if 0 <= u < side and 0 <= v < side and v * side + u < n:
            targets.add(v * side + u)
        elif rng.random() < 0.1:
            wanted -= 1
    return sorted(targets)


targets = {"sheet": sheet_targets, "random": lambda vertex: sorted(rng.sample(range(n), min(32, n))),
           "all-to-all": lambda vertex: list(range(n))}[arguments.kind]
graph = {"format": "sm-graph/1", "name": f"{arguments.kind} {n}", "apps": [{"name": arguments.kind, "first": 0, "count": n}],
         "vertices": {"app": [0] * n, "atoms": [100] * n},
         "nets": {"src": list(range(n)), "weight": [1000.0] * n, "dst": [targets(vertex) for vertex in range(n)]}}
json.dump(graph, sys.stdout if arguments.o == "-" else open(arguments.o, "w"), separators=(",", ":"))
