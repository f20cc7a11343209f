"""import pyNN.spiNNaker: PyNN's API, call by call."""
import numpy as np
import pytest
from numpy.testing import assert_array_equal
from pyNN import errors
from pyNN.random import NumpyRNG, RandomDistribution
from pyNN.space import Grid2D


def driven(sim, n=10, **cell):
    """Cells with a current strong enough to spike, and what they record."""
    cells = sim.Population(n, sim.IF_curr_exp(i_offset=1.5, **cell), label="cells")
    cells.record(["spikes", "v"])
    return cells


def spike_lists(population):
    return [train.magnitude.tolist() for train in population.get_data("spikes").segments[-1].spiketrains]


# --- setup, time ---------------------------------------------------------------------------------------------------


def test_time_and_delays(sim):
    assert sim.setup(timestep=0.5, min_delay=1.0, max_delay=20.0) == 0
    assert (sim.get_time_step(), sim.get_min_delay(), sim.get_max_delay()) == (0.5, 1.0, 20.0)
    assert (sim.rank(), sim.num_processes()) == (0, 1)
    driven(sim)
    assert sim.run(10.0) == pytest.approx(10.0)
    assert sim.run_until(15.0) == pytest.approx(15.0)
    assert sim.run_for(2.5) == pytest.approx(17.5)
    assert sim.get_current_time() == pytest.approx(17.5)
    with pytest.raises(ValueError):
        sim.run_until(3.0)


def test_setup_begins_anew(sim):
    driven(sim)
    sim.run(20.0)
    sim.setup(timestep=1.0)
    assert sim.get_current_time() == 0.0
    cells = driven(sim, n=2)
    sim.run(50.0)
    assert len(spike_lists(cells)) == 2


def test_an_unknown_argument_of_setup_warns_once(sim):
    with pytest.warns(sim.SpinnWarning, match="nonsense") as caught:
        sim.setup(timestep=1.0, nonsense=3)
    assert len(caught) == 1
    with pytest.raises(Exception, match="not a valid argument"):
        sim.setup(dt=0.1)


def test_callbacks_are_called_when_they_ask(sim):
    driven(sim)
    times = []

    def every_ten(t):
        times.append(t)
        return t + 10.0

    sim.run(35.0, callbacks=[every_ten])
    assert times == pytest.approx([0.0, 10.0, 20.0, 30.0, 35.0])


def test_standard_models_are_named(sim):
    names = sim.list_standard_models()
    assert {"IF_curr_exp", "IF_cond_exp", "SpikeSourcePoisson", "SpikeSourceArray"} <= set(names)
    with pytest.raises(NotImplementedError):
        sim.IF_facets_hardware1()


# --- populations ------------------------------------------------------------------------------------------------------


def test_parameters_are_read_and_set(sim):
    cells = sim.Population(5, sim.IF_cond_exp(tau_m=[10.0, 11.0, 12.0, 13.0, 14.0], v_thresh=-48.0))
    assert cells.get("v_thresh") == -48.0
    assert_array_equal(cells.get("tau_m"), [10, 11, 12, 13, 14])
    cells[1:3].set(tau_m=20.0, cm=0.5)
    assert_array_equal(cells.get("tau_m"), [10, 20, 20, 13, 14])
    assert_array_equal(cells.get("cm"), [1, 0.5, 0.5, 1, 1])
    cells[4].tau_m = 7.0
    assert cells[4].tau_m == 7.0
    cells[::2][1:].set(cm=0.25)  # a view of a view: neurons 2 and 4
    assert_array_equal(cells.get("cm"), [1, 0.5, 0.25, 1, 0.25])
    cells.set(tau_syn_E=lambda i: 1.0 + i)
    assert_array_equal(cells.get("tau_syn_E"), [1, 2, 3, 4, 5])
    with pytest.raises(errors.NonExistentParameterError):
        cells.set(foo=1.0)
    with pytest.raises(errors.NonExistentParameterError):
        cells.get("foo")


def test_views_by_any_mask(sim):
    cells = sim.Population(6, sim.IF_curr_exp())
    assert [int(i) for i in cells.id_to_index(cells[np.array([True, False, True, False, True, False])].all_cells)] == [
        0, 2, 4]
    assert cells[[5, 1]].size == 2
    assert cells[1:5][1:3].size == 2
    assert cells.sample(3, NumpyRNG(seed=1)).size == 3
    both = cells[:2] + cells[4:]
    assert both.size == 4 and both.get("tau_m") == 20.0


def test_initial_values_of_populations_and_views(sim):
    cells = sim.Population(4, sim.IF_curr_exp(), initial_values={"v": -60.0})
    cells[1:3].initialize(v=[-58.0, -57.0])
    cells.record("v")
    sim.run(3.0)
    v = cells.get_data().segments[0].analogsignals[0].magnitude
    assert v[0] == pytest.approx([-60.0, -58.0, -57.0, -60.0], abs=2**-15)
    with pytest.raises(errors.NonExistentParameterError):
        cells.initialize(foo=1.0)


def test_a_model_of_another_backend_is_refused(sim):
    from pyNN.mock import IF_curr_alpha
    with pytest.raises(errors.InvalidModelError):
        sim.Population(3, IF_curr_alpha())


def test_structures_and_positions(sim):
    from pyNN.space import Grid2D
    cells = sim.Population(9, sim.IF_curr_exp(), structure=Grid2D(dx=10.0, dy=10.0))
    assert cells.positions.shape == (3, 9)
    assert cells.nearest((11.0, 9.0, 0.0)) == cells[4]
    assert sim.Population((3, 4), sim.IF_curr_exp()).size == 12


def test_board_scripts_arguments_are_taken(sim):
    sim.set_number_of_neurons_per_core(sim.IF_curr_exp, 16)
    try:
        with pytest.warns(sim.SpinnWarning, match="n_synapse_cores"):
            cells = sim.Population(40, sim.IF_curr_exp, {"i_offset": 1.5}, label="a/b[c]", n_synapse_cores=2,
                                   additional_parameters={"neurons_per_core": 10})
        cells.record("spikes")
        sim.run(50.0)
        assert cells.mean_spike_count() > 0
        with pytest.raises(TypeError):
            sim.Population(1, sim.IF_curr_exp(), nonsense=1)
    finally:
        sim.set_number_of_neurons_per_core(sim.IF_curr_exp, 0)


# --- recording -------------------------------------------------------------------------------------------------------


def test_spikes_and_voltages_have_units_and_annotations(sim):
    cells = driven(sim, n=4)
    cells.annotate(layer="L4")
    sim.run(60.0)
    block = cells.get_data()
    assert block.name == "cells"
    assert block.annotations["layer"] == "L4" and block.annotations["dt"] == 1.0
    segment, = block.segments
    assert len(segment.spiketrains) == 4
    train = segment.spiketrains[0]
    assert str(train.units.dimensionality) == "ms" and float(train.t_stop) == 60.0
    assert train.annotations["source_population"] == "cells"
    v, = segment.analogsignals
    assert v.name == "v" and str(v.units.dimensionality) == "mV" and v.shape == (60, 4)
    assert float(v.sampling_period.rescale("ms")) == 1.0
    assert_array_equal(v.array_annotations["channel_index"], np.arange(4))
    assert cells.get_spike_counts() == {int(i): len(t) for i, t in zip(cells.all_cells, segment.spiketrains)}
    assert cells.mean_spike_count() == len(train)


def test_views_record_what_they_select(sim):
    cells = sim.Population(6, sim.IF_cond_exp(i_offset=[0.0, 0.4, 0.8, 1.2, 1.6, 2.0]))
    cells[[1, 4]].record("v", sampling_interval=5.0)
    cells[3:].record("spikes")
    cells[5:].record(["gsyn_exc", "gsyn_inh"], sampling_interval=5.0)
    sim.run(51.0)
    segment = cells.get_data().segments[0]
    signals = {s.name: s for s in segment.analogsignals}
    assert signals["v"].shape == (11, 2)
    assert float(signals["v"].sampling_period.rescale("ms")) == 5.0
    assert_array_equal(signals["v"].array_annotations["channel_index"], [1, 4])
    assert signals["gsyn_exc"].shape == (11, 1) and str(signals["gsyn_exc"].units.dimensionality) == "uS"
    assert len(segment.spiketrains) == 3
    one = cells[4:5].get_data("v").segments[0].analogsignals[0]
    assert_array_equal(one.magnitude[:, 0], signals["v"].magnitude[:, 1])
    with pytest.raises(ValueError):
        sim.Population(1, sim.IF_curr_exp()).record("v", sampling_interval=0.3)
    with pytest.raises(errors.RecordingError):
        cells.record("w")


def test_reset_begins_a_segment_and_clear_forgets(sim):
    cells = driven(sim, n=2)
    sim.run(40.0)
    first = spike_lists(cells)
    sim.reset(annotations={"trial": 0})
    assert sim.get_current_time() == 0.0
    cells.set(i_offset=3.0)
    sim.run(40.0)
    block = cells.get_data()
    assert [s.name for s in block.segments] == ["segment000", "segment001"]
    assert block.segments[0].annotations["trial"] == 0
    assert [t.magnitude.tolist() for t in block.segments[0].spiketrains] == first
    assert len(block.segments[1].spiketrains[0]) > len(first[0])

    cells.get_data(clear=True)
    sim.run(20.0)
    segment, = cells.get_data().segments
    assert float(segment.spiketrains[0].t_start) == 40.0
    assert segment.spiketrains[0].magnitude.min() >= 40.0
    assert segment.analogsignals[0].shape == (20, 2)


@pytest.mark.parametrize("ending", ["pkl", "nix"])
def test_data_are_written_and_read_back(sim, tmp_path, ending):
    import neo
    if ending == "nix":
        pytest.importorskip("nixio")
    cells = driven(sim, n=3)
    at_end = str(tmp_path / f"at_end.{ending}")
    cells[:2].record("spikes", to_file=at_end)
    sim.run(50.0)
    name = str(tmp_path / f"cells.{ending}")
    cells.write_data(name, annotations={"script": "test"})
    sim.end()
    for path in (name, at_end):
        reader = neo.io.PickleIO(path) if ending == "pkl" else neo.io.NixIO(path, "ro")
        block = reader.read_block()
        assert len(block.segments[0].spiketrains) >= 2
        assert float(block.segments[0].spiketrains[0].magnitude[0]) > 0.0


# --- projections ------------------------------------------------------------------------------------------------------


def test_connections_of_every_connector(sim, tmp_path):
    from pyNN.space import Space
    n = 12
    cells = sim.Population(n, sim.IF_curr_exp())
    other = sim.Population(n, sim.IF_curr_exp())
    path = tmp_path / "list.txt"
    path.write_text('# columns = ["i", "j", "weight", "delay"]\n0 1 0.5 2.0\n3 2 0.25 1.0\n')
    rng = NumpyRNG(seed=7)
    expected = {
        sim.AllToAllConnector(allow_self_connections=False): n * n - n,
        sim.OneToOneConnector(): n,
        sim.FixedProbabilityConnector(1.0): n * n,
        sim.FixedNumberPreConnector(3, rng=rng): 3 * n,
        sim.FixedNumberPostConnector(4, rng=rng): 4 * n,
        sim.FixedNumberPreConnector(n + 5, rng=rng): (n + 5) * n,
        sim.FixedTotalNumberConnector(50, rng=rng): 50,
        sim.FromListConnector([(0, 1, 0.5, 2.0), (1, 1, 0.75, 1.0)]): 2,
        sim.FromListConnector([(0, 1), (5, 2), (3, 3)]): 3,
        sim.FromListConnector([(0, 1, 0.5)], column_names=("weight",)): 1,
        sim.FromFileConnector(str(path)): 2,
        sim.ArrayConnector(np.eye(n, dtype=bool)): n,
        sim.DistanceDependentProbabilityConnector("d < 1.5"): 3 * n - 2,
        sim.IndexBasedProbabilityConnector(_AlwaysDown()): n - 1,
    }
    for connector, count in expected.items():
        projection = sim.Projection(cells, cells, connector, sim.StaticSynapse(weight=0.1, delay=3.0), space=Space())
        assert len(projection) == projection.size() == count, type(connector).__name__
        weights = projection.get("weight", format="array")
        assert weights.shape == (n, n)
        assert len(projection.get(["weight", "delay"], format="list")[0]) == 4
    clone = sim.Projection(cells, cells, sim.CloneConnector(projection), sim.StaticSynapse(weight=0.2))
    assert len(clone) == n - 1
    ring = sim.Projection(cells, other, sim.SmallWorldConnector(2, 0.0))  # PyNN's own code has not got this one
    assert {j - i for i, j, *_ in ring.get(["weight"], format="list")} == {-1, 0, 1}
    with pytest.raises(errors.ConnectionError):
        sim.Projection(cells, other, sim.FromListConnector([(0, n, 0.5, 2.0)]))


def test_connectors_of_spynnaker(sim):
    """Pairs and weights, worked out by hand."""
    image = sim.Population(6, sim.SpikeSourceArray(), structure=Grid2D(aspect_ratio=1.5))  # 3 rows of 2
    cells = sim.Population(6, sim.IF_curr_exp())
    two = sim.Population(2, sim.IF_curr_exp())

    def pairs(connector, post=cells, **synapse):
        made = sim.Projection(image, post, connector, sim.StaticSynapse(weight=0.5, **synapse))
        return {(i, j): weight for i, j, weight in made.get(["weight"], format="list")}

    assert set(pairs(sim.OneToOneOffsetConnector(2))) == {(0, 2), (1, 3), (2, 4), (3, 5)}
    assert set(pairs(sim.OneToOneOffsetConnector(1, wrap=True, n_neurons_per_group=3))) == {
        (0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)}
    assert set(pairs(sim.AllButMeConnector(2))) == {(0, 1), (1, 0), (2, 3), (3, 2), (4, 5), (5, 4)}
    across = pairs(sim.KernelConnector((3, 2), (3, 2), (1, 3), weight_kernel=[[0.25, 0.5, 0.25]]))
    assert across[0, 0] == 0.5 and across[0, 1] == 0.25 and (0, 2) not in across
    edges = sim.Projection(image, two, sim.ConvolutionConnector([[1.0], [-2.0]], shape_pre=(3, 2), strides=(1, 2)),
                           sim.Convolution())
    assert sorted(edges.get(["weight"], format="list")) == [(0, 0, 1.0), (2, 0, -2.0), (2, 1, 1.0), (4, 1, -2.0)]
    edges.set(weight=[2.0, -1.0, 2.0, -1.0])
    assert sorted(edges.get(["weight"], format="list")) == [(0, 0, 2.0), (2, 0, -1.0), (2, 1, 2.0), (4, 1, -1.0)]
    dense = sim.Projection(image, two, sim.PoolDenseConnector(np.arange(1.0, 13.0), shape_pre=(3, 2)), sim.PoolDense())
    assert dense.get("weight", format="array").tolist() == np.arange(1.0, 13.0).reshape(6, 2).tolist()
    upwards = pairs(sim.IndexBasedProbabilityConnector("j == i + 1"))
    assert set(upwards) == {(i, i + 1) for i in range(5)}
    near = pairs(sim.DistanceDependentProbabilityConnector("arctan(d) < 0.4"))  # PyNN knows arctan, the machine does not
    assert (0, 0) in near
    with pytest.raises(errors.ConnectionError, match="does not divide"):
        sim.Projection(image, cells, sim.AllButMeConnector(4), sim.StaticSynapse(weight=0.5))
    with pytest.raises(TypeError, match="offsets"):
        sim.OneToOneOffsetConnector(offsets=2)


@pytest.mark.parametrize("receptor, sign", [("excitatory", 1.0), ("inhibitory", -1.0)])
def test_receptors_of_assemblies(sim, receptor, sign):
    """PyNN gives the receptors of an assembly in no order."""
    parts = [sim.Population(3, sim.IF_curr_exp()) for _ in range(2)]
    source = sim.Population(1, sim.SpikeSourceArray(spike_times=[5.0]))
    sim.Projection(source, parts[0] + parts[1], sim.AllToAllConnector(), sim.StaticSynapse(weight=0.5 * sign),
                   receptor_type=receptor)
    for part in parts:
        part.record("v")
    sim.run(10.0)
    for part in parts:
        last = part.get_data("v").segments[0].filter(name="v")[0].magnitude[-1]
        assert (sign * (last + 65.0) > 0.1).all()


def test_what_has_no_seed_of_its_own_follows_setup(sim):
    """Parameters, initial values and connections: the same again with the same seed, others with another."""
    def draw(seed):
        sim.setup(timestep=1.0, seed=seed)
        cells = sim.Population(50, sim.IF_curr_exp(tau_m=RandomDistribution("uniform", low=10.0, high=20.0)),
                               initial_values={"v": RandomDistribution("normal", mu=-60.0, sigma=1.0)})
        made = sim.Projection(cells, cells, sim.FixedProbabilityConnector(0.3), sim.StaticSynapse(weight=0.1))
        tau, v = cells.get("tau_m"), np.array(cells.initial_values["v"].evaluate())
        cells[10:20].initialize(v=RandomDistribution("normal", mu=-60.0, sigma=1.0))
        again = np.array(cells.initial_values["v"].evaluate())
        assert (again[:10] == v[:10]).all() and (again[10:20] != v[10:20]).all()
        return [tau.tolist(), v.tolist(), again.tolist(), made.get(["weight"], format="list")]

    one, other = draw(3), draw(4)
    assert one == draw(3)
    assert all(a != b for a, b in zip(one, other))
    assert 10.0 <= min(one[0]) < 12.0 and 18.0 < max(one[0]) < 20.0


def _down(i, j):
    return 1.0 * (i == j + 1)


def _AlwaysDown():
    from pyNN.core import IndexBasedExpression

    class Down(IndexBasedExpression):
        def __call__(self, i, j):
            return _down(i, j)

    return Down()


def test_weights_and_delays_of_distributions(sim):
    rng = NumpyRNG(seed=3)
    cells = sim.Population(50, sim.IF_cond_exp())
    for name, parameters, low, high in (("uniform", dict(low=0.1, high=0.2), 0.1, 0.2),
                                        ("normal_clipped", dict(mu=0.1, sigma=0.1, low=0.05, high=0.15), 0.05, 0.15),
                                        ("gamma", dict(k=2.0, theta=0.01), 0.0, np.inf),
                                        ("uniform_int", dict(low=1, high=4), 1, 3)):
        weight = RandomDistribution(name, rng=rng, **parameters)
        delay = RandomDistribution("uniform", low=1.0, high=5.0, rng=rng)
        projection = sim.Projection(cells, cells, sim.FixedProbabilityConnector(0.3, rng=rng),
                                    sim.StaticSynapse(weight=weight, delay=delay))
        weights = np.array(projection.get("weight", format="list", with_address=False))
        delays = np.array(projection.get("delay", format="list", with_address=False))
        assert len(weights) > 500
        assert weights.min() >= low and weights.max() <= high and len(np.unique(weights)) > 2
        assert delays.min() >= 1.0 and delays.max() <= 5.0 and len(np.unique(delays)) == 5
    by_distance = sim.Projection(cells, cells, sim.AllToAllConnector(), sim.StaticSynapse(weight="0.01*d", delay=1.0))
    weights = by_distance.get("weight", format="array")
    assert weights[3, 7] == pytest.approx(0.04)


def test_views_and_assemblies_as_ends(sim):
    a, b = sim.Population(6, sim.IF_curr_exp()), sim.Population(4, sim.IF_curr_exp())
    views = sim.Projection(a[::2], b[[3, 1]], sim.AllToAllConnector(), sim.StaticSynapse(weight=0.5))
    assert sorted((int(i), int(j)) for i, j, _ in views.get("weight", "list")) == [(i, j) for i in range(3)
                                                                                 for j in range(2)]
    whole = sim.Projection(a + b, a[:2] + b, sim.AllToAllConnector(), sim.StaticSynapse(weight=0.5))
    assert not np.isnan(whole.get("weight", "array")).any() and len(whole) == 60
    diagonal = sim.Projection(a + b, a + b, sim.OneToOneConnector(), sim.StaticSynapse(weight=0.5))
    assert np.count_nonzero(~np.isnan(diagonal.get("weight", "array"))) == 10


def test_several_synapses_of_one_pair(sim):
    cells = sim.Population(2, sim.IF_curr_exp())
    projection = sim.Projection(cells, cells, sim.FromListConnector([(0, 1, 1.0, 1.0), (0, 1, 3.0, 1.0)]))
    for how, value in (("sum", 4.0), ("min", 1.0), ("max", 3.0), ("first", 1.0), ("last", 3.0)):
        assert projection.get("weight", "array", multiple_synapses=how)[0, 1] == value
    assert np.isnan(projection.get("weight", "array")[1, 0])


def test_weights_are_set(sim, tmp_path):
    cells = sim.Population(3, sim.IF_curr_exp())
    projection = sim.Projection(cells, cells, sim.AllToAllConnector(), sim.StaticSynapse(weight=0.5, delay=1.0))
    projection.set(weight=0.25)
    assert set(projection.get("weight", "list", with_address=False)) == {0.25}
    projection.set(weight=np.arange(9.0).reshape(3, 3), delay=2.0)
    assert_array_equal(projection.get("weight", "array"), np.arange(9.0).reshape(3, 3))
    assert set(projection.get("delay", "list", with_address=False)) == {2.0}
    projection.set(weight=[1.0] * 9)
    first = projection[0]
    first.weight = 7.0
    assert projection.get("weight", "array")[first.presynaptic_index, first.postsynaptic_index] == 7.0
    assert sum(c.weight for c in projection) == 15.0
    projection.save("all", str(tmp_path / "connections.txt"))
    assert len((tmp_path / "connections.txt").read_text().splitlines()) >= 9


def test_what_cannot_be_connected_raises_what_pynn_raises(sim):
    cells = sim.Population(3, sim.IF_cond_exp())
    source = sim.Population(3, sim.SpikeSourceArray(spike_times=[1.0]))
    for synapse in (sim.StaticSynapse(weight=-0.1), sim.StaticSynapse(weight=0.1, delay=0.2)):
        with pytest.raises(errors.ConnectionError):
            sim.Projection(source, cells, sim.AllToAllConnector(), synapse, receptor_type="excitatory")
    with pytest.raises(errors.ConnectionError):
        sim.Projection(source, cells, sim.AllToAllConnector(), sim.StaticSynapse(), receptor_type="NMDA")
    with pytest.raises(Exception):
        sim.Projection(cells, source, sim.AllToAllConnector(), sim.StaticSynapse())
    current = sim.Population(3, sim.IF_curr_exp())
    for weight in (0.5, -0.5):  # boards take either sign
        sim.Projection(source, current, sim.AllToAllConnector(), sim.StaticSynapse(weight=weight),
                       receptor_type="inhibitory")


def test_a_synapse_acts_when_and_as_it_should(sim):
    source = sim.Population(1, sim.SpikeSourceArray(spike_times=[10.0]))
    cells = sim.Population(2, sim.IF_curr_exp(tau_syn_E=5.0, tau_syn_I=5.0))
    sim.Projection(source, cells[:1], sim.OneToOneConnector(), sim.StaticSynapse(weight=1.0, delay=3.0))
    sim.Projection(source, cells[1:], sim.OneToOneConnector(), sim.StaticSynapse(weight=-1.0, delay=3.0))
    cells.record("v")
    sim.run(30.0)
    v = cells.get_data().segments[0].analogsignals[0].magnitude
    assert (v[:14] == -65.0).all()
    assert v[14:, 0].max() > -63.0 and v[14:, 1].min() < -67.0
    np.testing.assert_allclose(v[:, 0] + 65.0, -(v[:, 1] + 65.0), atol=1e-3)


# --- the procedural API ------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_procedural_api(sim, tmp_path):
    cells = sim.create(sim.IF_curr_exp, {"i_offset": 1.5}, n=3)
    source = sim.create(sim.SpikeSourceArray, {"spike_times": [5.0, 6.0]})
    sim.connect(source, cells, weight=0.5, delay=2.0)
    sim.set(cells, tau_m=15.0)
    sim.initialize(cells, v=-60.0)
    sim.record(["spikes", "v"], cells, str(tmp_path / "cells.pkl"))
    sim.record_v(cells[0:1], str(tmp_path / "v.pkl"))
    sim.run(40.0)
    sim.end()
    assert (tmp_path / "cells.pkl").exists() and (tmp_path / "v.pkl").exists()
    assert cells.get("tau_m") == 15.0


# --- models, current sources, synapses that learn --------------------------------------------------------------------------


def test_every_model_of_the_machine_runs(sim):
    sim.setup(timestep=0.1)
    standard = [getattr(sim, name) for name in sim.list_standard_models()]
    extra = [cell for cell in vars(sim.extra_models).values() if hasattr(cell, "machine_model")]
    assert {"IF_curr_alpha", "Izhikevich"} <= {cell.__name__ for cell in standard}
    cells = list(dict.fromkeys(standard + extra))
    assert len(cells) >= 4
    source = sim.Population(1, sim.SpikeSourceArray(spike_times=[5.0]))
    made = []
    for cell in cells:
        population = sim.Population(2, cell(), label=cell.__name__)
        made.append(population)
        for name in cell.default_parameters:
            if name != "spike_times":
                assert population.get(name) == cell.default_parameters[name]
        if cell.receptor_types:
            population.record(["v", "spikes"])
            for receptor in cell.receptor_types:
                sim.Projection(source, population, sim.AllToAllConnector(), sim.StaticSynapse(weight=0.01),
                               receptor_type=receptor)
    sim.run(20.0)
    for population in made:
        if population.celltype.receptor_types:
            v = population.get_data().segments[0].analogsignals[0]
            assert v.shape == (200, 2) and np.isfinite(v.magnitude).all(), population.label


def test_current_sources_are_injected(sim):
    cells = sim.Population(6, sim.IF_curr_exp(tau_m=5.0, v_thresh=0.0))
    cells.record("v")
    dc = sim.DCSource(amplitude=0.5, start=20.0, stop=60.0)
    dc.inject_into(cells[0:1])
    step = sim.StepCurrentSource(times=[10.0, 50.0, 80.0], amplitudes=[0.2, 0.6, 0.0])
    step.inject_into([cells[1]])
    cells[2:3].inject(sim.ACSource(amplitude=0.5, offset=0.1, frequency=10.0, phase=0.0, start=10.0, stop=90.0))
    cells[3:5].inject(sim.NoisyCurrentSource(mean=0.3, stdev=0.2, start=0.0, stop=100.0, dt=1.0))
    with pytest.raises(TypeError):
        dc.inject_into(sim.Population(1, sim.SpikeSourcePoisson()))
    sim.run(50.0)
    dc.amplitude = 1.0
    assert (dc.amplitude, step.amplitudes.value.tolist()) == (1.0, [0.2, 0.6, 0.0])
    sim.run(50.0)
    v = cells.get_data().segments[0].analogsignals[0].magnitude + 65.0
    assert (v[:, 5] == 0.0).all()
    assert (v[:20, 0] == 0.0).all() and v[49, 0] == pytest.approx(2.5, abs=0.02)
    assert v[59, 0] == pytest.approx(2.5 + 2.5 * (1 - np.exp(-9 / 5)), abs=0.2) and v[-1, 0] < 0.1
    assert v[49, 1] == pytest.approx(1.0, abs=0.02) and v[79, 1] == pytest.approx(3.0, abs=0.02)
    assert v[:, 2].max() > 1.0 and v[:, 2].min() < -1.0
    assert v[:, 3].std() > 0.05 and (v[:, 3] != v[:, 4]).any()
    signal = step.get_data()
    assert float(signal.magnitude.ravel()[60]) == 0.6


def test_synapses_learn_and_forget_at_reset(sim):
    first = sim.Population(1, sim.SpikeSourceArray(spike_times=[100.0 * k + 10.0 for k in range(10)]))
    then = sim.Population(1, sim.SpikeSourceArray(spike_times=[100.0 * k + 14.0 for k in range(10)]))
    cells = sim.Population(2, sim.IF_curr_exp(tau_refrac=5.0))
    sim.Projection(then, cells, sim.AllToAllConnector(), sim.StaticSynapse(weight=60.0, delay=1.0))
    rule = sim.STDPMechanism(sim.SpikePairRule(tau_plus=20.0, tau_minus=20.0, A_plus=0.1, A_minus=0.05),
                             sim.AdditiveWeightDependence(w_min=0.0, w_max=2.0), weight=0.5, delay=1.0)
    learning = sim.Projection(first, cells, sim.AllToAllConnector(), rule)
    assert learning.get("weight", "list", with_address=False) == [0.5, 0.5]
    sim.run(500.0)
    halfway = learning.get("weight", "array")
    assert (halfway > 0.7).all() and (halfway < 2.0).all()  # pre before post, A_plus is a part of w_max
    with pytest.warns(sim.SpinnWarning, match="keep their weights"):
        cells.record("v")  # maps again
    sim.run(200.0)
    assert (learning.get("weight", "array") > halfway).all()
    sim.reset()
    assert learning.get("weight", "list", with_address=False) == [0.5, 0.5]
    with pytest.raises(NotImplementedError):
        sim.STDPMechanism(sim.SpikePairRule(), sim.AdditiveWeightDependence(), dendritic_delay_fraction=0.5)
    with pytest.raises(NotImplementedError):
        sim.SimpleStochasticSynapse(p=0.5)


def test_short_term_plasticity_depresses_and_facilitates(sim):
    sim.setup(timestep=0.1)
    source = sim.Population(1, sim.SpikeSourceArray(spike_times=[20.0, 40.0, 60.0]))
    cells = sim.Population(2, sim.IF_curr_delta(tau_m=2.0, cm=1.0, v_thresh=0.0))  # forgets between two spikes
    down, up = dict(U=0.5, tau_rec=100.0, tau_facil=0.0), dict(U=0.1, tau_rec=0.0, tau_facil=100.0)
    for i, parameters in enumerate((down, up)):
        synapse = sim.TsodyksMarkramSynapse(weight=10.0, delay=1.0, **parameters)
        projection = sim.Projection(source, cells[i:i + 1], sim.OneToOneConnector(), synapse)
        assert projection.get(["weight", "U", "tau_rec"], "list", with_address=False) == [
            (10.0, parameters["U"], parameters["tau_rec"])]
    cells.record("v")
    sim.run(80.0)
    v = cells.get_data().segments[0].analogsignals[0].magnitude + 65.0
    jumps = np.array([v[t:t + 50].max(axis=0) - v[t] for t in (200, 400, 600)])
    d, x = np.exp(-0.2), [1.0]
    u = [0.1]
    for _ in range(2):
        x.append(1.0 - (1.0 - x[-1] * 0.5) * d)
        u.append(0.1 + 0.9 * u[-1] * d)
    assert jumps[:, 0] / jumps[0, 0] == pytest.approx(np.array(x), abs=0.01)
    assert jumps[:, 1] / jumps[0, 1] == pytest.approx(np.array(u) / 0.1, abs=0.02)
    with pytest.raises(NotImplementedError, match="one U"):
        sim.Projection(cells, cells, sim.AllToAllConnector(),
                       sim.TsodyksMarkramSynapse(U=sim.RandomDistribution("uniform", low=0.1, high=0.5)))


def test_losses_are_told(sim):
    """A volley that no estimate from rates expects."""
    source = sim.Population(1000, sim.SpikeSourceArray(spike_times=[5.0]))
    cells = sim.Population(1, sim.IF_curr_exp())
    delay = RandomDistribution("uniform", low=1.0, high=2.9, rng=NumpyRNG(seed=1))
    sim.Projection(source, cells, sim.AllToAllConnector(), sim.StaticSynapse(weight=1.0, delay=delay))
    with pytest.warns(sim.SpinnWarning, match="saturated"):
        sim.run(1000.0)
    assert sim.get_machine_report()["saturations"] > 0


def test_networks_drawn_by_pynn_are_those_of_other_backends(sim):
    def weights(backend, **setup):
        backend.setup(timestep=0.1, **setup)
        rng = NumpyRNG(seed=5)
        cells = backend.Population(20, backend.IF_cond_exp())
        return backend.Projection(cells, cells, backend.FixedProbabilityConnector(0.3, rng=rng), backend.StaticSynapse(
            weight=RandomDistribution("uniform", low=0.1, high=0.2, rng=rng), delay=1.0)).get("weight", "array")

    import pyNN.mock
    assert_array_equal(weights(sim, connectivity="pynn"), weights(pyNN.mock))
    assert not np.array_equal(weights(sim), weights(pyNN.mock), equal_nan=True)
    with pytest.raises(ValueError):
        sim.setup(connectivity="other")
