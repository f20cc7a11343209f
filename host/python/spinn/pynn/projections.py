"""Projections: the connections between two populations, views or assemblies."""
from copy import deepcopy

import numpy as np
from pyNN import common, errors
from pyNN.random import RandomDistribution
from pyNN.space import Space

from . import simulator
from .connectivity import Listed, distribution_of, listed_by, rule_of, seed_of
from .patterns import PatternConnector
from .plasticity import STDPMechanism
from .simulator import state
from .synapses import StaticSynapse, TsodyksMarkramSynapse

_JOINED = {"sum": np.add, "min": np.minimum, "max": np.maximum}


class Connection(common.Connection):
    """One connection of a projection: reading gives its weight or delay, writing changes it."""

    def __init__(self, projection, i):
        object.__setattr__(self, "_projection", projection)
        object.__setattr__(self, "_i", i)

    def __getattr__(self, name):
        pre, post, attributes = self._projection.connections()
        if name == "presynaptic_index":
            return int(pre[self._i])
        if name == "postsynaptic_index":
            return int(post[self._i])
        if name == "presynaptic_cell":
            return self._projection.pre.all_cells[int(pre[self._i])]
        if name == "postsynaptic_cell":
            return self._projection.post.all_cells[int(post[self._i])]
        if name in attributes:
            return float(attributes[name][self._i])
        raise AttributeError(name)

    def __setattr__(self, name, value):
        self._projection._set_one(self._i, name, value)

    def as_tuple(self, *names):
        return tuple(getattr(self, name) for name in names)


class _Part:
    """A projection of the machine: between selections of two of its populations.

    pre_at, post_at: where the selections begin in the ends of PyNN's projection, which may be assemblies."""

    def __init__(self, pre, pre_at, post, post_at):
        self.pre, self.post = pre, post
        self.pre_at, self.post_at = pre_at, post_at
        self.index = None
        self.is_list = False
        self.sign = None      # of its weights, when another part has those of the other sign
        self.receptor = None  # its own, then


def _components(end):
    """[(population or view, where it begins)]"""
    if not isinstance(end, common.Assembly):
        return [(end, 0)]
    found, at = [], 0
    for component in end.populations:
        found.append((component, at))
        at += component.size
    return found


def _selected(component):
    """Neurons of the machine's population that a population or view stands for."""
    root = component._root
    return root, (component.all_cells.astype(np.int64) - int(root.first_id)).astype(np.uint32)


class Projection(common.Projection):
    __doc__ = common.Projection.__doc__
    _simulator = simulator
    _static_synapse_class = StaticSynapse

    def __init__(self, presynaptic_population, postsynaptic_population, connector, synapse_type=None, source=None,
                 receptor_type=None, space=Space(), label=None, download_synapses=None, partition_id=None):
        common.Projection.__init__(self, presynaptic_population, postsynaptic_population, connector,
                                   synapse_type, source, receptor_type, space, label)
        if source is not None:
            state.warn_once("Projection.source", "the cells here have one source of spikes; 'source' is ignored")
        self._chunks = []
        self._known = None  # connections read back
        self._learns = isinstance(self.synapse_type, STDPMechanism)
        self._first = None  # of synapses that learn: the connections to begin with, when others took their place
        self._parts = [_Part(pre, pre_at, post, post_at) for pre, pre_at in _components(self.pre)
                       for post, post_at in _components(self.post)]
        self._connect(connector)
        state.projections.append(self)
        state.changed()

    # --- making connections ----------------------------------------------------------------------------------------

    def _guess_receptor_type(self):
        """As PyNN does, but a random weight is judged by its mean, without drawing one for each pair of neurons."""
        weight = self.synapse_type.parameter_space["weight"]
        sign = None
        if isinstance(weight.base_value, RandomDistribution) and not weight.operations:
            sign = _mean(weight.base_value)
        elif isinstance(distribution_of(weight), float):
            sign = distribution_of(weight)
        if sign is None:
            common.Projection._guess_receptor_type(self)
        else:
            receptors = self.post.receptor_types
            negative = "inhibitory" if "inhibitory" in receptors else receptors[-1]
            self.receptor_type = receptors[0] if sign >= 0 else negative

    def _connect(self, connector):
        parameters = deepcopy(self.synapse_type.parameter_space)
        given = {name: parameters[name] for name in ("weight", "delay")}
        for part in self._parts:
            if not hasattr(part.post.celltype, "machine_model") or not part.post.celltype.receptor_types:
                raise errors.ConnectionError(f"{part.post.label} receives no spikes")
        rule = rule_of(connector, self) if state.connectivity == "machine" else None
        if rule is not None and (len(self._parts) == 1 or rule.splits):
            values = {name: distribution_of(value) for name, value in given.items()}
            seed = seed_of(rule, given)
            if all(value is not None for value in values.values()):
                self._check(values["weight"], values["delay"])
                self._add_rules(rule, values["weight"], values["delay"], seed)
            elif all(isinstance(value.base_value, RandomDistribution) and not value.operations or values[name] is not None
                     for name, value in given.items()):
                self._add_rules(rule, 0.0, state.dt, seed)
                self._draw(given)
            else:
                self._by_pynn(connector)
        else:
            listed = listed_by(connector, self)
            if listed is not None and self._complete(listed, given):
                self._add_list(listed)
            else:
                self._by_pynn(connector)
        if connector.callback is not None and not self._chunks:
            connector.callback(1.0)
        self._chunks = []

    def _add(self, part, kind, weight, delay, **more):
        pre, pre_neurons = _selected(part.pre)
        post, post_neurons = _selected(part.post)
        part.index = state.network.add_projection(
            "", pre._machine_index, pre_neurons, post._machine_index, post_neurons, kind, weight, delay,
            part.post.celltype.receptor_types.index(part.receptor or self.receptor_type), **more)
        if self._learns:
            timing, times, weight_rule, weights = self.synapse_type.machine_rule()
            state.network.set_stdp(part.index, timing, times, weight_rule, weights,
                                   backprop_delay=self.synapse_type.backprop_delay)
        if isinstance(self.synapse_type, TsodyksMarkramSynapse):
            state.network.set_short_term(part.index, self.synapse_type.machine_parameters())

    def _add_rules(self, rule, weight, delay, seed):
        if rule.receptors:
            whole, = self._parts
            self._parts = [_Part(whole.pre, 0, whole.post, 0) for _ in rule.receptors]
            for part, (sign, receptor) in zip(self._parts, rule.receptors.items()):
                part.sign, part.receptor = sign, receptor
        for i, part in enumerate(self._parts):
            self._add(part, rule.kind, weight, delay, probability=rule.probability, n=rule.n,
                      with_replacement=rule.with_replacement, allow_self_connections=rule.allow_self_connections,
                      seed=None if seed is None else (seed + i) % 2**64)
            if rule.pattern is not None:
                self._add_pattern(part, *rule.pattern)

    def _add_pattern(self, part, name, numbers, lists, text):
        if part.sign is not None:
            numbers = {**numbers, "part": part.sign}
        for end in (part.pre, part.post):
            state.network.set_positions(end._root._machine_index, end._root.positions.T.ravel())
        state.network.set_pattern(part.index, name, numbers, lists, text)
        problem = state.network.problem_of(part.index)
        if problem is None:
            return
        if isinstance(self._connector, PatternConnector):
            raise errors.ConnectionError(f"{type(self._connector).__name__}: {problem}")
        self._by_pynn(self._connector)  # an expression that only Python understands

    def _draw(self, given):
        """Weights and delays of a distribution that the machine does not have, drawn by PyNN for each connection."""
        pre, post, _ = self.connections()
        listed = Listed(pre, post, {})
        self._complete(listed, given)
        self._add_list(listed)

    def _complete(self, listed, given):
        """Fills in the weights and delays that a list leaves out. False when PyNN must work them out."""
        for name, value in given.items():
            if name in listed.attributes:
                continue
            if value.operations:
                return False
            if isinstance(value.base_value, RandomDistribution):
                listed.attributes[name] = _drawn(value.base_value, len(listed.pre))
            elif distribution_of(value) is not None:
                listed.attributes[name] = np.full(len(listed.pre), float(value.base_value))
            else:
                return False
        return True

    def _by_pynn(self, connector):
        connector.connect(self)
        if self._chunks:
            pre, post, weight, delay = (np.concatenate(column) for column in zip(*self._chunks))
        else:
            pre, post, weight, delay = (np.zeros(0) for _ in range(4))
        self._add_list(Listed(pre.astype(np.int64), post.astype(np.int64), {"weight": weight, "delay": delay}))

    def _convergent_connect(self, presynaptic_indices, postsynaptic_index, location_selector=None, **parameters):
        """PyNN's connectors call this for every post-synaptic neuron."""
        if location_selector is not None:
            raise NotImplementedError("cells here have one compartment")
        pre = np.asarray(presynaptic_indices).reshape(-1)
        n = len(pre)
        self._chunks.append((pre, np.full(n, int(postsynaptic_index)),
                             np.broadcast_to(np.asarray(parameters["weight"], dtype=float).reshape(-1), (n,)),
                             np.broadcast_to(np.asarray(parameters["delay"], dtype=float).reshape(-1), (n,))))

    def _add_list(self, listed):
        weight, delay = listed.attributes["weight"], listed.attributes["delay"]
        if len(weight):
            if self._connector.safe and self._parts[0].sign is None:
                self.synapse_type.parameter_checks["weight"](weight, self)
            self._check_delays(delay.min(), delay.max())
        for part in self._parts:
            mine = slice(None)
            if len(self._parts) > 1:
                mine = ((listed.pre >= part.pre_at) & (listed.pre < part.pre_at + part.pre.size)
                        & (listed.post >= part.post_at) & (listed.post < part.post_at + part.post.size))
            if part.sign is not None:
                mine &= (weight >= 0.0) == (part.sign > 0.0)
            if part.index is None:
                self._add(part, "list", 0.0, state.dt)
            else:
                state.network.become_list(part.index)
            part.is_list = True
            state.network.set_connections(part.index, (listed.pre[mine] - part.pre_at).astype(np.uint32),
                                          (listed.post[mine] - part.post_at).astype(np.uint32),
                                          np.ascontiguousarray(weight[mine]), np.ascontiguousarray(delay[mine]))
        self._known = None

    def _check(self, weight, delay):
        if self._connector.safe and isinstance(weight, float):
            self.synapse_type.parameter_checks["weight"](weight, self)
        if isinstance(delay, float):
            self._check_delays(delay, delay)

    def _check_delays(self, shortest, longest):
        if shortest < state.dt * (1 - 1e-6):
            raise errors.ConnectionError(f"a delay of {shortest} ms is below the timestep, {state.dt} ms")
        if longest > simulator.MAX_DELAY_STEPS * state.dt:
            raise errors.ConnectionError(f"a delay of {longest} ms is longer than the machine can wait")

    # --- reading and changing connections ----------------------------------------------------------------------------

    def connections(self):
        """(pre, post, {"weight": ..., "delay": ...}): arrays with one element a connection. Indices count within the
        projection's ends."""
        if self._learns and state.ticks > 0 and state.session is not None:
            return self._learnt(state.session)
        return self._described()

    def _described(self):
        if self._known is None:
            self._known = self._joined(state.network.connections)
        return self._known

    def _learnt(self, session):
        """connections(), with the weights that the machine has now."""
        pre, post, attributes = self._joined(lambda index: session.weights(state.network, index))
        if (self._described()[2]["weight"][:1] < 0).any():
            attributes["weight"] = -attributes["weight"]
        return pre, post, attributes

    def _joined(self, connections_of):
        """The connections of all parts, by pre and post: the order stays the same whatever changes."""
        columns = []
        for part in self._parts:
            pre, post, weight, delay = connections_of(part.index)
            columns.append((_position(part.pre, pre) + part.pre_at, _position(part.post, post) + part.post_at,
                            weight, delay))
        pre, post, weight, delay = (columns[0] if len(columns) == 1 else
                                    (np.concatenate(column) for column in zip(*columns)))
        place = pre * self.post.size + post
        if (place[1:] < place[:-1]).any():
            order = np.argsort(place, kind="stable")
            pre, post, weight, delay = pre[order], post[order], weight[order], delay[order]
        return pre, post, {"weight": weight, "delay": delay}

    def keep_learnt(self, session):
        """Before the network is mapped again: what was learnt is what the next session begins with."""
        if self._first is None:
            self._first = self._described()
        self._add_list(Listed(*self._learnt(session)))

    def forget_learnt(self):
        """reset(): weights are again what they were to begin with."""
        if self._first is not None:
            self._add_list(Listed(*self._first))
            self._first = None

    def __len__(self):
        return len(self.connections()[0])

    def __getitem__(self, i):
        if isinstance(i, slice):
            return [Connection(self, k) for k in range(*i.indices(len(self)))]
        if not -len(self) <= i < len(self):
            raise IndexError(i)
        return Connection(self, i % len(self))

    def _column(self, name):
        pre, post, attributes = self.connections()
        if name == "presynaptic_index":
            return pre
        if name == "postsynaptic_index":
            return post
        if name in attributes:
            return attributes[name]
        if name not in self.synapse_type.get_parameter_names():
            raise errors.NonExistentParameterError(name, type(self.synapse_type).__name__,
                                                   self.synapse_type.get_parameter_names())
        value = deepcopy(self.synapse_type.parameter_space[name])  # of the rule, the same for all synapses
        value.shape = (1,)
        return np.full(len(pre), float(value.evaluate(simplify=True)))

    def _get_attributes_as_list(self, names):
        return list(zip(*(self._column(name).tolist() for name in names)))

    def _get_attributes_as_arrays(self, names, multiple_synapses="sum"):
        pre, post, _ = self.connections()
        at = pre.astype(np.int64) * self.post.size + post
        result = []
        for name in names:
            values = self._column(name)
            array = np.full(self.pre.size * self.post.size, np.nan)
            if multiple_synapses == "last":
                array[at] = values
            elif multiple_synapses == "first":
                array[at[::-1]] = values[::-1]
            else:
                array[at] = values  # one of them, where there are several
                if (np.diff(at) == 0).any():
                    array[at] = {"sum": 0.0, "min": np.inf, "max": -np.inf}[multiple_synapses]
                    _JOINED[multiple_synapses].at(array, at, values)
            result.append(array.reshape(self.shape))
        return result

    def _value_list_to_array(self, attributes):
        """PyNN turns lists of one value a connection into arrays here; they are kept as they are."""
        return attributes

    def set(self, **attributes):
        # The same as in pyNN.common, without an array of all pairs of neurons where a number or a list will do.
        whole, lists = {}, {}
        for name, value in attributes.items():
            if name not in self.synapse_type.get_parameter_names():
                raise errors.NonExistentParameterError(name, type(self.synapse_type).__name__,
                                                       self.synapse_type.get_parameter_names())
            is_list = isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim == 1)
            (lists if is_list else whole)[name] = value
        for name, value in lists.items():
            values = np.asarray(value, dtype=float)
            if len(values) != len(self):
                raise errors.InvalidDimensionsError(f"{len(values)} values for {len(self)} connections")
            self._replace({name: values})
        if whole:
            common.Projection.set(self, **whole)

    set.__doc__ = common.Projection.set.__doc__

    def _set_attributes(self, parameter_space):
        for name, value in parameter_space.items():
            native = distribution_of(value)
            if isinstance(native, float):
                self._replace({name: np.full(len(self), native)}, whole=native)
                continue
            pre, post, _ = self.connections()
            base = value.base_value
            if isinstance(base, RandomDistribution) and not value.operations:
                values = _drawn(base, len(pre))
            else:
                values = value.evaluate(simplify=False)[pre, post]
            self._replace({name: np.asarray(values, dtype=float)})

    def _set_one(self, i, name, value):
        values = self._column(name).copy()
        values[i] = value
        self._replace({name: values})

    def _replace(self, columns, whole=None):
        """New values of one attribute; `whole`: they are all the same."""
        state.changed()
        pre, post, attributes = self.connections()
        new = {**attributes, **columns}
        if whole is not None and not any(part.is_list for part in self._parts) and not self._learns:
            for name in columns:
                if name == "weight":
                    self._check(whole, state.dt)
                else:
                    self._check_delays(whole, whole)
                for part in self._parts:
                    state.network.set_synapse(part.index, name, whole)
            self._known = (pre, post, new)
        else:
            self._add_list(Listed(pre, post, new))


def _drawn(distribution, n):
    """n numbers of one of PyNN's distributions, drawn by PyNN."""
    return np.asarray(distribution.next(n), dtype=float).reshape(-1)


def _position(component, neurons):
    """Where neurons of a machine's population stand in a population or view of it."""
    if component is component._root:
        return neurons.astype(np.int64)
    position = np.full(component._root.size, -1, dtype=np.int64)
    position[component._neurons] = np.arange(component.size)
    return position[neurons]


def _mean(distribution):
    """Of a random distribution, as far as its sign goes."""
    p = distribution.parameters
    for name in ("mu", "beta", "lambda_", "k"):
        if name in p:
            return p[name] if distribution.name != "lognormal" else 1.0
    if "low" in p:
        return 0.5 * (p["low"] + p["high"])
    return 1.0
