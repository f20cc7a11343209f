"""From PyNN's connectors to the machine's: by rule where the machine has the rule, by list where it has not."""
from dataclasses import dataclass, field

import numpy as np
from pyNN import connectors, errors
from pyNN.random import RandomDistribution

from .. import _core
from .patterns import PatternConnector, pattern_of
from .simulator import seed_from


@dataclass
class Rule:
    """Connectivity that the machine generates."""

    kind: str
    probability: float = 0.0
    n: int = 0
    with_replacement: bool = False
    allow_self_connections: bool = True
    rng: object = None
    splits: bool = False  # over the parts of assemblies: each pair of neurons is decided on its own
    pattern: tuple = None  # (name, numbers, lists, text), of one that the mapper turns into a list
    receptors: dict = field(default_factory=dict)  # {sign of the weights: receptor}, where a pattern has both


@dataclass
class Listed:
    """Connections one by one; neurons count within the projection's ends."""

    pre: np.ndarray
    post: np.ndarray
    attributes: dict = field(default_factory=dict)  # {name: array, one value a connection}


def rule_of(connector, projection):
    """The machine's rule for a PyNN connector, or None."""
    if getattr(connector, "location_selector", None) is not None:
        return None
    pattern = pattern_of(connector, projection)
    if pattern is not None:
        return Rule("list", rng=getattr(connector, "rng", None), pattern=pattern,
                    receptors=connector.receptors() if isinstance(connector, PatternConnector) else {})
    kind = type(connector)
    allow = getattr(connector, "allow_self_connections", True)
    if allow not in (True, False):  # 'NoMutual'
        return None
    rng = getattr(connector, "rng", None)
    if kind is connectors.AllToAllConnector:
        return Rule("all_to_all", allow_self_connections=allow, splits=True)
    if kind is connectors.OneToOneConnector and projection.pre.size == projection.post.size:
        return Rule("one_to_one")
    if kind is connectors.FixedProbabilityConnector and connector.p_connect <= 1.0:
        return Rule("fixed_probability", probability=connector.p_connect, allow_self_connections=allow, rng=rng,
                    splits=True)
    fixed = {connectors.FixedNumberPreConnector: ("fixed_number_pre", projection.pre.size),
             connectors.FixedNumberPostConnector: ("fixed_number_post", projection.post.size),
             connectors.FixedTotalNumberConnector: ("fixed_total_number",
                                                    projection.pre.size * projection.post.size)}.get(kind)
    if fixed is None or not isinstance(connector.n, (int, np.integer)):
        return None
    name, most = fixed
    if not connector.with_replacement:
        same = projection.pre is projection.post or projection.pre == projection.post
        if name == "fixed_total_number":
            most -= projection.pre.size if same and not allow else 0
        else:
            most -= 1 if not allow else 0
        if connector.n > most:
            return None  # PyNN goes round again
    if not allow and name != "fixed_total_number" and most < 1:
        return None
    return Rule(name, n=int(connector.n), with_replacement=connector.with_replacement, allow_self_connections=allow,
                rng=rng)


def distribution_of(value):
    """The machine's distribution for a PyNN parameter: a number, a Distribution, or None when it has none."""
    if value.operations:
        return None
    base = value.base_value
    if isinstance(base, RandomDistribution):
        p = base.parameters
        if base.name == "uniform":
            return _core.Distribution("uniform", p["low"], p["high"])
        if base.name == "uniform_int":
            return _core.Distribution("uniform_int", p["low"], p["high"] - 1)
        if base.name == "normal":
            return _core.Distribution("normal", p["mu"], p["sigma"])
        if base.name in ("normal_clipped", "normal_clipped_to_boundary"):
            return _core.Distribution(base.name, p["mu"], p["sigma"], p["low"], p["high"])
        if base.name == "exponential":
            return _core.Distribution("exponential", p["beta"])
        return None
    return float(base) if np.isscalar(base) and not callable(base) and not isinstance(base, str) else None


def listed_by(connector, projection):
    """The connections of a list or array connector, taken whole; None for any other connector."""
    if isinstance(connector, connectors.FromFileConnector):
        columns = list(connector.file.get_metadata().get("columns", ("weight", "delay")))
        connector.column_names = [name for name in columns if name not in ("i", "j")]
        connector.conn_list = np.asarray(connector.file.read())
    if isinstance(connector, connectors.FromListConnector):
        return _from_list(connector, projection)
    if type(connector) is connectors.ArrayConnector:
        pre, post = np.nonzero(np.broadcast_to(np.asarray(connector.array, dtype=bool), projection.shape))
        return Listed(pre, post)
    return None


def _from_list(connector, projection):
    known = projection.synapse_type.get_parameter_names()
    for name in connector.column_names:
        if name not in known:
            raise ValueError(f"{name} is not a valid parameter for {type(projection.synapse_type).__name__}")
    rows = np.asarray(connector.conn_list, dtype=float).reshape(-1, 2 + len(connector.column_names))
    pre, post = rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64)
    for index, end, population in ((pre, "source", projection.pre), (post, "target", projection.post)):
        if index.size and (index.min() < 0 or index.max() >= population.size):
            raise errors.ConnectionError(f"{end} index out of range")
    return Listed(pre, post, {name: rows[:, 2 + i].copy() for i, name in enumerate(connector.column_names)})


def seed_of(rule, parameters):
    """The seed of a rule and of the weights and delays drawn beside it."""
    rngs = [rule.rng]
    for value in parameters.values():
        if isinstance(value.base_value, RandomDistribution):
            rng = value.base_value.rng
            if not any(rng is known for known in rngs):
                rngs.append(rng)
    return seed_from(*rngs)
