"""rig, as it is on PyPI, against a served machine. It was written for SC&MP 1.3 to 3.x and for Python before 3.11."""

import collections
import collections.abc
import inspect
import random
import struct

# What Python has removed since: the names that rig asks for.
if not hasattr(inspect, "getargspec"):
    inspect.getargspec = lambda function: tuple(inspect.getfullargspec(function)[:4])
for name in ("Iterable", "Mapping", "Sequence", "Callable", "MutableMapping"):
    if not hasattr(collections, name):
        setattr(collections, name, getattr(collections.abc, name))

import pytest  # noqa: E402
from rig.machine_control import MachineController  # noqa: E402
from rig.routing_table import RoutingTableEntry, Routes  # noqa: E402


@pytest.fixture
def controller(serve):
    return MachineController(serve("spinn5", "--booted").address)


def test_a_board_that_waits_is_booted(serve):
    controller = MachineController(serve("spinn5").address)
    assert controller.boot()
    assert controller.get_software_version().software_version == (4, 0, 0)


def test_the_machine_is_discovered(serve):
    controller = MachineController(serve("spinn5*3", "--booted").address)
    assert controller.discover_connections() == 3
    system = controller.get_system_info()
    assert (system.width, system.height) == (12, 12)
    assert len(list(system.chips())) == 144
    assert len(list(system.cores())) == 3 * 856
    assert len(list(system.links())) == 144 * 6
    assert len(controller.get_p2p_routing_table(0, 0)) == 144


def test_memory_is_written_read_filled_and_allocated(controller):
    data = random.Random(1).randbytes(100000)
    controller.write(0x60300001, data, 3, 4)
    assert controller.read(0x60300001, len(data), 3, 4) == data
    address = controller.sdram_alloc(64, 5, 1, 1, app_id=30)
    controller.fill(address, 0x12345678, 64, 1, 1, 0)
    assert controller.read(address, 64, 1, 1) == struct.pack("<I", 0x12345678) * 16
    controller.write_across_link(0x60300000, b"neighbours!!", 0, 0, 0)
    assert controller.read(0x60300000, 12, 1, 0) == b"neighbours!!"


def test_routes_and_tags(controller):
    entry = RoutingTableEntry({Routes.north, Routes.core_3}, 0x100, 0xFFFFFF00)
    controller.load_routing_table_entries([entry], 1, 1, app_id=30)
    entries = [e for e in controller.get_routing_table_entries(1, 1) if e is not None and e[1] == 30]
    assert [(e.route, e.key, e.mask) for e, _, _ in entries] == [(entry.route, entry.key, entry.mask)]
    controller.clear_routing_table_entries(1, 1, app_id=30)
    assert not [e for e in controller.get_routing_table_entries(1, 1) if e is not None and e[1] == 30]
    controller.iptag_set(1, "127.0.0.1", 5000, 0, 0)
    assert controller.iptag_get(1, 0, 0).port == 5000
    controller.iptag_clear(1, 0, 0)


def test_an_application_is_flooded_counted_and_stopped(controller, tmp_path):
    program = tmp_path / "program.aplx"
    program.write_bytes(struct.pack("<4I16s8I", 0x4E505053, 1, 0, 0, b"flooded", *[0] * 8))
    controller.load_application(str(program), {(1, 1): {3, 4}, (2, 5): {1}}, app_id=40, wait=True, use_count=True)
    assert controller.count_cores_in_state("wait", 40) == 3
    status = controller.get_processor_status(3, 1, 1)
    assert (status.cpu_state.name, status.app_name, status.app_id) == ("wait", "flooded", 40)
    controller.send_signal("start", 40)
    controller.wait_for_cores_to_reach_state("runtime_exception", 3, 40, timeout=30)
    assert "user0" in controller.get_iobuf(3, 1, 1)
    controller.send_signal("stop", 40)
    assert controller.get_processor_status(3, 1, 1).cpu_state.name == "idle"
    assert controller.get_router_diagnostics(1, 1).local_multicast == 0
