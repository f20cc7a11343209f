"""Synapse types."""
from copy import deepcopy

import numpy as np
from pyNN import errors
from pyNN.standardmodels import build_translations, synapses
from pyNN.standardmodels.base import check_weights

from .cells import unavailable
from .simulator import state


def check_signs(weights, projection):
    """PyNN's check, but inhibitory currents may be written positive too, as boards take them: the receptor gives the
    sign."""
    if projection.receptor_type == "inhibitory" and projection.post.conductance_based is False:
        if isinstance(weights, np.ndarray) and not ((weights <= 0).all() or (weights >= 0).all()):
            raise errors.ConnectionError("Weights must be either all positive or all negative")
        return
    if projection.receptor_type not in ("excitatory", "inhibitory"):
        if not (np.asarray(weights) >= 0).all():
            raise errors.ConnectionError(f"Weights must be positive for the receptor '{projection.receptor_type}'")
        return
    check_weights(weights, projection)


class MachineSynapse:
    parameter_checks = {"weight": check_signs}

    def _get_minimum_delay(self):
        return state.min_delay


class StaticSynapse(MachineSynapse, synapses.StaticSynapse):
    __doc__ = synapses.StaticSynapse.__doc__
    translations = build_translations(("weight", "weight"), ("delay", "delay"))


class TsodyksMarkramSynapse(MachineSynapse, synapses.TsodyksMarkramSynapse):
    __doc__ = synapses.TsodyksMarkramSynapse.__doc__
    translations = build_translations(*((name, name) for name in ("weight", "delay", "U", "tau_rec", "tau_facil")))

    def machine_parameters(self):
        """U and the time constants, which all synapses of a projection share."""
        values = {}
        for name in ("U", "tau_rec", "tau_facil"):
            value = deepcopy(self.parameter_space[name])
            if value.is_homogeneous is False:
                raise NotImplementedError(f"all synapses of a projection have one {name} here")
            value.shape = (1,)
            values[name] = float(value.evaluate(simplify=True))
        return values


def not_here(module):
    """{name: class} of PyNN's synapse types that the machine does not have: they say so when they are made."""
    names = ("ElectricalSynapse", "SimpleStochasticSynapse", "StochasticTsodyksMarkramSynapse",
             "MultiQuantalSynapse", "AdditivePotentiationMultiplicativeDepression", "GutigWeightDependence")
    return {name: unavailable(name, getattr(synapses, name), module) for name in names if hasattr(synapses, name)}
