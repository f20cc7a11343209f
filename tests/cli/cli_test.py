#!/usr/bin/env python3
"""The command-line tools as a user meets them: exit codes, messages, files, Ctrl-C.

usage: tests/cli/cli_test.py BIN_DIRECTORY EXAMPLES_DIRECTORY
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

BIN = pathlib.Path(sys.argv[1]).resolve()
EXAMPLES = pathlib.Path(sys.argv[2]).resolve()

SMALL = """name: small
timestep: 1.0
duration: 100
seed: 3
populations:
  source: {size: 20, model: SpikeSourcePoisson, parameters: {rate: 100}}
  cells: {size: 50, model: IF_curr_exp}
projections:
  - {from: source, to: cells, connector: AllToAll, synapse: {Static: {weight: 0.5, delay: 1}}}
record:
  - {population: cells, variables: [spikes, v]}
"""


class Tools(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp())
        (self.dir / "small.yaml").write_text(SMALL)

    def tearDown(self):
        shutil.rmtree(self.dir)

    def run_tool(self, tool, *arguments):
        return subprocess.run([str(BIN / tool), *map(str, arguments)], cwd=self.dir, capture_output=True, text=True, timeout=300)

    def fails(self, code, tool, *arguments, says):
        before = sorted(self.dir.rglob("*"))
        result = self.run_tool(tool, *arguments)
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertEqual(result.stdout, "")
        for words in says:
            self.assertIn(words, result.stderr)
        self.assertEqual(sorted(self.dir.rglob("*")), before, "a failure leaves no file")

    def test_a_bare_graph_is_placed_and_routed(self):
        graph = {"format": "sm-graph/1", "name": "ring", "apps": [{"name": "a", "first": 0, "count": 40}],
                 "vertices": {"app": [0] * 40, "atoms": [10] * 40},
                 "nets": {"src": list(range(40)), "weight": [1.0] * 40, "dst": [[(v + 1) % 40] for v in range(40)]}}
        (self.dir / "graph.json").write_text(json.dumps(graph))
        result = self.run_tool("spinn-map", "--graph", "graph.json", "--machine", "spinn5", "-o", "out", "--json")
        self.assertEqual(result.returncode, 0, result.stderr)
        summary = json.loads(result.stdout)
        self.assertEqual(summary["nets"], 40)
        self.assertIn("proofs", summary["phases"])
        place = json.loads((self.dir / "out/result.json").read_text())["place"]
        self.assertEqual(len({tuple(core) for core in place}), 40)
        graph["nets"]["dst"][3] = [40]
        (self.dir / "graph.json").write_text(json.dumps(graph))
        self.fails(2, "spinn-map", "--graph", "graph.json", says=["graph.json: nets.dst[3][0]", "found 40"])
        self.fails(2, "spinn-map", "--graph", "none.json", says=["none.json"])
        self.fails(2, "spinn-map", says=["name one NETWORK or one --graph"])
        self.fails(1, "spinn-map", "small.yaml", "--machine", "1x1", "--atoms-per-core", "1", says=["cores"])

    def test_two_mappings_are_compared(self):
        for name, options in (("a", []), ("b", ["--atoms-per-core", "10"])):
            self.assertEqual(self.run_tool("spinn-map", "small.yaml", "--machine", "spinn5", "--report", name, *options).returncode, 0)
        same = json.loads(self.run_tool("spinn-map", "diff", "a", "a", "--json").stdout)
        self.assertEqual(same["slices"], {"on_another_chip": 0, "on_another_core": 0, "in_one_only": 0})
        self.assertEqual(same["tables"]["differ"], 0)
        other = json.loads(self.run_tool("spinn-map", "diff", "a", "b", "--json").stdout)
        self.assertGreater(other["slices"]["in_one_only"], 0)
        self.assertEqual(other["figures"]["cores_used"], [2, 7])
        self.assertIn("hops", self.run_tool("spinn-map", "diff", "a", "b").stdout)
        self.fails(2, "spinn-map", "diff", "a", "none", says=["there is no mapping here"])

    def test_tables_of_others_are_minimised(self):
        lines = ["key,mask,route"] + [f"0x{k << 8:08X},0xFFFFFF00,0x{0x40 if k == 5 else 0x80:08X}" for k in range(64)]
        (self.dir / "chip_1_2.csv").write_text("\n".join(lines) + "\n")
        result = self.run_tool("spinn-map", "tables", "chip_1_2.csv", "--json", "-o", "short.json")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(json.loads(result.stdout)["entries"], 2)
        tables = json.loads((self.dir / "short.json").read_text())
        self.assertEqual((tables[0]["x"], tables[0]["y"], len(tables[0]["entries"])), (1, 2, 2))
        (self.dir / "bad.csv").write_text("key,mask,route\n1,2\n0x100,0xff00,1\nzz,1,1\n")
        self.fails(2, "spinn-map", "tables", "bad.csv", says=["bad.csv:2", "bad.csv:4", "key,mask,route"])
        (self.dir / "twice.csv").write_text("0x100,0xffffff00,1\n0x180,0xffffff80,2\n")
        self.fails(2, "spinn-map", "tables", "twice.csv", says=["match the same keys"])

    def test_poisson_sources_draw_by_counter_or_as_the_board(self):
        def spike_hash(*arguments):
            result = self.run_tool("spinn-emu", "small.yaml", "--json", *arguments)
            self.assertEqual(result.returncode, 0, result.stderr)
            return json.loads(result.stdout)["spike_hash"]

        self.assertEqual(spike_hash("--poisson", "counter", "-o", "counter.h5"), spike_hash("--atoms-per-core", "7"))
        board = spike_hash("--poisson", "board", "-o", "board.h5")
        self.assertEqual(board, spike_hash("--poisson", "board", "--threads", "3"))
        self.assertNotEqual(board, spike_hash())
        self.assertNotEqual(board, spike_hash("--poisson", "board", "--atoms-per-core", "7"))
        self.assertEqual(self.run_tool("spinn-compare", "small.yaml", "counter.h5").returncode, 0)
        self.fails(2, "spinn-compare", "small.yaml", "board.h5", says=["board.h5", "'source'", "--poisson board"])
        self.assertEqual(self.run_tool("spinn-emu", "small.yaml", "--poisson", "exact").returncode, 2)

    def test_the_whole_path_from_network_to_report(self):
        mapped = self.run_tool("spinn-map", "small.yaml", "-o", "small.spimg", "--json", "--report", "map")
        self.assertEqual(mapped.returncode, 0, mapped.stderr)
        figures = json.loads(mapped.stdout)
        for key in ("chips_used", "cores_used", "synapses", "nets", "hops", "max_link_load", "max_table_entries",
                    "table_entries_before", "sdram_bytes_max", "phases", "peak_rss_bytes", "fits"):
            self.assertIn(key, figures)
        self.assertEqual(figures["synapses"], 1000)
        self.assertEqual(json.loads((self.dir / "map" / "summary.json").read_text())["synapses"], 1000)

        run = self.run_tool("spinn-emu", "small.spimg", "-o", "small.h5", "--json")
        self.assertEqual(run.returncode, 0, run.stderr)
        report = json.loads(run.stdout)
        for key in ("load_s", "run_s", "biological_s", "realtime_factor", "threads", "spikes", "synaptic_events", "packets_sent",
                    "packets_dropped", "saturations", "late_packets", "timer_overruns", "populations", "peak_rss_bytes",
                    "spike_hash"):
            self.assertIn(key, report)
        self.assertEqual(report["packets_dropped"], 0)
        self.assertGreater(report["populations"]["cells"]["spikes"], 0)
        from_network = json.loads(self.run_tool("spinn-emu", "small.yaml", "--json").stdout)
        self.assertEqual(from_network["spike_hash"], report["spike_hash"])

        for judged in ("small.yaml", "small.spimg"):
            compared = self.run_tool("spinn-compare", judged, "small.h5", "--json", "--report", "small.html")
            self.assertEqual(compared.returncode, 0, compared.stderr)
            comparison = json.loads(compared.stdout)
            for key in ("rate_hz", "rate_hz_ref", "first_divergence_ms", "v_rmse_mv", "v_max_abs_mv", "cv_isi", "cv_isi_ref", "ks_rate",
                        "ks_cv", "ks_correlation"):
                self.assertIn(key, comparison["populations"]["cells"])
            self.assertIn("identical_spikes", comparison)
            self.assertIn("verdict", comparison)
        self.assertIn("<svg", (self.dir / "small.html").read_text())

    def test_help_has_examples_and_bad_usage_is_2(self):
        for tool in ("spinn-map", "spinn-emu", "spinn-compare"):
            helped = self.run_tool(tool, "--help")
            self.assertEqual(helped.returncode, 0)
            self.assertIn("Examples", helped.stdout)
            self.assertEqual(self.run_tool(tool, "--version").returncode, 0)
            self.assertEqual(self.run_tool(tool).returncode, 2)
            self.assertEqual(self.run_tool(tool, "--no-such-option").returncode, 2)
        self.assertEqual(self.run_tool("spinn-emu", "small.yaml", "--rounding", "up").returncode, 2)
        self.assertEqual(self.run_tool("spinn-emu", "small.yaml", "--threads", "0").returncode, 2)

    def test_all_mistakes_of_a_network_are_told_at_once(self):
        self.fails(2, "spinn-emu", EXAMPLES / "mistakes.yaml", "-o", "out.h5",
                   says=["mistakes.yaml:12", "did you mean 'tau_m'?", "mistakes.yaml:25", "mistakes.yaml:38"])
        self.fails(2, "spinn-map", EXAMPLES / "mistakes.yaml", "-o", "out.spimg", says=["mistakes.yaml:12"])

    def test_files_that_are_not_there_or_cannot_be_written(self):
        self.fails(2, "spinn-map", "none.yaml", says=["none.yaml"])
        self.fails(2, "spinn-emu", "none.spimg", says=["none.spimg"])
        self.fails(2, "spinn-emu", "small.yaml", "-o", "no/such/place.h5", says=["no/such/place.h5"])
        self.fails(2, "spinn-map", "small.yaml", "-o", "no/such/place.spimg", says=["no/such/place.spimg"])
        self.fails(2, "spinn-emu", "small.yaml", "--machine", "spinn9", says=["spinn9", "spinn5"])
        self.fails(2, "spinn-compare", "small.yaml", "none.h5", says=["none.h5"])

    def test_images_that_are_damaged_or_of_another_version(self):
        self.run_tool("spinn-map", "small.yaml", "-o", "small.spimg")
        image = (self.dir / "small.spimg").read_bytes()
        for name, data in (("empty", b""), ("short", image[:5000]), ("flipped", image[:9000] + bytes([image[9000] ^ 1]) + image[9001:]),
                           ("other", image[:8] + bytes([image[8] + 1]) + image[9:]), ("text", b"not an image at all\n" * 1000)):
            (self.dir / f"{name}.spimg").write_bytes(data)
            self.fails(2, "spinn-emu", f"{name}.spimg", "-o", "out.h5", says=[f"{name}.spimg"])
        self.fails(2, "spinn-emu", "small.spimg", "--seed", "4", says=["--seed"])

    def test_a_network_that_does_not_fit_says_by_how_much(self):
        (self.dir / "large.yaml").write_text(SMALL.replace("size: 50,", "size: 50000,"))
        self.fails(1, "spinn-emu", "large.yaml", "--machine", "spinn3", says=["core", "fix:"])
        refused = self.run_tool("spinn-map", "large.yaml", "--machine", "spinn3", "--json")
        self.assertEqual(refused.returncode, 1)
        self.assertFalse(json.loads(refused.stdout)["fits"])

    def test_ctrl_c_keeps_what_was_recorded(self):
        (self.dir / "long.yaml").write_text(SMALL.replace("duration: 100", "duration: 100000000"))
        process = subprocess.Popen([str(BIN / "spinn-emu"), "long.yaml", "-o", "long.h5", "--json"], cwd=self.dir,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(1.5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 1, err)
        self.assertTrue(json.loads(out)["stopped"])
        self.assertIn("stopped", err)
        self.assertTrue((self.dir / "long.h5").exists())
        self.assertEqual([p for p in os.listdir(self.dir) if ".part" in p], [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
