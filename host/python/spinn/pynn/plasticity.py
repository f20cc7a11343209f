"""Synapses that learn: PyNN's STDPMechanism over the machine's rules."""
from copy import deepcopy

from pyNN import errors
from pyNN.standardmodels import STDPTimingDependence, STDPWeightDependence, build_translations, synapses

from .synapses import MachineSynapse


def _same(*names):
    return build_translations(*((name, name) for name in names))


class STDPMechanism(MachineSynapse, synapses.STDPMechanism):
    __doc__ = synapses.STDPMechanism.__doc__
    base_translations = _same("weight", "delay", "dendritic_delay_fraction")

    def __init__(self, timing_dependence=None, weight_dependence=None, voltage_dependence=None,
                 dendritic_delay_fraction=1.0, weight=0.0, delay=None, backprop_delay=True):
        if voltage_dependence is not None:
            raise NotImplementedError("synapses here learn from spikes alone; leave voltage_dependence out")
        if dendritic_delay_fraction not in (0, 1):
            raise NotImplementedError("the delay of a synapse that learns is all dendritic (dendritic_delay_fraction=1) or "
                                      "all axonal (0)")
        synapses.STDPMechanism.__init__(self, timing_dependence, weight_dependence, None,
                                        float(dendritic_delay_fraction), weight, delay)
        self.backprop_delay = bool(backprop_delay) and dendritic_delay_fraction == 1
        self.machine_rule()

    def _build_translations(self):
        self.translations = dict(self.base_translations)
        for component in (self.timing_dependence, self.weight_dependence):
            if component:
                self.translations.update(component.translations)

    def machine_rule(self):
        """(timing rule, its parameters, weight rule, its parameters), as the machine names them."""
        timing, weight = self.timing_dependence, self.weight_dependence
        if not hasattr(timing, "machine_name") or not hasattr(weight, "machine_name"):
            raise errors.NoModelAvailableError("No available plasticity models")
        if (timing.machine_name == "PfisterSpikeTriplet") != (weight.machine_name == "AdditiveTriplet"):
            raise errors.NoModelAvailableError("PfisterSpikeTriplet and WeightDependenceAdditiveTriplet go together")
        times, weights = timing.machine_parameters(_values(timing)), _values(weight)
        if weight.amplitudes_are_of_w_max:  # the machine's amplitudes are weights
            for values in (times, weights):
                for name in values:
                    if name.startswith("A") and not getattr(timing, "amplitude_is_a_weight", False):
                        values[name] *= weights["w_max"]
        return timing.machine_name, times, weight.machine_name, weights


def _values(component):
    space = deepcopy(component.parameter_space)
    space.shape = (1,)
    return {name: float(value.evaluate(simplify=True)) for name, value in space.items()}


class _Timing:
    @staticmethod
    def machine_parameters(values):
        return values


class SpikePairRule(_Timing, synapses.SpikePairRule):
    __doc__ = synapses.SpikePairRule.__doc__
    machine_name = "SpikePair"
    translations = _same("tau_plus", "tau_minus", "A_plus", "A_minus")


class SpikeNearestPairRule(SpikePairRule):
    """As SpikePairRule, but a spike pairs with the last spike of the other side only."""

    machine_name = "SpikeNearestPair"


class PfisterSpikeTriplet(_Timing, STDPTimingDependence):
    """Pairs and triplets of spikes (Pfister and Gerstner 2006). Goes with WeightDependenceAdditiveTriplet."""

    machine_name = "PfisterSpikeTriplet"
    default_parameters = {"tau_plus": 16.8, "tau_minus": 33.7, "tau_x": 101.0, "tau_y": 125.0, "A_plus": 0.01,
                          "A_minus": 0.01}
    translations = _same(*default_parameters)

    def __init__(self, tau_plus, tau_minus, tau_x, tau_y, A_plus=0.01, A_minus=0.01):
        STDPTimingDependence.__init__(self, tau_plus=tau_plus, tau_minus=tau_minus, tau_x=tau_x, tau_y=tau_y,
                                      A_plus=A_plus, A_minus=A_minus)


class Vogels2011Rule(synapses.Vogels2011Rule):
    __doc__ = synapses.Vogels2011Rule.__doc__
    machine_name = "Vogels2011"
    amplitude_is_a_weight = True
    translations = _same("tau", "eta", "rho")

    @staticmethod
    def machine_parameters(values):
        # A pre spike costs 2 rho tau of what a pair gives; rho in Hz, tau in ms.
        return {"alpha": 2e-3 * values["rho"] * values["tau"], "tau": values["tau"], "A_plus": values["eta"]}


class BoardVogels2011Rule(_Timing, STDPTimingDependence):
    """sPyNNaker's form of the rule: alpha is what every pre spike costs."""

    machine_name = "Vogels2011"
    default_parameters = {"alpha": 0.12, "tau": 20.0, "A_plus": 0.01}
    translations = _same(*default_parameters)

    def __init__(self, alpha, tau=20.0, A_plus=0.01, A_minus=0.01):
        STDPTimingDependence.__init__(self, alpha=alpha, tau=tau, A_plus=A_plus)  # the rule has no use for A_minus


class RecurrentRule(_Timing, STDPTimingDependence):
    """Every spike opens a window of random length; spikes of the other side within it are counted up (post after pre)
    or down, and at a limit the count starts again and the weight changes by one whole step."""

    machine_name = "Recurrent"
    default_parameters = {"accumulator_depression": -6, "accumulator_potentiation": 6, "mean_pre_window": 35.0,
                          "mean_post_window": 35.0, "A_plus": 0.01, "A_minus": 0.01}
    translations = _same(*default_parameters)

    def __init__(self, accumulator_depression=-6, accumulator_potentiation=6, mean_pre_window=35.0,
                 mean_post_window=35.0, dual_fsm=True, A_plus=0.01, A_minus=0.01):
        if not dual_fsm:
            raise NotImplementedError("RecurrentRule(dual_fsm=False) is not available; the two sides have windows of "
                                      "their own: use dual_fsm=True")
        STDPTimingDependence.__init__(self, accumulator_depression=accumulator_depression,
                                      accumulator_potentiation=accumulator_potentiation,
                                      mean_pre_window=mean_pre_window, mean_post_window=mean_post_window,
                                      A_plus=A_plus, A_minus=A_minus)


class AdditiveWeightDependence(synapses.AdditiveWeightDependence):
    __doc__ = synapses.AdditiveWeightDependence.__doc__
    machine_name = "Additive"
    amplitudes_are_of_w_max = True
    translations = _same("w_min", "w_max")


class MultiplicativeWeightDependence(synapses.MultiplicativeWeightDependence):
    __doc__ = synapses.MultiplicativeWeightDependence.__doc__
    machine_name = "Multiplicative"
    amplitudes_are_of_w_max = False
    translations = _same("w_min", "w_max")


class WeightDependenceAdditiveTriplet(STDPWeightDependence):
    """Additive, with an amplitude for pairs and one for triplets."""

    machine_name = "AdditiveTriplet"
    amplitudes_are_of_w_max = True
    default_parameters = {"w_min": 0.0, "w_max": 1.0, "A3_plus": 0.01, "A3_minus": 0.01}
    translations = _same(*default_parameters)

    def __init__(self, w_min=0.0, w_max=1.0, A3_plus=0.01, A3_minus=0.01):
        STDPWeightDependence.__init__(self, w_min=w_min, w_max=w_max, A3_plus=A3_plus, A3_minus=A3_minus)
