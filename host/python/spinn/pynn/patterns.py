"""sPyNNaker's connectors beyond PyNN's, and PyNN's with sPyNNaker's text in place of a function: patterns that the machine's
mapper turns into lists of synapses (docs/network-format.md has what each takes)."""
import numpy as np
from pyNN import connectors

from .. import _core
from .synapses import StaticSynapse

_PATTERNS = {entry["name"]: entry for entry in _core.patterns()}
_BASE_ARGUMENTS = ("safe", "callback", "verbose", "rng", "space")


class PatternConnector(connectors.Connector):
    """A connector of one of the machine's patterns."""

    pattern = ""       # the machine's name
    positional = ()    # arguments in sPyNNaker's order

    def __init__(self, *positional, **named):
        given = dict(zip(self.positional, positional), **named)
        base = {name: given.pop(name) for name in _BASE_ARGUMENTS if name in given}
        self.rng = base.pop("rng", None)
        base.pop("space", None)
        connectors.Connector.__init__(self, **base)
        known = _PATTERNS[self.pattern]
        for name in given:
            if name not in known["numbers"] and name not in known["lists"] and name not in self.positional:
                raise TypeError(f"{type(self).__name__} has no argument '{name}'")
        self.given = {name: value for name, value in given.items() if value is not None}

    def machine_pattern(self, projection):
        """(numbers, lists, text) for the machine."""
        known, given = _PATTERNS[self.pattern], dict(self.given)
        self._complete(given, projection)
        return ({name: float(given[name]) for name in known["numbers"] if name in given},
                {name: np.atleast_1d(np.asarray(given[name], dtype=float)).ravel().tolist()
                 for name in known["lists"] if name in given}, "")

    def receptors(self):
        """{sign of the weights: receptor}, where they are more than one."""
        return {}

    def _complete(self, given, projection):
        pass

    def connect(self, projection):
        raise NotImplementedError(f"{type(self).__name__} is drawn by the machine: connectivity='machine' is needed")


class OneToOneOffsetConnector(PatternConnector):
    """Neuron i to neuron i + offset, within groups of neurons if a size is given."""

    pattern = "OneToOneOffset"
    positional = ("offset", "wrap", "n_neurons_per_group")


class AllButMeConnector(PatternConnector):
    """Every neuron to all others of its group."""

    pattern = "AllButMe"
    positional = ("n_neurons_per_group", "weights")


class KernelConnector(PatternConnector):
    """A rectangle around each neuron of a grid, with weights and delays by place if kernels of them are given."""

    pattern = "Kernel"
    positional = ("shape_pre", "shape_post", "shape_kernel", "weight_kernel", "delay_kernel", "shape_common",
                  "pre_sample_steps_in_post", "pre_start_coords_in_post", "post_sample_steps_in_pre",
                  "post_start_coords_in_pre")

    def _complete(self, given, projection):
        if given.pop("shape_common", None) is not None:
            raise NotImplementedError("give pre_sample_steps_in_post and post_sample_steps_in_pre in place of shape_common")


class _Weighted(PatternConnector):
    """Weights of both signs: the positive ones reach the excitatory receptor, the others the inhibitory one."""

    weights = ""

    def receptors(self):
        values = np.asarray(self.given[self.weights], dtype=float)
        return {1.0: "excitatory", -1.0: "inhibitory"} if values.min() < 0.0 < values.max() else {}

    def _complete(self, given, projection):
        if "shape_pre" not in given:
            structure = projection.pre.structure
            if not hasattr(structure, "calculate_size"):
                raise ValueError(f"{type(self).__name__} needs shape_pre=(rows, columns), or a population with a Grid2D")
            given["shape_pre"] = structure.calculate_size(projection.pre.size)


class ConvolutionConnector(_Weighted):
    """A kernel of weights that goes over a grid of neurons."""

    pattern = "Convolution"
    positional = ("kernel_weights", "kernel_shape", "strides", "padding", "pool_shape", "pool_stride", "shape_pre")
    weights = "kernel_weights"

    def _complete(self, given, projection):
        _Weighted._complete(self, given, projection)
        given.setdefault("kernel_shape", np.shape(given["kernel_weights"]))


class PoolDenseConnector(_Weighted):
    """All to all with a weight each, after neurons of a grid have been pooled."""

    pattern = "PoolDense"
    positional = ("weights", "pool_shape", "pool_stride", "shape_pre")
    weights = "weights"


class Convolution(StaticSynapse):
    """The synapse type of ConvolutionConnector: weights are the kernel's."""


class PoolDense(StaticSynapse):
    """The synapse type of PoolDenseConnector: weights are the connector's."""


def _function(arguments, text):
    """What PyNN's own code calls when it draws the connections, as it does for distances."""
    return eval(f"lambda {arguments}: {text}", vars(np).copy())  # noqa: S307 (a script's own text)


class _IndexText(connectors.IndexBasedExpression):
    def __init__(self, text):
        self._function = _function("i, j", text)

    def __call__(self, i, j):
        return self._function(i, j)


class IndexBasedProbabilityConnector(connectors.IndexBasedProbabilityConnector):
    __doc__ = connectors.IndexBasedProbabilityConnector.__doc__

    def __init__(self, index_expression, *positional, **named):
        self.text = index_expression if isinstance(index_expression, str) else None
        connectors.IndexBasedProbabilityConnector.__init__(
            self, _IndexText(self.text) if self.text else index_expression, *positional, **named)


class DisplacementDependentProbabilityConnector(connectors.DisplacementDependentProbabilityConnector):
    __doc__ = connectors.DisplacementDependentProbabilityConnector.__doc__

    def __init__(self, disp_function, *positional, **named):
        self.text = disp_function if isinstance(disp_function, str) else None
        connectors.DisplacementDependentProbabilityConnector.__init__(
            self, _function("d", self.text) if self.text else disp_function, *positional, **named)


# PyNN's connectors that the machine has as a pattern: the pattern, and the attribute with its text.
_TEXTS = {
    connectors.DistanceDependentProbabilityConnector: ("DistanceDependentProbability", "d_expression"),
    IndexBasedProbabilityConnector: ("IndexBasedProbability", "text"),
    DisplacementDependentProbabilityConnector: ("DisplacementDependentProbability", "text"),
}


def pattern_of(connector, projection):
    """(pattern, numbers, lists, text) of a connector between two populations or views; None when it is no pattern."""
    if isinstance(connector, PatternConnector):
        return (connector.pattern, *connector.machine_pattern(projection))
    kind = type(connector)
    allow = getattr(connector, "allow_self_connections", None)
    if allow not in (True, False):
        return None
    numbers = {"allow_self_connections": float(allow)}
    if kind is connectors.SmallWorldConnector:
        if connector.n_connections is not None or not _is_plain(projection.space):
            return None
        return ("SmallWorld", {"degree": float(connector.d_expression.removeprefix("d < ")), "rewiring": float(connector.rewiring), **numbers}, {}, "")
    name, argument = _TEXTS.get(kind, ("", ""))
    text = getattr(connector, argument) if name else None
    if not isinstance(text, str) or (kind is not IndexBasedProbabilityConnector and not _is_plain(projection.space)):
        return None
    return name, numbers, {}, text


def _is_plain(space):
    """Distances are those of the positions as they are."""
    return (space.periodic_boundaries is None and space.scale_factor == 1.0 and not np.any(space.offset)
            and list(space.axes) == [0, 1, 2])
