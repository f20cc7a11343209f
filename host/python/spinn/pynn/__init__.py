"""The PyNN backend: `import pyNN.spiNNaker as sim`, or `import spinn.pynn as sim`. docs/pynn.md says what is supported."""
from pyNN import common, errors, random, space
from pyNN.connectors import *  # noqa: F401, F403
from pyNN.network import Network
from pyNN.random import GSLRNG, NumpyRNG, RandomDistribution
from pyNN.recording import *  # noqa: F401, F403
from pyNN.space import *  # noqa: F401, F403
from pyNN.space import Space
from pyNN.standardmodels import StandardCellType

from . import external_devices, extra_models, simulator
from .control import (end, get_current_time, get_max_delay, get_min_delay, get_time_step, initialize, num_processes,
                      rank, reset, run, run_for, run_until, set_allow_delay_extensions, set_number_of_neurons_per_core,
                      set_number_of_synapse_cores, setup)
from .electrodes import current_source_classes
from .patterns import (AllButMeConnector, Convolution, ConvolutionConnector, DisplacementDependentProbabilityConnector,
                       IndexBasedProbabilityConnector, KernelConnector, OneToOneOffsetConnector, PoolDense,
                       PoolDenseConnector)
from .plasticity import AdditiveWeightDependence, MultiplicativeWeightDependence, SpikePairRule, STDPMechanism, Vogels2011Rule
from .populations import Assembly, Population, PopulationView
from .projections import Projection
from .simulator import SpinnWarning
from .synapses import StaticSynapse, TsodyksMarkramSynapse, not_here

globals().update(extra_models._standard)
globals().update(not_here(__name__))
globals().update(current_source_classes(__name__))

create = common.build_create(Population)
connect = common.build_connect(Projection, FixedProbabilityConnector, StaticSynapse)  # noqa: F405
set = common.set
record = common.build_record(simulator)


def record_v(source, filename):
    """Records the membrane potential of a population to a file."""
    record(["v"], source, filename)


def record_gsyn(source, filename):
    """Records the synaptic conductances of a population to a file."""
    record(["gsyn_exc", "gsyn_inh"], source, filename)


def list_standard_models():
    """The names of PyNN's standard cell types that run here."""
    return sorted(name for name, cell in extra_models._standard.items()
                  if isinstance(cell, type) and issubclass(cell, StandardCellType))


def save_network(filename, duration=None):
    """Writes the network as built so far to a file that spinn-map and spinn-emu read: .yaml, .pb (protobuf) or .txtpb.

    duration
        in ms; without one, what has been run so far. spinn-emu runs it and gives the same spikes.
    """
    simulator.state.save_network(filename, duration)


def get_machine_report():
    """What the last run did, as a dict with the keys of `spinn-emu --json`: rates, losses, spike hash."""
    return simulator.state.report()


__all__ = [name for name in globals() if not name.startswith("_")]
