"""A SpiNNaker machine in software.

`import pyNN.spiNNaker` (or `import spinn.pynn`) runs PyNN scripts. The names here are the layer below: a `Network` is built
from arrays, a `Session` maps it onto an emulated machine and runs it in pieces, `Recordings` hold what was recorded.

>>> import numpy, spinn
>>> network = spinn.Network("one", timestep_ms=1.0, duration_ms=100.0)
>>> cells = network.add_population("cells", 1, "IF_curr_exp")
>>> network.set_parameter(cells, "i_offset", 1.0)
>>> network.record(cells, numpy.zeros(1, "uint32"), ["spikes"])
>>> recordings = spinn.Recordings()
>>> spinn.Session(network).run(100, recordings)
100
>>> ticks, neurons = recordings.spikes(cells)
"""
from ._core import Distribution, InputError, Network, Recordings, RequestError, Session, models
from ._core import version as __version__

__all__ = ["Distribution", "InputError", "Network", "Recordings", "RequestError", "Session", "models"]
