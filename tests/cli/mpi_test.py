#!/usr/bin/env python3
"""spinn-emu as several MPI processes: one answer, one voice, one end.

usage: tests/cli/mpi_test.py BIN_DIRECTORY EXAMPLES_DIRECTORY MPIEXEC
"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

BIN = pathlib.Path(sys.argv[1]).resolve()
EXAMPLES = pathlib.Path(sys.argv[2]).resolve()
MPIEXEC = sys.argv[3]
OPEN_MPI = re.search("Open ?(MPI|RTE)", subprocess.run([MPIEXEC, "--version"], capture_output=True, text=True, check=False).stdout)
# More processes than processors, as root in a container, and nothing over the network.
OPTIONS = ["--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "--mca", "btl", "self,vader"] if OPEN_MPI else []
ENVIRONMENT = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")


def emulators_of(parent):
    """Processes of spinn-emu that a process started."""
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, name, fields = re.fullmatch(r"(\d+) \((.*)\) (.*)", stat.read_text().strip(), re.DOTALL).groups()
        except OSError:
            continue  # ended meanwhile
        if name == "spinn-emu" and int(fields.split()[1]) == parent:
            found.append(int(pid))
    return sorted(found)


class Processes(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp())

    def tearDown(self):
        shutil.rmtree(self.dir)

    def command(self, processes, *arguments):
        return [MPIEXEC, *OPTIONS, "-n", str(processes), str(BIN / "spinn-emu"), *map(str, arguments)]

    def run_tool(self, processes, *arguments):
        return subprocess.run(self.command(processes, *arguments), cwd=self.dir, env=ENVIRONMENT, capture_output=True, text=True,
                              timeout=300, check=False)

    def report_of(self, processes, *arguments):
        result = self.run_tool(processes, *arguments, "--json")
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)  # one object, though every process ran

    def test_one_spike_hash_for_any_number_of_processes_and_threads(self):
        # 64 atoms a core put these small networks on several chips.
        for example, duration in (("va-coba.yaml", 50), ("brunel.yaml", 10)):
            alone = subprocess.run([str(BIN / "spinn-emu"), str(EXAMPLES / example), "--duration", str(duration), "--json"],
                                   capture_output=True, text=True, timeout=300, check=True)
            expected = json.loads(alone.stdout)
            self.assertGreater(expected["spikes"], 500)
            for processes in (1, 2, 3, 4):
                for threads in (1, 2):
                    report = self.report_of(processes, EXAMPLES / example, "--duration", duration, "--threads", threads,
                                            "--atoms-per-core", 64)
                    self.assertEqual(report["processes"], processes)
                    self.assertEqual(len(report["peak_rss_bytes_per_process"]), processes)
                    for key in ("spike_hash", "spikes", "synapses", "synaptic_events", "populations"):
                        self.assertEqual(report[key], expected[key], (example, processes, threads, key))

    def test_results_are_one_file(self):
        self.report_of(3, EXAMPLES / "va-coba.yaml", "--duration", 50, "--atoms-per-core", 64, "-o", "out.h5")
        self.assertEqual(os.listdir(self.dir), ["out.h5"])

    def test_mistakes_are_told_once(self):
        for arguments, says in ((["none.yaml"], "none.yaml"), (["x.yaml", "--bogus"], "--bogus"), (["x.yaml", "--duration", "-1"], "--duration")):
            result = self.run_tool(3, *arguments)
            self.assertEqual(result.returncode, 2, result.stderr)
            mine = [line for line in result.stderr.splitlines() if says in line and "mpi" not in line.lower()]
            self.assertEqual(len(mine), 1, result.stderr)

    def test_a_failure_of_one_process_ends_all(self):
        result = self.run_tool(3, EXAMPLES / "va-coba.yaml", "--duration", 50, "-o", "no/such/place.h5")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("no/such/place.h5", result.stderr)

    def test_a_signal_to_one_process_stops_all_and_keeps_what_was_recorded(self):
        process = subprocess.Popen(
            self.command(2, EXAMPLES / "va-coba.yaml", "--duration", 1e8, "--atoms-per-core", 64, "--threads", 1, "--json",
                         "-o", "long.h5"),
            cwd=self.dir, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(3)
        emulators = emulators_of(process.pid)
        self.assertEqual(len(emulators), 2)
        os.kill(emulators[1], signal.SIGINT)
        out, err = process.communicate(timeout=120)
        self.assertNotEqual(process.returncode, 0)
        self.assertTrue(json.loads(out)["stopped"], err)
        self.assertTrue((self.dir / "long.h5").exists())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
