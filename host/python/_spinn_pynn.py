"""Lets `import pyNN.spiNNaker` find Spinn.

PyNN comes with a file pyNN/spiNNaker.py that imports sPyNNaker, the software of the boards. This finder answers for that
one name when sPyNNaker is not installed, or when the environment says SPINN_PYNN=spinn; otherwise it stands aside.
Loaded by spinn-pynn.pth whenever Python starts, so it imports nothing before it is asked.
"""
import sys


class SpiNNakerFinder:
    @staticmethod
    def find_spec(fullname, path=None, target=None):
        if fullname != "pyNN.spiNNaker":
            return None
        import os
        from importlib import util

        choice = os.environ.get("SPINN_PYNN", "").lower()
        if choice not in ("", "spinn", "spynnaker"):
            raise ImportError(f"SPINN_PYNN is '{choice}'; it may be 'spinn' or 'spynnaker'")
        if choice == "spynnaker" or (choice == "" and util.find_spec("spynnaker") is not None):
            return None
        spinn = util.find_spec("spinn")
        if spinn is None:
            return None
        return util.spec_from_file_location(
            fullname, os.path.join(os.path.dirname(spinn.origin), "pynn", "as_spinnaker.py"))


if not any(finder is SpiNNakerFinder for finder in sys.meta_path):
    sys.meta_path.insert(0, SpiNNakerFinder)
