"""Current sources, made from the machine's own description of them."""
import numpy as np
from pyNN import common
from pyNN.parameters import ParameterSpace, Sequence, simplify
from pyNN.standardmodels import build_translations, electrodes

from .. import _core
from .simulator import state


class MachineCurrentSource:
    """What all sources share: parameters as PyNN has them, and the cells they are injected into."""

    def __init__(self, **parameters):
        parameters.pop("rng", None)  # noise is drawn by the machine
        object.__setattr__(self, "_targets", [])
        object.__setattr__(self, "_values", {})
        super().__init__(**parameters)
        space = ParameterSpace(self.default_parameters, self.get_schema(), shape=(1,))
        space.update(**parameters)
        self.set_native_parameters(self.translate(space))
        state.current_sources.append(self)

    def set_native_parameters(self, parameters):
        parameters.evaluate(simplify=True)
        for name, value in parameters.items():
            if isinstance(value, np.ndarray) and value.dtype == object:
                value = value.flat[0]
            self._values[name] = value if isinstance(value, Sequence) else simplify(value)
        if self._targets:
            state.changed()

    def get_native_parameters(self):
        return ParameterSpace(dict(self._values), shape=(1,))

    def get_parameters(self):
        return dict(self._values)

    def inject_into(self, cells, location=None):
        if location is not None:
            raise NotImplementedError("cells here have one compartment")
        if isinstance(cells, (common.BasePopulation, common.Assembly)):
            parts = cells.populations if isinstance(cells, common.Assembly) else [cells]
            groups = [(part._root, part.all_cells.astype(np.int64) - int(part._root.first_id)) for part in parts]
        else:
            groups = [(cell.parent, np.array([cell.parent.id_to_index(cell)])) for cell in cells]
        for population, _ in groups:
            if not population.injectable:
                raise TypeError("Can't inject current into a spike source.")
        self._targets.extend(groups)
        state.changed()

    inject_into.__doc__ = electrodes.StandardCurrentSource.inject_into.__doc__

    def record(self):
        """Nothing to prepare: _get_data() computes the current that was given."""

    def _describe(self, network):
        numbers = {name: float(value) for name, value in self._values.items() if not isinstance(value, Sequence)}
        times, amplitudes = (np.asarray(self._values[name].value, dtype=float) if name in self._values else np.zeros(0)
                             for name in ("times", "amplitudes"))
        if len(times) != len(amplitudes):
            raise ValueError("times and amplitudes must be equally long")
        now = times >= 0.0
        for population, neurons in self._targets:
            network.add_current(self.machine_source, population._machine_index, neurons.astype(np.uint32), numbers,
                                times[now].tolist(), amplitudes[now].tolist())

    def _get_data(self):
        """(times, currents) of the run so far. Of noise, the mean."""
        ticks = np.arange(state.ticks + 1)
        times, value = ticks * state.dt, self._values
        if "times" in value:
            at = np.floor(np.asarray(value["times"].value) / state.dt + 0.5)
            index = np.searchsorted(at, ticks, side="right") - 1
            currents = np.where(index >= 0, np.asarray(value["amplitudes"].value)[np.maximum(index, 0)], 0.0)
            return times, currents
        start, stop = (np.floor(value[name] / state.dt + 0.5) for name in ("start", "stop"))
        if "frequency" in value:
            angle = 2e-3 * np.pi * value["frequency"] * (ticks - start) * state.dt + np.deg2rad(value["phase"])
            currents = value["offset"] + value["amplitude"] * np.sin(angle)
        else:
            currents = np.full(len(ticks), value["amplitude"] if "amplitude" in value else value["mean"])
        return times, np.where((ticks >= start) & (ticks < stop), currents, 0.0)


def current_source_classes(module):
    """{name: class}"""
    classes = {}
    for described in _core.current_sources():
        name = described["name"]
        base = getattr(electrodes, name)
        classes[name] = type(name, (MachineCurrentSource, base), {
            "__doc__": base.__doc__,
            "__module__": module,
            "machine_source": name,
            "translations": build_translations(*((n, n) for n in base.default_parameters)),
        })
    return classes
