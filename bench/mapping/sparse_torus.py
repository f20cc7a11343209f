#!/usr/bin/env python3
"""Prints a million-core problem as sm-graph/1, and its machine as sm-machine/1.

usage: sparse_torus.py SIDE [-o GRAPH.json] [--machine MACHINE.json] [--order natural|random]

SIDE x SIDE chips on a torus with 16 vertices on each, that have four targets each: their chips are drawn from a normal distribution
of sigma 3 chips around the source's, in the plane of the lattice's coordinates (J. Heathcote, Building and operating
large-scale SpiNNaker machines, thesis, Manchester 2016, section 6.3 has such networks). SIDE 256 gives 1,048,576 vertices. The
natural placement, which the numbers of the vertices tell unless they are shuffled, has the hops printed on stderr: the sum of the
distances to the chips of the targets, an upper bound.
"""
import argparse
import json
import random
import sys

parser = argparse.ArgumentParser()
parser.add_argument("side", type=int)
parser.add_argument("-o", default="-")
parser.add_argument("--machine")
parser.add_argument("--order", choices=["natural", "random"], default="random")
parser.add_argument("--seed", type=int, default=1)
arguments = parser.parse_args()
side, per_chip = arguments.side, 16
rng = random.Random(arguments.seed)
n = side * side * per_chip
number = list(range(n))
if arguments.order == "random":
    rng.shuffle(number)


def distance(dx, dy):
    dx, dy = dx % side, dy % side
    return min(max(dx, dy), max(side - dx, side - dy), side - dx + dy, dx + side - dy)


targets = [None] * n
hops = 0
for x in range(side):
    for y in range(side):
        for core in range(per_chip):
            source = (x * side + y) * per_chip + core
            chosen = set()
            while len(chosen) < 4:
                u, v = round(rng.gauss(x, 3.0)) % side, round(rng.gauss(y, 3.0)) % side
                target = (u * side + v) * per_chip + rng.randrange(per_chip)
                if target not in chosen:
                    chosen.add(target)
                    hops += distance(u - x, v - y)
            targets[number[source]] = sorted(number[target] for target in chosen)
print(f"{n} vertices, {4 * n} connections, {hops} hops at most where they lie", file=sys.stderr)
out = sys.stdout if arguments.o == "-" else open(arguments.o, "w")
json.dump({"format": "sm-graph/1", "name": f"sparse torus {side}", "apps": [{"name": "cells", "first": 0, "count": n}],
           "vertices": {"app": [0] * n, "atoms": [64] * n},
           "nets": {"src": list(range(n)), "weight": [1.0] * n, "dst": targets}}, out, separators=(",", ":"))
if arguments.machine:
    with open(arguments.machine, "w") as file:
        json.dump({"format": "sm-machine/1", "width": side, "height": side, "wrap": True, "cores": per_chip, "table": 1023,
                   "ethernet": [], "dead_chips": [], "dead_links": [], "core_exceptions": []}, file)
