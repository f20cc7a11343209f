"""Spikes and rates that come and go while a simulation runs, by sPyNNaker's names. Nothing here depends on how fast it runs."""
import threading

import numpy as np
import pytest
from numpy.testing import assert_array_equal


def build(sim):
    injector = sim.Population(5, sim.external_devices.SpikeInjector(database_notify_port_num=19990), label="injector",
                              additional_parameters={"virtual_key": 0x70000})
    cells = sim.Population(5, sim.IF_curr_exp(), label="cells")
    sim.Projection(injector, cells, sim.OneToOneConnector(), sim.StaticSynapse(weight=40.0, delay=2.0))
    injector.record("spikes")
    cells.record("spikes")
    return injector, cells


def spikes_of(population):
    return [train.magnitude.round().astype(int).tolist() for train in population.get_data("spikes").segments[-1].spiketrains]


def test_what_is_injected_before_a_run_spikes_in_its_first_step(sim):
    injector, cells = build(sim)
    connection = sim.external_devices.SpynnakerLiveSpikesConnection(send_labels=["injector"])
    connection.send_spike("injector", 3)
    sim.run(10.0)
    connection.send_spikes("injector", [0, 4])
    sim.run(10.0)
    assert spikes_of(injector) == [[10], [], [], [0], [10]]
    assert [times[:1] for times in spikes_of(cells)] == [[12], [], [], [2], [12]]
    with pytest.raises(ValueError, match="no population is called 'nobody'"):
        connection.send_spike("nobody", 0)
    connection.send_spike("injector", 5)
    with pytest.raises(ValueError, match="no neuron 5"):
        sim.run(1.0)


def test_live_output_is_what_is_recorded(sim):
    injector, cells = build(sim)
    noise = sim.Population(5, sim.SpikeSourcePoisson(rate=50.0), label="noise")
    noise.record("spikes")
    sim.external_devices.activate_live_output_for(cells)
    sim.external_devices.activate_live_output_for(noise, database_notify_host="localhost")
    heard, calls = {"cells": [], "noise": []}, []
    connection = sim.external_devices.SpynnakerLiveSpikesConnection(receive_labels=["cells", "noise"],
                                                                    send_labels=["injector"])
    for label in heard:
        connection.add_receive_callback(label, lambda label, tick, neurons: heard[label].extend(
            (tick, neuron) for neuron in neurons))
    connection.add_init_callback("cells", lambda *arguments: calls.append(arguments))
    connection.add_pause_stop_callback("cells", lambda label, sender: calls.append("paused"))
    for volley in ([1], [2, 3], [0]):
        connection.send_spikes("injector", volley)
        sim.run(50.0)
    assert calls == [("cells", 5, 50.0, 1.0), "paused", "paused", "paused"]
    for population in (cells, noise):
        recorded = sorted((tick, i) for i, times in enumerate(spikes_of(population)) for tick in times)
        assert heard[population.label] == recorded and len(recorded) >= 4


def test_a_thread_sends_while_it_runs(sim):
    injector, _ = build(sim)
    connection = sim.external_devices.SpynnakerLiveSpikesConnection(send_labels=["injector"])
    begun = []
    done = threading.Event()

    def send(label, sender):
        begun.append(label)
        for neuron in range(5):
            sender.send_spike(label, neuron)
        done.set()

    connection.add_start_callback("injector", send)
    sim.run(20.0)
    assert done.wait(60.0)
    sim.run(20.0)  # whatever came too late for the first run is in this one
    assert begun == ["injector"] and [len(times) for times in spikes_of(injector)] == [1] * 5


def test_rates_are_set_while_it_runs(sim):
    noise = sim.Population(3, sim.SpikeSourcePoisson(rate=0.0), label="noise")
    noise.record("spikes")
    sim.external_devices.add_poisson_live_rate_control(noise)
    control = sim.external_devices.SpynnakerPoissonControlConnection(poisson_labels=["noise"])
    sim.run(20.0)
    control.set_rates("noise", [(0, 1000.0), (2, 500.0)])
    sim.run(200.0)
    control.set_rate("noise", 0, 0.0)
    sim.run(20.0)
    first, silent, last = (np.array(times) for times in spikes_of(noise))
    assert 130 < len(first) < 270 and 50 < len(last) < 170 and len(silent) == 0
    assert first.min() >= 20 and first.max() < 220


def test_a_callback_that_fails_ends_the_run(sim):
    injector, cells = build(sim)
    sim.external_devices.activate_live_output_for(injector)
    connection = sim.external_devices.SpynnakerLiveSpikesConnection(receive_labels=["injector"])

    def fail(label, tick, neurons):
        raise RuntimeError("enough")

    connection.add_receive_callback("injector", fail)
    connection.send_spike("injector", 0)
    with pytest.raises(RuntimeError, match="enough"):
        sim.run(1000.0)
    assert 0.0 < sim.get_current_time() < 1000.0


def test_rates_that_change_by_themselves(sim):
    from pyNN.parameters import Sequence
    waves = sim.Population(40, sim.extra_models.SpikeSourcePoissonVariable(
        rates=Sequence([0.0, 100.0, 10.0]), starts=Sequence([0.0, 100.0, 300.0])))
    waves.record("spikes")
    sim.run(500.0)
    times = np.concatenate([np.array(t) for t in spikes_of(waves)])
    counts = np.histogram(times, [0, 100, 300, 500])[0]
    assert_array_equal(counts[0], 0)
    assert abs(counts[1] - 800) < 4 * 800**0.5 and abs(counts[2] - 80) < 4 * 80**0.5
