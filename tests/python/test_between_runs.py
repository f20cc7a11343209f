"""What changes between two runs takes effect, and what does not change goes on as in one run."""
import numpy as np
import pytest
from numpy.testing import assert_array_equal
from pyNN.random import NumpyRNG, RandomDistribution


def network(sim, n=60, timestep=0.5, **setup):
    """Noise, cells of both kinds, long delays, everything recorded."""
    sim.setup(timestep=timestep, seed=3, **setup)
    rng = NumpyRNG(seed=11)
    noise = sim.Population(n, sim.SpikeSourcePoisson(rate=40.0), label="noise")
    exc = sim.Population(n, sim.IF_cond_exp(tau_refrac=2.0), label="exc",
                         initial_values={"v": RandomDistribution("uniform", low=-65.0, high=-50.0, rng=rng)})
    inh = sim.Population(n // 4, sim.IF_curr_exp(i_offset=0.8), label="inh")
    connector = sim.FixedProbabilityConnector(0.3, rng=rng)
    delay = RandomDistribution("uniform", low=0.5, high=30.0, rng=rng)
    sim.Projection(noise, exc, connector, sim.StaticSynapse(weight=0.01, delay=2.0))
    projections = [sim.Projection(exc, inh, connector, sim.StaticSynapse(weight=0.3, delay=delay)),
                   sim.Projection(inh, exc, connector, sim.StaticSynapse(weight=0.01, delay=delay),
                                  receptor_type="inhibitory")]
    for cells in (exc, inh):
        cells.record(["spikes", "v"])
    return noise, exc, inh, projections


def recorded(*populations):
    """Everything that was recorded in the last segment, as plain arrays."""
    found = []
    for population in populations:
        segment = population.get_data().segments[-1]
        found.append(np.concatenate([t.magnitude for t in segment.spiketrains]))
        found.append(np.array([len(t) for t in segment.spiketrains]))
        found.extend(signal.magnitude for signal in sorted(segment.analogsignals, key=lambda s: s.name))
    return found


def assert_same(a, b):
    assert len(a) == len(b) and all(len(x) for x in a)
    for x, y in zip(a, b):
        assert_array_equal(x, y)


@pytest.fixture
def one_run(sim):
    _, exc, inh, _ = network(sim)
    sim.run(200.0)
    return recorded(exc, inh)


def test_many_runs_are_one_run(sim, one_run):
    _, exc, inh, _ = network(sim)
    for duration in (0.5, 20.0, 79.5, 100.0):
        sim.run(duration)
    assert_same(recorded(exc, inh), one_run)


def test_mapping_again_between_runs_changes_nothing(sim, one_run):
    """Each change below asks for another mapping and has no effect on these cells."""
    _, exc, inh, projections = network(sim)
    sim.run(50.0)
    sim.Population(5, sim.IF_curr_exp(), label="late")
    sim.run(50.0)
    projections[0].set(weight=0.3)
    exc[:3].record("gsyn_exc")
    sim.run(50.0)
    projections[1].set(weight=np.full(len(projections[1]), 0.01))
    sim.run(50.0)
    found = recorded(exc, inh)
    gsyn = found.pop(2)
    assert gsyn.shape == (400, 3) and np.isnan(gsyn[:200]).all() and not np.isnan(gsyn[200:]).any()
    assert_same(found, one_run)


def test_parameters_written_without_a_change_change_nothing(sim, one_run):
    noise, exc, inh, _ = network(sim)
    sim.run(77.0)
    exc.set(tau_m=20.0)
    inh[2:5].set(cm=1.0)
    noise.set(rate=40.0)
    sim.run(123.0)
    assert_same(recorded(exc, inh), one_run)


@pytest.mark.parametrize("setup", [dict(threads=1), dict(threads=3), dict(machine="spinn5"), dict(cores=True)])
def test_threads_machine_and_partition_change_nothing(sim, one_run, setup):
    if setup.pop("cores", False):
        for model in (sim.IF_cond_exp, sim.IF_curr_exp, sim.SpikeSourcePoisson):
            sim.set_number_of_neurons_per_core(model, 7)
    try:
        _, exc, inh, _ = network(sim, **setup)
        sim.run(200.0)
        assert_same(recorded(exc, inh), one_run)
    finally:
        for model in (sim.IF_cond_exp, sim.IF_curr_exp, sim.SpikeSourcePoisson):
            sim.set_number_of_neurons_per_core(model, 0)


def test_reset_begins_the_same_run_again(sim, one_run):
    _, exc, inh, _ = network(sim)
    sim.run(90.0)
    sim.reset()
    sim.run(200.0)
    assert_same(recorded(exc, inh), one_run)


def test_another_seed_is_another_network(sim):
    def connections(seed):
        sim.setup(timestep=1.0)
        cells = sim.Population(30, sim.IF_curr_exp())
        rng = NumpyRNG(seed=seed)
        made = [sim.Projection(cells, cells, sim.FixedProbabilityConnector(0.3, rng=rng), sim.StaticSynapse(weight=1.0))
                for _ in range(2)]
        return [p.get("weight", "array") for p in made]

    first, again, other = connections(1), connections(1), connections(2)
    assert_array_equal(first[0], again[0])
    assert_array_equal(first[1], again[1])
    assert not np.array_equal(first[0], first[1], equal_nan=True)  # one generator, used twice
    assert not np.array_equal(first[0], other[0], equal_nan=True)


def test_a_current_set_between_runs_moves_the_cell(sim):
    cells = sim.Population(3, sim.IF_curr_exp(tau_m=10.0))
    cells.record("v")
    sim.run(20.0)
    cells[1:2].set(i_offset=0.5)
    sim.run(100.0)
    cells[1].i_offset = 0.0
    sim.run(100.0)
    v = cells.get_data().segments[0].analogsignals[0].magnitude
    assert (v[:21] == -65.0).all() and (v[:, [0, 2]] == -65.0).all()
    assert v[119, 1] == pytest.approx(-60.0, abs=0.01)  # 0.5 nA x 10 MOhm above rest
    assert v[-1, 1] == pytest.approx(-65.0, abs=0.01)


def test_a_potential_set_between_runs_holds_from_there(sim):
    cells = sim.Population(2, sim.IF_cond_exp())
    cells.record("v")
    sim.run(10.0)
    cells[1:].initialize(v=-55.0)
    sim.run(10.0)
    v = cells.get_data().segments[0].analogsignals[0].magnitude
    assert (v[:, 0] == -65.0).all() and (v[:10, 1] == -65.0).all()
    assert v[10, 1] == -55.0 and -65.0 < v[19, 1] < -55.0


def test_spike_times_set_between_runs_are_played(sim):
    source = sim.Population(2, sim.SpikeSourceArray(spike_times=[5.0]))
    source.record("spikes")
    for k in range(5):
        source[0:1].set(spike_times=[10.0 * k + t for t in range(2 * k + 1)])
        source[1].spike_times = [10.0 * k + 9.0, 10.0 * k + 9.0]  # twice in one step
        sim.run(10.0)
    first, second = (t.magnitude.tolist() for t in source.get_data().segments[0].spiketrains)
    assert first == [10.0 * k + t for k in range(5) for t in range(2 * k + 1)]
    assert second == [10.0 * k + 9.0 for k in range(5) for _ in range(2)]


def test_rates_set_between_runs_are_kept(sim):
    noise = sim.Population(200, sim.SpikeSourcePoisson(rate=10.0))
    noise.record("spikes")
    for rate in (10.0, 100.0, 0.0, 900.0):
        noise.set(rate=rate)
        sim.run(500.0)
    times = np.concatenate([t.magnitude for t in noise.get_data().segments[0].spiketrains])
    for k, rate in enumerate((10.0, 100.0, 0.0, 900.0)):
        n = np.count_nonzero((times >= 500.0 * k) & (times < 500.0 * (k + 1)))
        assert abs(n - 100.0 * rate) <= 5.0 * np.sqrt(100.0 * rate)


def test_weights_set_between_runs_take_effect(sim):
    source = sim.Population(1, sim.SpikeSourceArray(spike_times=[10.0, 259.0, 510.0]))
    cells = sim.Population(1, sim.IF_curr_exp())
    projection = sim.Projection(source, cells, sim.OneToOneConnector(), sim.StaticSynapse(weight=0.5, delay=5.0))
    cells.record("v")
    sim.run(260.0)
    projection.set(weight=2.0)  # the spike of 259 ms is on its way, with the old weight
    sim.run(250.0)
    sim.run(250.0)
    v = cells.get_data().segments[0].analogsignals[0].magnitude[:, 0] + 65.0
    first, second, third = v[:260].max(), v[260:510].max(), v[510:].max()
    assert second == pytest.approx(first, rel=0.01)
    assert third == pytest.approx(4.0 * first, rel=0.01)


def test_a_population_made_after_a_reset_takes_part(sim):
    source = sim.Population(1, sim.SpikeSourceArray(spike_times=[10.0]))
    source.record("spikes")
    sim.run(20.0)
    sim.reset()
    cells = sim.Population(1, sim.IF_curr_exp(tau_refrac=50.0))
    cells.record("spikes")
    sim.Projection(source, cells, sim.OneToOneConnector(), sim.StaticSynapse(weight=50.0, delay=1.0))
    sim.run(40.0)
    assert cells.get_data().segments[-1].spiketrains[0].magnitude.tolist() == [11.0]
