"""The state of a simulation: the network as described so far, and the session that runs it."""
import json
import math
import os
import warnings

import numpy as np
from pyNN import common

from .. import _core

name = "SpiNNaker"

MAX_DELAY_STEPS = 65535


class ID(int, common.IDMixin):
    def __init__(self, n):
        int.__init__(n)
        common.IDMixin.__init__(self)


_LOSSES = {
    "saturations": "additions saturated a ring buffer: the input of some neurons was cut. Smaller weights, or fewer synapses "
                   "that are active in one step, would fit",
    "weights_masked": "weights did not fit 16 bits and wrapped around",
    "packets_dropped": "packets were dropped by routers",
    "recordings_lost": "records were lost: a recording buffer was full",
    "wrapped_traces": "plasticity traces wrapped around: a cell spiked too often within its time constant",
}


class SpinnWarning(UserWarning):
    """Something asked for has no effect here; the message says why, and what works instead."""


def processors():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class State(common.control.BaseState):
    def __init__(self):
        common.control.BaseState.__init__(self)
        self.mpi_rank = 0
        self.num_processes = 1
        self.dt = 0.1
        self.seed = 1
        self.threads = processors()
        self.machine = ""
        self.rounding = "truncate"
        self.realtime = False
        self.verbose = False
        self.connectivity = "machine"
        self._min_delay = "auto"
        self._max_delay = "auto"
        self.live_connections = []  # whoever hears of runs; until they close, or the simulation ends
        self.clear()

    # --- one simulation after another ------------------------------------------------------------------------------

    def clear(self):
        self.network = _core.Network("pynn", self.dt, 0.0, self.seed)
        self.populations = []
        self.projections = []
        self.current_sources = []
        self.recorders = set()
        self.live_populations = []  # whose spikes leave the machine
        self.unsaid = []            # what connections said before the network was loaded
        self.write_on_end = []
        self.id_counter = 0
        self.segment_counter = -1
        self.warned = set()
        self.reset()

    def reset(self):
        """Back to time 0, with the network as described; a new segment begins."""
        self.running = False
        self.ticks = 0
        self.t_start = 0
        self.segment_counter += 1
        for projection in self.projections:
            projection.forget_learnt()
        self.last_report = {}  # of a simulation that has ended
        self.session = None   # the network as mapped and loaded; None when it must be mapped (again)
        self.before = None    # the session that the next one goes on with
        self.n_loaded = 0     # populations that the session has
        self.stale = []       # populations whose parameters changed since they were loaded
        self.recordings = _core.Recordings()

    def warn_once(self, about, message):
        if about not in self.warned:
            self.warned.add(about)
            warnings.warn(message, SpinnWarning, stacklevel=3)

    # --- time ------------------------------------------------------------------------------------------------------

    @property
    def t(self):
        return self.ticks * self.dt

    @property
    def min_delay(self):
        return self.dt if self._min_delay == "auto" else self._min_delay

    @min_delay.setter
    def min_delay(self, value):
        self._min_delay = value

    @property
    def max_delay(self):
        return MAX_DELAY_STEPS * self.dt if self._max_delay == "auto" else self._max_delay

    @max_delay.setter
    def max_delay(self, value):
        self._max_delay = value

    def ticks_at(self, time):
        """The number of steps that reach a time; a thousandth of a step more is rounding error."""
        return max(0, math.ceil(time / self.dt - 1e-3))

    # --- running ---------------------------------------------------------------------------------------------------

    def changed(self):
        """The network's structure, connections or recordings changed: the next run maps it again, and goes on."""
        session, self.session = self.session, None
        if session is None or self.ticks == 0:
            return
        self.before = session
        for projection in self.projections:
            if projection._learns:
                projection.keep_learnt(session)
                self.warn_once("mapped again", "the network was mapped again between two runs: synapses that learn keep "
                               "their weights, but not the spikes that they remember")

    def parameters_changed(self, population):
        """Parameters of a population changed: the next run writes them into its cores."""
        if self.session is not None and population not in self.stale:
            self.stale.append(population)

    def state_changed(self, population, name, neurons, values):
        """State of some neurons is set now; neurons count within the population."""
        session = self.session or self.before
        if session is not None and population._machine_index >= self.n_loaded:
            return  # it is not there yet: its initial values will do
        if session is not None and self.ticks > 0:
            session.write_state(population._machine_index, name, np.ascontiguousarray(neurons, dtype=np.uint32),
                                np.ascontiguousarray(values, dtype=float))
        elif session is not None:
            self.changed()

    def run_until(self, tstop):
        n_ticks = self.ticks_at(tstop) - self.ticks
        self.running = True
        if n_ticks <= 0:
            return
        for population in self.stale:
            population._describe_parameters(self.network)
            if self.session is not None and not self.session.update_parameters(self.network,
                                                                               population._machine_index):
                self.changed()
        self.stale = []
        if self.session is None:
            self.session = self._make_session(n_ticks)
            self.before = None
        unsaid, self.unsaid = self.unsaid, []
        for say in unsaid:
            say(self.session)
        connections = list(self.live_connections)
        for connection in connections:
            connection._run_begins(n_ticks * self.dt)
        try:
            self.session.run(n_ticks, self.recordings, realtime=self.realtime or bool(connections),
                             live=self._tell_live if connections and self.live_populations else None)
        finally:
            self.ticks = self.session.ticks_done
            self._tell_losses()
            for connection in connections:
                connection._run_ends()

    def to_session(self, say):
        """Calls say(session), now or when the next run begins. From any thread."""
        session = self.session
        if session is None:
            self.unsaid.append(say)
        else:
            say(session)

    def _tell_live(self, populations, neurons, ticks):
        """Spikes that left the machine, in order of time."""
        for index in np.unique(populations):
            mine = populations == index
            at, first = np.unique(ticks[mine], return_index=True)
            steps = [(int(tick), part.tolist()) for tick, part in zip(at, np.split(neurons[mine], first[1:]))]
            for connection in list(self.live_connections):
                connection._hear(self.populations[index], steps)

    def save_network(self, filename, duration):
        duration = self.t if duration is None else duration
        if not duration > 0.0:
            raise ValueError("save_network() needs a duration in ms when nothing has been run yet")
        self._describe_network(duration)
        self.network.save(os.fspath(filename))

    def _describe_network(self, duration):
        """Brings the machine's network up to what the script says now."""
        self.network.duration_ms = duration
        self.network.clear_recordings()
        self.network.clear_currents()
        for population in self.populations:
            population._describe(self.network)
        for source in self.current_sources:
            source._describe(self.network)
        self.network.live = [population._machine_index for population in self.live_populations]

    def _make_session(self, n_ticks):
        self._describe_network(n_ticks * self.dt)
        self.network.check()
        self.n_loaded = len(self.populations)
        return _core.Session(self.network, threads=self.threads, machine=self.machine, rounding=self.rounding,
                             verbose=self.verbose, before=self.before)

    def _tell_losses(self):
        """Warns, once for each kind, of what the machine could not do as the network says."""
        counts = self.report()
        for key, meaning in _LOSSES.items():
            if counts.get(key):
                self.warn_once(key, f"{counts[key]} {meaning}")

    def report(self):
        """What the run did: a dict with the keys of `spinn-emu --json`."""
        return json.loads(self.session.report()) if self.session is not None else self.last_report


state = State()


# What PyNN's connectors seed their generator with when the script gives them none.
_PYNN_DEFAULT_SEED = 151985012


def seed_from(*rngs):
    """A seed for the machine's generator, drawn from PyNN's: equal generators in equal states give equal seeds. None when
    the script gave no generator with a seed: then the network's own does."""
    rngs = [rng for rng in rngs if getattr(rng, "seed", None) not in (None, _PYNN_DEFAULT_SEED)]
    if not rngs:
        return None
    seed = 0
    for rng in rngs:
        drawn = rng.next(2, "uniform_int", {"low": 0, "high": 2**31 - 1})
        for word in np.atleast_1d(drawn):
            seed = (seed * 6364136223846793005 + int(word) + 1442695040888963407) % 2**64
    return seed
