"""Recording: what the machine collected, as PyNN's recorder wants it."""
import numpy as np
import quantities as pq
from pyNN import recording

from . import simulator
from .simulator import state

# Neo looks units up by name; the quantities package has none for what conductances are measured in.
for _name, _unit in (("uS", pq.UnitQuantity("microsiemens", 1e-6 * pq.S, "uS")),
                     ("nS", pq.UnitQuantity("nanosiemens", 1e-9 * pq.S, "nS"))):
    if not hasattr(pq, _name):
        setattr(pq, _name, _unit)

# The machine's numbers of what it samples.
_SAMPLED = {"v": 1, "gsyn_exc": 2, "gsyn_inh": 3, "isyn_exc": 2, "isyn_inh": 3}
_NATIVE_NAMES = {0: "spikes", 1: "v", 2: "gsyn_exc", 3: "gsyn_inh"}


class Recorder(recording.Recorder):
    """Asks for recordings when the network is described, and reads them from what the machine collected."""

    _simulator = simulator

    def _record(self, variable, new_ids, sampling_interval=None):
        if sampling_interval is not None:
            steps = sampling_interval / state.dt
            if steps < 0.5 or abs(steps - round(steps)) > 1e-6 * steps:
                raise ValueError(f"a sampling interval of {sampling_interval} ms is no multiple of the timestep, "
                                 f"{state.dt} ms")
            self.sampling_interval = sampling_interval
        state.changed()

    def _reset(self):
        state.changed()

    def _describe(self, network, population):
        for variable, ids in self.recorded.items():
            if not ids:
                continue
            number = 0 if variable.name == "spikes" else _SAMPLED[variable.name]
            neurons = np.sort(np.fromiter(ids, dtype=np.int64, count=len(ids))) - int(self.population.first_id)
            interval = 0.0 if number == 0 else self.sampling_interval
            network.record(population, neurons.astype(np.uint32), [_NATIVE_NAMES[number]], interval)

    def _spikes(self, ids):
        """(neurons, ticks) of the spikes of some cells; neurons count within the population."""
        ticks, neurons = state.recordings.spikes(self.population._machine_index)
        if len(ids) < self.population.size:
            wanted = np.zeros(self.population.size, dtype=bool)
            wanted[np.asarray(ids, dtype=np.int64) - int(self.population.first_id)] = True
            kept = wanted[neurons]
            ticks, neurons = ticks[kept], neurons[kept]
        return neurons, ticks

    def _get_spiketimes(self, ids, clear=False):
        neurons, ticks = self._spikes(ids)
        return neurons.astype(np.int64) + int(self.population.first_id), ticks * state.dt

    def _get_all_signals(self, variable, ids, clear=False):
        number = _SAMPLED[variable.name]
        interval = max(1, round(self.sampling_interval / state.dt))
        start = round(float(self._recording_start_time.rescale("ms").magnitude) / state.dt)
        first = -(-start // interval)  # samples are taken at multiples of the interval
        n_samples = max(0, -(-state.ticks // interval) - first)
        wanted = np.asarray(ids, dtype=np.int64) - int(self.population.first_id)
        signals = np.full((n_samples, len(wanted)), np.nan)
        for first_tick, step, neurons, values in state.recordings.samples(self.population._machine_index, number):
            if step != interval:
                continue
            at = np.searchsorted(neurons, wanted)
            found = (at < len(neurons)) & (neurons[np.minimum(at, len(neurons) - 1)] == wanted)
            begin = first_tick // interval - first
            skipped = max(0, -begin)
            rows = values[skipped:][:n_samples - begin - skipped]
            signals[begin + skipped:begin + skipped + len(rows), found] = rows[:, at[found]]
        return signals, None

    def _local_count(self, variable, filter_ids=None):
        ids = sorted(self.filter_recorded(variable, filter_ids))
        neurons, _ = self._spikes(ids)
        counts = np.bincount(neurons, minlength=self.population.size)
        first = int(self.population.first_id)
        return {int(id): int(counts[int(id) - first]) for id in ids}

    def _clear_simulator(self):
        state.recordings.clear(self.population._machine_index)
