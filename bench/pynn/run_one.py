"""Runs one PyNN script with a backend and keeps what its populations recorded.

usage: run_one.py BACKEND OUTPUT.npz SCRIPT [ARGUMENTS...]      {} in the arguments stands for the backend
"""
import importlib
import os
import runpy
import sys
import time

import numpy as np


def recordings_of(backend):
    """{"population/variable": array}: spike counts, spike times and signals of every population of the last setup()."""
    state = importlib.import_module(f"{backend.__name__}.simulator" if backend.__name__ != "pyNN.spiNNaker"
                                    else "spinn.pynn.simulator").state
    found = {}
    for recorder in sorted(state.recorders, key=lambda r: int(r.population.first_id)):
        if not recorder.recorded:
            continue
        label = recorder.population.label
        for s, segment in enumerate(recorder.get("all").segments):
            if len(segment.spiketrains):
                found[f"{label}/{s}/counts"] = np.array([len(t) for t in segment.spiketrains])
                found[f"{label}/{s}/times"] = np.concatenate([t.rescale("ms").magnitude for t in segment.spiketrains])
                found[f"{label}/{s}/duration"] = np.array(float(segment.spiketrains[0].t_stop.rescale("ms")))
            for signal in segment.analogsignals:
                found[f"{label}/{s}/{signal.name}"] = np.asarray(signal.magnitude)
                found[f"{label}/{s}/{signal.name}/period"] = np.array(float(signal.sampling_period.rescale("ms")))
    return found


def mend_pynn():
    """PyNN 0.13's connectors ask an assembly for its local_size, which it has not got."""
    from pyNN import common
    if not hasattr(common.Assembly, "local_size"):
        common.Assembly.local_size = property(lambda self: sum(part.local_size for part in self.populations))


def main():
    mend_pynn()
    name, output, script, *arguments = sys.argv[1:]
    backend = importlib.import_module(f"pyNN.{name}")
    sys.argv = [script] + [argument.format(name) for argument in arguments]
    sys.path.insert(0, os.path.dirname(os.path.abspath(script)))
    start = time.monotonic()
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        if end.code not in (0, None):
            raise
    np.savez_compressed(output, seconds=time.monotonic() - start, **recordings_of(backend))


if __name__ == "__main__":
    main()
