"""spinn, the layer below PyNN: arrays in, a session that runs in pieces, arrays out."""
import json

import numpy as np
import pytest

import spinn


def driven_cells(n=20, seed=1):
    network = spinn.Network("test", timestep_ms=1.0, duration_ms=200.0, seed=seed)
    noise = network.add_population("noise", n, "SpikeSourcePoisson")
    network.set_parameter(noise, "rate", 50.0)
    cells = network.add_population("cells", n, "IF_curr_exp")
    neurons = np.arange(n, dtype=np.uint32)
    projection = network.add_projection("", noise, neurons, cells, neurons, "fixed_probability",
                                        spinn.Distribution("normal_clipped", 2.0, 0.5, 0.0, 4.0),
                                        spinn.Distribution("uniform", 1.0, 8.0), probability=0.5)
    network.record(cells, neurons, ["spikes", "v"])
    network.check()
    return network, cells, projection


def test_runs_in_pieces_give_the_spikes_of_one_run():
    network, cells, _ = driven_cells()
    whole, pieces = spinn.Recordings(), spinn.Recordings()
    assert spinn.Session(network).run(200, whole) == 200
    session = spinn.Session(network, threads=2)
    for n in (1, 99, 100):
        assert session.run(n, pieces) == n
    assert session.ticks_done == 200
    for a, b in zip(whole.spikes(cells), pieces.spikes(cells)):
        assert len(a) > 20
        np.testing.assert_array_equal(a, b)
    (first, interval, neurons, v), = whole.samples(cells, 1)
    assert (first, interval, v.shape) == (0, 1, (200, 20))
    np.testing.assert_array_equal(neurons, np.arange(20))
    np.testing.assert_array_equal(pieces.samples(cells, 1)[0][3], v)


def test_connections_come_back_as_arrays():
    network, _, projection = driven_cells(n=100)
    pre, post, weight, delay = network.connections(projection)
    assert 4500 < len(pre) < 5500 and len(pre) == len(post) == len(weight) == len(delay)
    assert weight.min() >= 0.0 and weight.max() <= 4.0
    assert set(np.unique(delay)) <= {1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0}
    assert len(np.unique(pre.astype(np.int64) * 100 + post)) == len(pre)


def test_a_list_comes_back_as_it_was_given():
    network, cells, _ = driven_cells()
    ends = np.array([3, 1], dtype=np.uint32)
    listed = network.add_projection("list", cells, ends, cells, ends, "list", 0.0, 1.0)
    network.set_connections(listed, np.array([0, 1], "uint32"), np.array([1, 1], "uint32"), np.array([0.5, 0.25]),
                            np.array([2.0, 3.0]))
    pre, post, weight, delay = network.connections(listed)
    assert sorted(zip(pre.tolist(), post.tolist(), weight.tolist(), delay.tolist())) == [(1, 1, 0.25, 3.0),
                                                                                        (3, 1, 0.5, 2.0)]


def test_the_seed_of_a_projection_changes_that_projection_alone():
    def connections(seed):
        network = spinn.Network("test", timestep_ms=1.0, duration_ms=1.0)
        cells = network.add_population("cells", 50, "IF_curr_exp")
        neurons = np.arange(50, dtype=np.uint32)
        made = [network.add_projection("", cells, neurons, cells, neurons, "fixed_probability", 0.1, 1.0,
                                       probability=0.3, seed=s) for s in (None, seed)]
        return [np.stack(network.connections(p)[:2]) for p in made]

    one, other = connections(5), connections(6)
    np.testing.assert_array_equal(one[0], other[0])
    assert one[1].shape != other[1].shape or (one[1] != other[1]).any()


def test_every_mistake_is_told():
    network = spinn.Network("test", timestep_ms=1.0, duration_ms=10.0)
    cells = network.add_population("cells", 3, "IF_curr_exp")
    network.set_parameter(cells, "tau_m", -5.0)
    network.set_parameter(cells, "tau", 1.0)
    network.set_initial(cells, "v", np.array([-65.0, -65.0]))
    with pytest.raises(spinn.InputError) as error:
        network.check()
    for part in ("tau_m", "no parameter 'tau'", "2 numbers for 3 neurons"):
        assert part in str(error.value)
    with pytest.raises(ValueError, match="no model is called"):
        network.add_population("other", 3, "IF_facets_hardware1")


def test_what_does_not_fit_is_a_request_error():
    network, *_ = driven_cells(n=5000)
    with pytest.raises(spinn.RequestError):
        spinn.Session(network, machine="1x1", max_atoms_per_core=16)


def test_the_report_is_that_of_spinn_emu():
    network, *_ = driven_cells()
    session = spinn.Session(network)
    session.run(200, spinn.Recordings())
    report = json.loads(session.report())
    assert report["biological_s"] == pytest.approx(0.2)
    assert report["populations"]["cells"]["spikes"] > 0
    assert report["packets_dropped"] == 0


def test_models_describe_themselves():
    models = {model["name"]: model for model in spinn.models()}
    assert {"IF_curr_exp", "IF_cond_exp", "SpikeSourcePoisson", "SpikeSourceArray"} <= set(models)
    tau_m = {p["name"]: p for p in models["IF_cond_exp"]["parameters"]}["tau_m"]
    assert (tau_m["unit"], tau_m["default"]) == ("ms", 20.0)
