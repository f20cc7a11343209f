"""The tests run against an installed package: scripts/test installs it into a virtual environment first."""
import importlib
import os

import pytest

os.environ.setdefault("SPINN_PYNN", "spinn")


@pytest.fixture
def sim():
    backend = importlib.import_module("pyNN.spiNNaker")
    backend.setup(timestep=1.0)
    yield backend
    backend.end()
