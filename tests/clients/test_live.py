"""SpiNNFrontEndCommon's LiveEventConnection, as it is on PyPI, beside a run on a served machine."""

import collections
import json
import socket
import subprocess
import threading
import time

from spinn_front_end_common.utilities.connections import LiveEventConnection
from spinnman.config_setup import unittest_setup

NETWORK = """
name: injection
timestep: 1.0
duration: 1500.0
populations:
  injector: {size: 100, model: SpikeInjector}
  cells: {size: 100, model: IF_curr_exp, parameters: {tau_refrac: 1.0}}
projections:
  - {from: injector, to: cells, connector: {OneToOne: {}}, synapse: {Static: {weight: 100.0, delay: 1.0}}}
record:
  - {population: injector, variables: [spikes]}
  - {population: cells, variables: [spikes]}
live: [injector, cells]
"""


def free_udp_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_events_go_in_and_come_out_while_the_network_runs(serve, binaries, tmp_path):
    unittest_setup()
    board = serve("spinn3", "--booted", "--realtime")
    network = tmp_path / "injection.yaml"
    network.write_text(NETWORK)
    port = free_udp_port()
    sizes, started, stopped = {}, threading.Event(), threading.Event()
    heard = collections.defaultdict(list)
    sent = collections.Counter()
    connection = LiveEventConnection("LiveSpikeReceiver", receive_labels=["injector", "cells"],
                                     send_labels=["injector"], local_host="127.0.0.1", local_port=port)

    def send(label, sender):
        started.set()
        for i in range(50):
            atoms = [(i * 7 + k * 10) % 100 for k in range(10)]
            sender.send_events(label, atoms, send_full_keys=i % 2 == 0)
            sent.update(atoms)
            time.sleep(0.01)

    for label in ("injector", "cells"):
        connection.add_init_callback(label, lambda name, n, run_ms, step_ms: sizes.update({name: (n, run_ms, step_ms)}))
        connection.add_receive_callback(label, lambda name, tick, atoms: heard[name].extend((tick, a) for a in atoms))
    connection.add_start_resume_callback("injector", send)
    connection.add_pause_stop_callback("injector", lambda *_: stopped.set())

    done = subprocess.run([binaries / "spinn-emu", network, "--machine", "spinn3", "--board", board.address, "--notify",
                           f"127.0.0.1:{port}", "--json"], cwd=tmp_path, capture_output=True, text=True, timeout=120,
                          check=True)
    report = json.loads(done.stdout)
    assert started.is_set() and stopped.wait(10)
    assert sizes == {"injector": (100, 1500.0, 1.0), "cells": (100, 1500.0, 1.0)}
    deadline = time.time() + 10
    while len(heard["cells"]) < report["populations"]["cells"]["spikes"] and time.time() < deadline:
        time.sleep(0.05)
    connection.close()

    assert sum(sent.values()) == 500
    assert report["populations"]["injector"]["spikes"] == 500, "nothing was lost on the way in"
    assert collections.Counter(atom for _, atom in heard["injector"]) == sent, "nor on the way out"
    assert len(heard["cells"]) == report["populations"]["cells"]["spikes"] > 300
    for label in heard:
        ticks = [tick for tick, _ in heard[label]]
        assert ticks == sorted(ticks), "the order of time is kept"
    assert report["late_packets"] == 0
