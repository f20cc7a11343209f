"""sPyNNaker's models beyond PyNN's: sim.extra_models.IF_curr_dual_exp and the like, as far as the machine has them."""
from .cells import standard_and_extra
from .plasticity import BoardVogels2011Rule as Vogels2011Rule
from .plasticity import PfisterSpikeTriplet, RecurrentRule, SpikeNearestPairRule, WeightDependenceAdditiveTriplet

_standard, _extra = standard_and_extra("spinn.pynn")
globals().update(_extra)

# sPyNNaker's other names for some of them.
Izhikevich = IZK_curr_exp = _standard["Izhikevich"]
Izhikevich_cond = _extra["IZK_cond_exp"]

__all__ = sorted(_extra) + ["IZK_curr_exp", "Izhikevich", "Izhikevich_cond", "PfisterSpikeTriplet",
                            "RecurrentRule", "SpikeNearestPairRule", "Vogels2011Rule", "WeightDependenceAdditiveTriplet"]
