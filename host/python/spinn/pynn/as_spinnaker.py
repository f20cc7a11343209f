"""What `import pyNN.spiNNaker` gives when it is Spinn's (see _spinn_pynn.py)."""
from spinn.pynn import *  # noqa: F401, F403
from spinn.pynn import __all__  # noqa: F401
