"""setup(), run(), end() and their kin."""
import math
import os

from pyNN import common
from pyNN.common.control import DEFAULT_MAX_DELAY, DEFAULT_MIN_DELAY, DEFAULT_TIMESTEP
from pyNN.recording import get_io

from . import configuration, simulator
from .simulator import state

# Arguments of other backends that mean nothing to a machine of any kind.
_MEANINGLESS_HERE = {"filename", "label", "debug", "log_level", "quit_on_end", "gui", "use_cvode", "rtol", "atol",
                     "default_maxstep", "spike_precision", "verbosity", "recording_precision", "allow_offgrid_spikes",
                     "database_socket_addresses"}
_CHIPS_PER_BOARD = 48


def setup(timestep=DEFAULT_TIMESTEP, min_delay=DEFAULT_MIN_DELAY, max_delay=DEFAULT_MAX_DELAY, time_scale_factor=None,
          n_chips_required=None, n_boards_required=None, **extra_params):
    """Begins a simulation; what was built before is gone.

    timestep, min_delay, max_delay
        in ms; min_delay is the delay of synapses that give none ('auto': the timestep).
    time_scale_factor
        of a board, how much slower than real time it runs; here only with `realtime`.
    n_chips_required, n_boards_required
        the least machine to run on; without them, the smallest that the network fits.

    Beyond PyNN's and sPyNNaker's arguments: `seed` (of everything random that no PyNN generator draws), `threads`,
    `machine` (a preset or file, as of spinn-map), `connectivity` ('machine', or 'pynn' to draw every connection with PyNN's
    own code: slower, and the network is that of other backends), `rounding` ('truncate' as the board, 'nearest', 'stochastic'),
    `realtime` (no faster than the wall clock), `verbose`.
    """
    common.setup(timestep, min_delay, max_delay=max_delay, **extra_params)
    settings = configuration.read()
    if timestep is None:
        timestep = settings.get("machine_time_step", DEFAULT_TIMESTEP)
    state.dt = timestep
    state.seed = _seed_of(extra_params)
    state.threads = int(extra_params.pop("threads", 0) or simulator.processors())
    state.rounding = extra_params.pop("rounding", "truncate")
    state.connectivity = extra_params.pop("connectivity", None) or os.environ.get("SPINN_CONNECTIVITY") or "machine"
    if state.connectivity not in ("machine", "pynn"):
        raise ValueError(f"connectivity is 'machine' or 'pynn', not '{state.connectivity}'")
    state.realtime = bool(extra_params.pop("realtime", False))
    state.verbose = bool(extra_params.pop("verbose", False))
    state.machine = extra_params.pop("machine", None) or _machine_for(n_chips_required, n_boards_required)
    state.time_scale_factor = time_scale_factor or settings.get("time_scale_factor", 1)
    state.min_delay = min_delay
    state.max_delay = max_delay
    state.clear()
    for unused in sorted(set(extra_params) - _MEANINGLESS_HERE):
        state.warn_once(unused, f"setup() has no use for '{unused}'; it is ignored")
    return rank()


def _seed_of(extra_params):
    for name in ("seed", "rng_seed", "grng_seed", "rng_seeds", "rng_seeds_seed"):
        value = extra_params.pop(name, None)
        if value is not None:
            return int(value[0] if isinstance(value, (list, tuple)) else value)
    return 1


def _machine_for(n_chips, n_boards):
    if n_boards is None and n_chips is not None and n_chips > _CHIPS_PER_BOARD:
        n_boards = math.ceil(n_chips / _CHIPS_PER_BOARD)
    return f"spinn5*{n_boards}" if n_boards is not None and n_boards > 1 else ""


def end(compatible_output=True):
    """Writes the files that record(..., to_file=) asked for, and gives the machine back."""
    for population, variables, filename in state.write_on_end:
        population.write_data(get_io(filename), variables)
    state.write_on_end = []
    state.last_report = state.report()
    state.session = None
    state.live_connections = []


run, run_until = common.build_run(simulator)
run_for = run

reset = common.build_reset(simulator)

initialize = common.initialize

(get_current_time, get_time_step, get_min_delay, get_max_delay, num_processes,
 rank) = common.build_state_queries(simulator)


def set_number_of_neurons_per_core(neuron_type, max_permitted):
    """The most neurons of a model on one core, in populations created from now on."""
    neuron_type.max_atoms_per_core = int(max_permitted)


def set_number_of_synapse_cores(neuron_type, n_synapse_cores):
    """Of a board: how many cores share the synapses of one. A core here has all the time it needs."""
    state.warn_once("set_number_of_synapse_cores", "a core here has all the time that it needs: it handles its own synapses")


def set_allow_delay_extensions(neuron_type, allow_delay_extensions):
    """Of a board: whether long delays may take cores of their own. The mapper adds them where a delay asks for it."""
    state.warn_once("set_allow_delay_extensions", "the mapper adds delay extensions where a delay asks for them")
