"""The same network by PyNN, by YAML and by the file that a script saves: the same spikes, whoever runs it."""
import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest
from yaml_through_pynn import Network

ROOT = pathlib.Path(__file__).parents[2]
USER_SCRIPTS = pathlib.Path(os.environ.get("SPINN_USER_SCRIPTS", ROOT.parent / "shared" / "inputs"))
EXAMPLES = sorted(path for path in (ROOT / "examples").glob("*.yaml") if path.stem != "mistakes")
TOOL = next((path for path in (os.environ.get("SPINN_EMU"), ROOT / "build/ci/bin/spinn-emu",
                               ROOT / "build/release/bin/spinn-emu") if path and pathlib.Path(path).exists()),
            shutil.which("spinn-emu"))
# Long ones end earlier, so that all of them take seconds.
AT_MOST_MS = {"vogels": 2000.0, "brunel": 100.0, "feed-forward": 500.0}

needs_tool = pytest.mark.skipif(TOOL is None, reason="spinn-emu has not been built")


def spinn_emu(path, *arguments):
    """The report of a run."""
    done = subprocess.run([TOOL, path, "--json", "-q", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@needs_tool
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_gives_the_same_spikes_from_yaml_from_pynn_and_from_what_pynn_saves(path, sim, tmp_path):
    network = Network(sim, path)
    network.duration = min(network.duration, AT_MOST_MS.get(path.stem, network.duration))
    from_yaml = spinn_emu(path, "--duration", str(network.duration))
    assert network.run() == from_yaml["spike_hash"]
    assert sum(population["spikes"] for population in from_yaml["populations"].values()) > 0
    sim.save_network(tmp_path / "saved.pb")
    assert spinn_emu(tmp_path / "saved.pb")["spike_hash"] == from_yaml["spike_hash"]


SCRIPTS = {
    "balanced_network": (ROOT / "examples", ["balanced_network.py"], "from balanced_network import run; run(4000, 300)", "cells"),
    "notebook": (USER_SCRIPTS, ["init.py", "run.py"], "from run import run; run(N_pop=4000, simtime=1000)",
                 "All Cells"),
}
SAVE = """
import json
import pyNN.spiNNaker as sim
sim.save_network("saved.pb")
print(json.dumps(sim.get_machine_report()))
"""


@needs_tool
@pytest.mark.parametrize("name", SCRIPTS)
def test_spinn_emu_runs_what_a_script_built(name, tmp_path):
    """The script is as it is; what it built is saved after it has ended, and its pickles have the spikes."""
    import neo
    directory, files, calls, cells = SCRIPTS[name]
    if not (directory / files[0]).exists():
        pytest.skip("the user's notebook cells are not on this computer")
    for file in files:
        shutil.copy(directory / file, tmp_path)
    done = subprocess.run([sys.executable, "-c", calls + SAVE], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    from_pynn = json.loads(done.stdout.splitlines()[-1])
    from_emu = spinn_emu(tmp_path / "saved.pb")
    assert from_emu["spike_hash"] == from_pynn["spike_hash"]
    assert from_emu["populations"] == from_pynn["populations"]
    pickled = [neo.io.PickleIO(str(path)).read_block().segments[0] for path in tmp_path.glob("Results/*/*.pkl")]
    assert len(pickled) == 2 and from_emu["populations"][cells]["rate_hz"] > 5.0
    assert sum(len(train) for segment in pickled for train in segment.spiketrains) == from_emu["populations"][cells]["spikes"]
