"""Synapse types."""
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


def not_here(module):
    """{name: class} of PyNN's synapse types that the machine does not have: they say so when they are made."""
    names = ("ElectricalSynapse", "TsodyksMarkramSynapse", "SimpleStochasticSynapse", "StochasticTsodyksMarkramSynapse",
             "MultiQuantalSynapse", "AdditivePotentiationMultiplicativeDepression", "GutigWeightDependence")
    return {name: unavailable(name, getattr(synapses, name), module) for name in names if hasattr(synapses, name)}
