"""Populations, views and assemblies."""
import numpy as np
from pyNN import common, errors
from pyNN.parameters import LazyArray, ParameterSpace, simplify
from pyNN.random import RandomDistribution

from . import simulator
from .cells import STATE_ALIASES
from .connectivity import distribution_of
from .recording import Recorder
from .simulator import state

# sPyNNaker's arguments of Population() that place work on cores; here the mapper decides.
_PLACING = {"n_synapse_cores", "allow_delay_extensions", "spikes_per_second", "ring_buffer_sigma",
            "max_expected_summed_weight", "incoming_spike_buffer_size", "drop_late_spikes", "splitter", "n_colour_bits",
            "constraints", "virtual_key", "port", "in_partitions", "out_partitions", "packet_compressor", "max_rate", "seed"}


class Assembly(common.Assembly):
    __doc__ = common.Assembly.__doc__
    _simulator = simulator


class _Cells:
    """What populations and views share: parameters and state of some neurons of a population."""

    def _get_parameters(self, *names):
        for name in names:
            if name not in self.celltype.translations:
                raise errors.NonExistentParameterError(name, self.celltype.__class__.__name__,
                                                       self.celltype.get_parameter_names())
        return self.celltype.reverse_translate(self._get_native_parameters(*self.celltype.get_native_names(*names)))

    def _get_native_parameters(self, *names):
        values = {name: simplify(self._root._parameters[name][self._neurons]) for name in names}
        return ParameterSpace(values, shape=(self.size,))

    def _set_parameters(self, parameter_space):
        self._root._draw_unseeded(parameter_space, self._neurons)
        parameter_space.evaluate(simplify=False)
        for name, value in parameter_space.items():
            self._root._store_parameter(name, self._neurons, value)

    def _set_initial_value_array(self, variable, initial_values):
        values = self._root._drawn_by_machine(STATE_ALIASES.get(variable, variable), initial_values, self._neurons)
        if values is None:
            values = initial_values.evaluate(simplify=False) if isinstance(initial_values, LazyArray) else initial_values
        elif isinstance(initial_values, LazyArray):
            initial_values.base_value = values  # PyNN keeps them
        self._root._store_initial_value(variable, self._neurons, np.asarray(values, dtype=float))

    def _get_view(self, selector, label=None):
        return PopulationView(self, selector, label)

    def spinnaker_get_data(self, variable):
        """(neuron, time in ms[, value]) rows, as sPyNNaker gives them."""
        segment = self.get_data(variable).segments[-1]
        if variable == "spikes":
            rows = [(train.annotations.get("source_index", i), float(t))
                    for i, train in enumerate(segment.spiketrains) for t in train]
            return np.array(rows).reshape(-1, 2)
        signal = segment.filter(name=variable)[0]
        times = signal.times.rescale("ms").magnitude
        index = signal.array_annotations["channel_index"]
        return np.column_stack((np.repeat(index, len(times)), np.tile(times, len(index)),
                                signal.magnitude.T.ravel()))


class PopulationView(_Cells, common.PopulationView):
    __doc__ = common.PopulationView.__doc__
    _assembly_class = Assembly
    _simulator = simulator

    @property
    def _root(self):
        return self.grandparent

    @property
    def _neurons(self):
        return self.all_cells.astype(np.int64) - int(self._root.first_id)

    def initialize(self, **initial_values):
        for variable, value in initial_values.items():
            lazy = LazyArray(value, shape=(self.size,), dtype=float)
            self._set_initial_value_array(variable, lazy)
            self._root._note_initial_value(variable)

    initialize.__doc__ = common.PopulationView.initialize.__doc__

    @property
    def initial_values(self):
        return {variable: LazyArray(values.evaluate(simplify=False)[self._neurons], shape=(self.size,))
                for variable, values in self._root.initial_values.items()}


class Population(_Cells, common.Population):
    __doc__ = common.Population.__doc__
    _simulator = simulator
    _recorder_class = Recorder
    _assembly_class = Assembly

    def __init__(self, size, cellclass, cellparams=None, structure=None, initial_values=None, label=None,
                 additional_parameters=None, neurons_per_core=None, **more):
        more.update(additional_parameters or {})
        for name in ("neurons_per_core", "max_atoms_per_core"):
            neurons_per_core = neurons_per_core or more.pop(name, None)
            more.pop(name, None)
        self._max_atoms_per_core = int(neurons_per_core or 0)
        for name in more:
            if name not in _PLACING:
                raise TypeError(f"Population() has no argument '{name}'")
            state.warn_once(f"Population.{name}", f"'{name}' of a Population has no effect: the mapper of this machine "
                            "decides. Only neurons_per_core is taken")
        if isinstance(cellclass, type):
            cellclass, cellparams = cellclass(**(cellparams or {})), None
        elif cellparams is not None and not cellparams:
            cellparams = None
        common.Population.__init__(self, size, cellclass, cellparams, structure, initial_values or {}, label)

    @property
    def _root(self):
        return self

    @property
    def _neurons(self):
        return slice(None)

    def _create_cells(self):
        first = state.id_counter
        self.all_cells = np.array([simulator.ID(i) for i in range(first, first + self.size)], dtype=simulator.ID)
        self._mask_local = np.ones(self.size, dtype=bool)
        for cell in self.all_cells:
            cell.parent = self
        state.id_counter += self.size

        if not hasattr(self.celltype, "machine_model"):
            raise errors.InvalidModelError(f"{type(self.celltype).__name__} is no model of this machine; "
                                           "list_standard_models() names what is")
        self._initial = {}
        self._times_drawn = {}  # {name of a parameter or state: how often the machine has drawn it}
        self._machine_name = _machine_name(self.label)
        self._machine_index = state.network.add_population(
            self._machine_name, self.size, self.celltype.machine_model,
            self._max_atoms_per_core or self.celltype.max_atoms_per_core)
        parameters = self.celltype.native_parameters
        parameters.shape = (self.size,)
        self._draw_unseeded(parameters, slice(None))
        parameters.evaluate(simplify=False)
        self._parameters = parameters.as_dict()
        state.populations.append(self)
        state.changed()

    def _draw_unseeded(self, parameters, neurons):
        """Parameters with a distribution and no seed of PyNN's get the machine's draws."""
        for name, value in parameters.items():
            drawn = self._drawn_by_machine(name, value, neurons)
            if drawn is not None:
                value.base_value = drawn

    def _drawn_by_machine(self, name, value, neurons):
        """What the machine draws, by the seed of setup(), for a distribution whose generator has no seed: the network that
        a network file with this distribution describes. None for all else."""
        base = getattr(value, "base_value", None)
        if not isinstance(base, RandomDistribution) or value.operations or getattr(base.rng, "seed", 0) is not None:
            return None
        distribution = distribution_of(value)
        initial = name not in self.celltype.machine_parameters
        if distribution is None or (initial and name not in self.celltype.machine_state):
            return None
        nth = self._times_drawn.get(name, 0)
        self._times_drawn[name] = nth + 1
        return state.network.draw(self._machine_index, name, distribution, initial, nth)[neurons]

    def _store_parameter(self, name, neurons, value):
        self._parameters[name][neurons] = value
        state.parameters_changed(self)

    def _store_initial_value(self, variable, neurons, values):
        name = STATE_ALIASES.get(variable, variable)
        if name not in self.celltype.machine_state:
            if variable in self.celltype.default_initial_values:
                return
            raise errors.NonExistentParameterError(variable, type(self.celltype).__name__,
                                                   list(self.celltype.machine_state))
        if name not in self._initial:
            self._initial[name] = np.full(self.size, float(self.celltype.machine_state[name]["default"]))
        self._initial[name][neurons] = values
        state.state_changed(self, name, np.arange(self.size)[neurons], self._initial[name][neurons])

    def _note_initial_value(self, variable):
        """PyNN keeps the initial values that were given; those of a view are part of the population's."""
        values = self._initial.get(STATE_ALIASES.get(variable, variable))
        if values is not None:
            self.initial_values[variable] = LazyArray(values.copy(), shape=(self.size,), dtype=float)

    def _describe(self, network):
        """Writes parameters, initial values and recordings into the machine's network."""
        self._describe_parameters(network)
        for name, values in self._initial.items():
            network.set_initial(self._machine_index, name, _number_or_array(values))
        self.recorder._describe(network, self._machine_index)

    def _describe_parameters(self, network):
        for name, values in self._parameters.items():
            if name == "spike_times":
                network.set_spike_times(self._machine_index, *_flat(values))
            elif values.dtype == object:
                values, ends = _flat(values)
                if len(values) or name != "durations":  # without durations, rates hold until the next
                    network.set_variable_rates(self._machine_index, name, values, ends)
            else:
                network.set_parameter(self._machine_index, name, _number_or_array(values))


def _number_or_array(values):
    """One number when all are equal: it takes no room in an image."""
    values = np.ascontiguousarray(values, dtype=float)
    return float(values[0]) if values.size and (values == values[0]).all() else values


def _flat(sequences):
    """Spike times of all neurons behind one another, and where each neuron's end."""
    lists = [np.asarray(getattr(sequence, "value", sequence), dtype=float).ravel() for sequence in sequences]
    ends = np.cumsum([len(times) for times in lists], dtype=np.int64)
    times = np.concatenate(lists) if lists else np.zeros(0)
    return np.ascontiguousarray(times, dtype=float), np.ascontiguousarray(ends)


def _machine_name(label):
    """A name that the machine's files can hold, and that no other population has."""
    name = "".join("_" if c in "[]/" or not c.isprintable() else c for c in str(label))[:150] or "population"
    taken = {population._machine_name for population in state.populations}
    unique, n = name, 1
    while unique in taken:
        n += 1
        unique = f"{name} {n}"
    return unique
