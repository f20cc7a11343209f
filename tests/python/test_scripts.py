"""Whole scripts, run as a user runs them."""
import json
import os
import pathlib
import runpy
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
USER_SCRIPTS = pathlib.Path(os.environ.get("SPINN_USER_SCRIPTS", ROOT.parent / "shared" / "inputs"))


def rates_of(path):
    """Mean rate in Hz of a pickled or NIX block."""
    import neo
    reader = neo.io.PickleIO(str(path)) if path.suffix == ".pkl" else neo.io.NixIO(str(path), "ro")
    segment = reader.read_block().segments[0]
    duration_s = float(segment.spiketrains[0].t_stop.rescale("s"))
    return sum(len(train) for train in segment.spiketrains) / len(segment.spiketrains) / duration_s


def test_the_balanced_network_writes_the_rates_that_it_prints(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rates = runpy.run_path(str(ROOT / "examples" / "balanced_network.py"))["run"](4000, 400)
    assert 15.0 < rates["exc"] < 30.0 and 15.0 < rates["inh"] < 30.0
    for name, rate in rates.items():
        written, = tmp_path.glob(f"Results/*/balanced_{name}*.pkl")
        assert rates_of(written) == pytest.approx(rate)


def test_the_readme_script_runs(tmp_path):
    text = (ROOT / "README.md").read_text()
    script = text.split("```python\n", 1)[1].split("```", 1)[0]
    assert "import pyNN.spiNNaker" in script
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("spikes a neuron\n") and (tmp_path / "cells.pkl").exists()


@pytest.mark.skipif(not (USER_SCRIPTS / "run.py").exists(), reason="the user's notebook cells are not on this computer")
def test_the_users_notebook_cells_run_unmodified(tmp_path):
    for name in ("init.py", "run.py"):
        shutil.copy(USER_SCRIPTS / name, tmp_path)
    calls = ("from run import run; run(); run(N_pop=60, simtime=20, do_nixio=True, do_pkl=False); "
             "run(N_pop=4000, simtime=1000)")
    done = subprocess.run([sys.executable, "-c", calls], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for group, low, high in (("exc", 15.0, 30.0), ("inh", 15.0, 30.0)):
        last = max(tmp_path.glob(f"Results/*/VAbenchmarks_{group}_spinnaker*.pkl"), key=os.path.getmtime)
        assert low < rates_of(last) < high
        nix, = tmp_path.glob(f"Results/*/VAbenchmarks_{group}_spinnaker*.h5")
        rates_of(nix)


def run_python(code, **environment):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                          env={**os.environ, "SPINN_PYNN": "", **environment})


def test_a_real_spynnaker_is_not_shadowed(tmp_path):
    """A stand-in for sPyNNaker: PyNN's own file imports it."""
    package = tmp_path / "spynnaker" / "pyNN"
    package.mkdir(parents=True)
    (tmp_path / "spynnaker" / "__init__.py").touch()
    (package / "__init__.py").write_text("whose = 'a board'\n")
    show = "import json, pyNN.spiNNaker as sim; print(json.dumps(getattr(sim, 'whose', 'spinn')))"
    paths = {"PYTHONPATH": os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])}
    found = {choice: json.loads(run_python(show, SPINN_PYNN=choice, **paths).stdout)
             for choice in ("", "spinn", "spynnaker")}
    assert found == {"": "a board", "spinn": "spinn", "spynnaker": "a board"}
    assert json.loads(run_python(show).stdout) == "spinn"
    assert "SPINN_PYNN" in run_python(show, SPINN_PYNN="other").stderr


def test_ctrl_c_ends_a_run_and_keeps_what_was_recorded():
    code = """
import os, signal, threading
import pyNN.spiNNaker as sim
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs are started deaf to it
sim.setup(timestep=1.0)
cells = sim.Population(100, sim.IF_curr_exp(i_offset=2.0))
cells.record("spikes")
threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    sim.run(1e8)
except KeyboardInterrupt:
    print("stopped", 0 < sim.get_current_time() < 1e8, cells.mean_spike_count() > 0)
"""
    done = run_python(code, SPINN_PYNN="spinn")
    assert done.stdout == "stopped True True\n", done.stderr
