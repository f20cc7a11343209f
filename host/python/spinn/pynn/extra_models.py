"""sPyNNaker's models beyond PyNN's: sim.extra_models.IF_curr_dual_exp and the like, as far as the machine has them."""
from .cells import standard_and_extra

_standard, _extra = standard_and_extra("spinn.pynn")
globals().update(_extra)

# sPyNNaker has Izhikevich's model under this name too.
if "Izhikevich" in _standard:
    Izhikevich = _standard["Izhikevich"]

__all__ = sorted(_extra) + (["Izhikevich"] if "Izhikevich" in _standard else [])
