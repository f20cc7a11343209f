"""sPyNNaker's names for what comes and goes while a simulation runs. There is no live traffic yet."""
from .simulator import state


def activate_live_output_for(population, *args, **kwargs):
    state.warn_once("activate_live_output_for", "there is no live output yet: record('spikes') and read them after "
                    "run(), or run in several pieces")


def SpikeInjector(*args, **kwargs):
    raise NotImplementedError("there is no live input yet: use a SpikeSourceArray, and set its spike_times between runs")


def add_poisson_live_rate_control(*args, **kwargs):
    raise NotImplementedError("there is no live input yet: set(rate=...) of a SpikeSourcePoisson between runs")
