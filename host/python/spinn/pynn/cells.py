"""Cell types, made from the machine's own description of its models: what it has appears here under PyNN's name."""
from pyNN.parameters import Sequence
from pyNN.standardmodels import ModelNotAvailable, StandardCellType, build_translations
from pyNN.standardmodels import cells as pynn_cells

from .. import _core

_UNITS = {"uS": "uS", "nA": "nA", "mV": "mV", "ms": "ms", "nF": "nF", "Hz": "Hz", "MOhm": "Mohm"}

# What PyNN calls a state that the machine knows by another name, and the other way round.
STATE_ALIASES = {"gsyn_exc": "isyn_exc", "gsyn_inh": "isyn_inh"}


# Parameters that are lists, which the machine's description does not have.
_LISTS = {"SpikeSourcePoissonVariable": {"rates": Sequence([]), "starts": Sequence([]), "durations": Sequence([])}}


class MachineCellType(StandardCellType):
    """A cell type that runs on a core."""

    machine_model = ""            # the machine's name of the model
    machine_state = {}            # {name: description} of what initialize() may set
    machine_parameters = {}       # {name: description}
    max_atoms_per_core = 0        # 0: the machine's own limit

    def get_schema(self):
        return {name: Sequence if isinstance(value, Sequence) else float
                for name, value in self.default_parameters.items()}


def _units_of(model):
    described = model["parameters"] + model["state"]
    units = {entry["name"]: _UNITS.get(entry["unit"], entry["unit"] or "dimensionless") for entry in described}
    synaptic = "uS" if model["conductance"] else "nA"
    units.update(v="mV", gsyn_exc=synaptic, gsyn_inh=synaptic, isyn_exc=synaptic, isyn_inh=synaptic)
    return units


def make_cell_class(model, module):
    """The class of one model that _core.models() describes."""
    name = model["name"]
    base = getattr(pynn_cells, name, None)
    if base is not None and not issubclass(base, StandardCellType):
        base = None
    parameters = {entry["name"]: entry for entry in model["parameters"]}
    state = {entry["name"]: entry for entry in model["state"]}
    defaults = {name: entry["default"] for name, entry in parameters.items()}
    defaults.update(_LISTS.get(model["name"], {}))
    if base is not None:
        defaults.update({name: value for name, value in base.default_parameters.items()
                         if name in parameters or not model["parameters"]})
    initial = {name: entry["default"] for name, entry in state.items()}
    if base is not None:
        for name_, value in base.default_initial_values.items():
            if STATE_ALIASES.get(name_, name_) in state:
                initial.pop(STATE_ALIASES.get(name_, name_), None)
                initial[name_] = value
    units = _units_of(model)
    if base is not None:
        units = {**units, **base.units}
        for variable in ("gsyn_exc", "gsyn_inh"):  # PyNN leaves out what current models record here
            units.setdefault(variable, "uS" if model["conductance"] else "nA")
    recordable = ["spikes"] + (["v", "gsyn_exc", "gsyn_inh"] if model["neuron"] else [])
    attributes = {
        "__doc__": base.__doc__ if base is not None else f"The machine's model {name}.",
        "__module__": module,
        "machine_model": name,
        "machine_parameters": parameters,
        "machine_state": state,
        "default_parameters": defaults,
        "default_initial_values": initial,
        "recordable": recordable,
        "units": units,
        "conductance_based": model["conductance"],
        "injectable": model["neuron"],
        "receptor_types": tuple(model["receptors"]),
        "translations": build_translations(*((name_, name_) for name_ in defaults)),
    }
    bases = (MachineCellType, base) if base is not None else (MachineCellType,)
    return type(name, bases, attributes)


def unavailable(name, base, module):
    """PyNN's own refusal, for a model that the machine does not have."""
    return type(name, (ModelNotAvailable,), {"__doc__": base.__doc__, "__module__": module})


def standard_and_extra(module):
    """({name: class} of PyNN's names, {name: class} of the machine's others)."""
    standard, extra = {}, {}
    for model in _core.models():
        cell_class = make_cell_class(model, module)
        (standard if hasattr(pynn_cells, model["name"]) else extra)[model["name"]] = cell_class
    for name, base in vars(pynn_cells).items():
        if (isinstance(base, type) and issubclass(base, StandardCellType) and base is not StandardCellType
                and name not in standard):
            standard[name] = unavailable(name, base, module)
    return standard, extra
