"""sPyNNaker's names for what comes and goes while a simulation runs. Here the machine is in the process of the script, so nothing
goes over a network: a connection's callbacks are called with what the machine sends, and what it sends goes to the next piece of the
run. Runs with a connection keep to the wall clock, as on a board."""
import threading

from .extra_models import _extra
from .simulator import state


class SpikeInjector(_extra["SpikeInjector"]):
    """Neurons that spike when a SpynnakerLiveSpikesConnection says so.

    Arguments of a board (ports, keys, addresses of who is told) have no use here and are taken without a word."""

    def __init__(self, **of_a_board):
        _extra["SpikeInjector"].__init__(self)


def activate_live_output_for(population, **of_a_board):
    """The spikes of a population go to the connections that ask for its label."""
    if population not in state.live_populations:
        state.live_populations.append(population)
        state.changed()


def add_poisson_live_rate_control(poisson_population, **of_a_board):
    """Says that the rates of a population may be set while it runs; any population of Poisson sources listens."""


def add_database_socket_address(*of_a_board, **named):
    """Of a board: who is told that a run begins. Connections of this process are told in any case."""


register_database_notification_request = add_database_socket_address


class _Connection:
    """Hears of runs, and speaks to the populations that it names."""

    def __init__(self, labels):
        self._labels = list(labels or ())
        self._init, self._start, self._resume, self._pause = [], [], [], []
        self._started = False
        self.local_port = None
        state.live_connections.append(self)

    def add_init_callback(self, label, init_callback):
        """init_callback(label, number of neurons, run time in ms, time step in ms) before the first run."""
        self._init.append((label, init_callback))

    def add_start_callback(self, label, start_callback):
        """start_callback(label, connection), in a thread of its own, when the first run begins."""
        self._start.append((label, start_callback))

    def add_start_resume_callback(self, label, start_resume_callback):
        """start_resume_callback(label, connection), in a thread of its own, when a run begins."""
        self._resume.append((label, start_resume_callback))

    def add_pause_stop_callback(self, label, pause_stop_callback):
        """pause_stop_callback(label, connection) when a run has ended."""
        self._pause.append((label, pause_stop_callback))

    def close(self):
        """No more callbacks."""
        if self in state.live_connections:
            state.live_connections.remove(self)

    def _run_begins(self, duration):
        started, self._started = self._started, True
        if not started:
            for label, callback in self._init:
                callback(label, _population(label).size, duration, state.dt)
        for label, callback in ([] if started else self._start) + self._resume:
            threading.Thread(target=callback, args=(label, self), daemon=True).start()

    def _run_ends(self):
        for label, callback in self._pause:
            callback(label, self)

    def _hear(self, population, ticks_and_neurons):
        pass


class SpynnakerLiveSpikesConnection(_Connection):
    """Spikes out of and into a simulation while it runs."""

    def __init__(self, receive_labels=None, local_host=None, local_port=None, live_packet_gather_label=None,
                 send_labels=None):
        _Connection.__init__(self, [*(receive_labels or ()), *(send_labels or ())])
        self._receive = []

    def add_receive_callback(self, label, live_event_callback, translate_key=True):
        """live_event_callback(label, time step, [neurons]) for every time step with spikes, in order."""
        self._receive.append((label, live_event_callback))

    def send_spikes(self, label, neuron_ids, send_full_keys=False):
        """The neurons of an injector spike in the time step that comes next."""
        _speak(lambda session, index: session.inject(index, [int(neuron) for neuron in neuron_ids]), label)

    def send_spike(self, label, neuron_id, send_full_keys=False):
        self.send_spikes(label, [neuron_id])

    send_event, send_events = send_spike, send_spikes

    def _hear(self, population, steps):
        for label, callback in self._receive:
            if label == population.label:
                for tick, neurons in steps:
                    callback(label, tick, neurons)


class SpynnakerPoissonControlConnection(_Connection):
    """Rates of Poisson sources, set while a simulation runs."""

    def __init__(self, poisson_labels=None, local_host=None, local_port=None, control_label_extension=None):
        _Connection.__init__(self, poisson_labels)

    def set_rates(self, label, neuron_id_rates):
        """neuron_id_rates: [(neuron, rate in Hz)]"""
        for neuron, rate in neuron_id_rates:
            _speak(lambda session, index, neuron=neuron, rate=rate: session.set_live_rate(index, int(neuron), float(rate)),
                   label)

    def set_rate(self, label, neuron_id, rate):
        self.set_rates(label, [(neuron_id, rate)])


def _population(label):
    for population in state.populations:
        if population.label == label:
            return population
    raise ValueError(f"no population is called '{label}'; there are {', '.join(p.label for p in state.populations)}")


def _speak(say, label):
    """At once when the network is loaded, else when the next run begins."""
    population = _population(label)
    state.to_session(lambda session: say(session, population._machine_index))
