"""SpiNNMan, as it is on PyPI, against a served machine."""

import random
import struct
import time
import zlib

import pytest
from spinn_machine import CoreSubsets, MulticastRoutingEntry, RoutingEntry, virtual_machine
from spinn_machine.tags import IPTag, ReverseIPTag
from spinn_utilities.config_holder import set_config
from spinnman.config_setup import unittest_setup
from spinnman.data import SpiNNManDataView
from spinnman.data.spinnman_data_writer import SpiNNManDataWriter
from spinnman.exceptions import (
    SpinnmanGenericProcessException, SpinnmanInvalidParameterException, SpinnmanUnexpectedResponseCodeException)
from spinnman.messages.scp.enums import Signal
from spinnman.model.enums import CPUState, UserRegister
from spinnman.transceiver import create_transceiver_from_hostname

ROUTER_COUNTERS = 0xE1000300


def connect(board, version):
    unittest_setup()
    set_config("Machine", "version", str(version))
    transceiver = create_transceiver_from_hostname(board.address, extended=True)
    transceiver.discover_scamp_connections()
    return transceiver


def use_machine(transceiver):
    machine = transceiver.get_machine_details()
    writer = SpiNNManDataWriter.mock()
    writer.set_machine(machine)
    return machine


@pytest.fixture(params=[("spinn3", 3, 2, 2, 1), ("spinn5", 5, 8, 8, 1), ("spinn5*3", 5, 12, 12, 3)],
                ids=["spinn3", "spinn5", "three-boards"])
def machine_under_test(request, serve):
    name, version, width, height, boards = request.param
    return serve(name, "--booted"), version, width, height, boards


def described(chip):
    """All that a host knows of a chip but its address."""
    return {
        "cores": list(chip.all_processor_ids),
        "applications": list(chip.placable_processors_ids),
        "entries": chip.router.n_available_multicast_entries,
        "links": sorted((link.source_link_id, link.destination_x, link.destination_y) for link in chip.router.links),
        "sdram": chip.sdram,
        "ethernet": (chip.nearest_ethernet_x, chip.nearest_ethernet_y, chip.ip_address is None),
        "tags": list(chip.tag_ids),
    }


def test_the_machine_is_the_virtual_one(machine_under_test):
    board, version, width, height, boards = machine_under_test
    transceiver = connect(board, version)
    found = transceiver.get_machine_details()
    expected = virtual_machine(width, height)
    expected.add_spinnaker_links()
    expected.add_fpga_links()
    assert (found.width, found.height) == (expected.width, expected.height)
    assert set(found.chip_coordinates) == set(expected.chip_coordinates)
    for x, y in expected.chip_coordinates:
        assert described(found[x, y]) == described(expected[x, y]), (x, y)
    assert len(found.ethernet_connected_chips) == boards
    assert sorted(chip.ip_address for chip in found.ethernet_connected_chips)[0] == board.address
    assert found.summary_string().split(" with")[1:] == expected.summary_string().split(" with")[1:]
    transceiver.close()


def test_a_board_that_waits_is_booted(serve):
    board = serve("spinn5")
    started = time.time()
    transceiver = connect(board, 5)
    version = transceiver._get_scamp_version()
    assert (version.name, version.version_number, version.hardware) == ("SC&MP", (4, 0, 0), "SpiNNaker")
    assert (version.x, version.y, version.p) == (0, 0, 0)
    # What the host put among the system variables at boot is there.
    assert transceiver.read_memory(0, 0, 0xF5007F0A, 1) == b"\x05"
    assert abs(struct.unpack("<I", transceiver.read_memory(7, 7, 0xF5007F5C, 4))[0] - started) < 60
    transceiver.close()


def test_memory_of_every_chip_is_written_and_read(machine_under_test):
    board, version, *_ = machine_under_test
    transceiver = connect(board, version)
    use_machine(transceiver)
    rng = random.Random(1)
    content = {}
    for x, y in transceiver.get_machine_details().chip_coordinates:
        data = rng.randbytes(rng.randrange(1, 2000))
        address = 0x60300000 + rng.randrange(0, 5)
        transceiver.write_memory(x, y, address, data)
        content[x, y] = address, data
    for (x, y), (address, data) in content.items():
        assert transceiver.read_memory(x, y, address, len(data)) == data, (x, y)
    # Both aliases are the same memory.
    (x, y), (address, data) = next(iter(content.items()))
    assert transceiver.read_memory(x, y, address + 0x10000000, len(data)) == data
    transceiver.close()


def test_ten_megabytes_arrive_whole(serve):
    board = serve("spinn5", "--booted")
    transceiver = connect(board, 5)
    use_machine(transceiver)
    data = bytearray(random.Random(2).randbytes(10 * 1024 * 1024))
    address = transceiver.malloc_sdram(3, 4, len(data), 30, 0)
    n_bytes, checksum = transceiver.write_memory(3, 4, address, data, get_sum=True)
    assert n_bytes == len(data)
    assert checksum == sum(struct.unpack(f"<{len(data) // 4}I", data)) & 0xFFFFFFFF
    assert zlib.crc32(transceiver.read_memory(3, 4, address, len(data))) == zlib.crc32(data)
    transceiver.close()


def test_sdram_is_allocated_tagged_and_freed(serve):
    board = serve("spinn3", "--booted")
    transceiver = connect(board, 3)
    machine = use_machine(transceiver)
    before = machine[1, 1].sdram
    first = transceiver.malloc_sdram(1, 1, 1000, 17, tag=5)
    second = transceiver.malloc_sdram(1, 1, 3, 17, tag=6)
    assert second >= first + 1000
    assert transceiver.malloc_sdram(1, 1, 1000, 17, tag=5) == first, "asked for again, as after a lost answer"
    with pytest.raises(SpinnmanGenericProcessException) as other_size:
        transceiver.malloc_sdram(1, 1, 1004, 17, tag=5)
    assert isinstance(other_size.value.exception, SpinnmanInvalidParameterException)
    heap = transceiver.get_heap(1, 1)
    assert [(block.block_address + 8, block.app_id, block.tag) for block in heap if not block.is_free] == [
        (first, 17, 5), (second, 17, 6)]
    transceiver.free_sdram(1, 1, first)
    transceiver.free_sdram(1, 1, second)  # free_sdram_by_app_id of this version frees a block at the number's address
    assert transceiver.get_machine_details()[1, 1].sdram == before
    with pytest.raises(SpinnmanGenericProcessException):
        transceiver.malloc_sdram(1, 1, 200 * 1024 * 1024, 17)
    transceiver.close()


def test_routes_are_loaded_read_and_cleared(serve):
    board = serve("spinn5", "--booted")
    transceiver = connect(board, 5)
    use_machine(transceiver)
    entries = [MulticastRoutingEntry(key, 0xFFFFFF00, RoutingEntry(processor_ids=[1, 17], link_ids=[link]))
               for link, key in enumerate([0x100, 0x200, 0xABC00])]
    transceiver.load_multicast_routes(2, 3, entries, app_id=34)

    def described(routes):
        return [(route.key, route.mask, sorted(route.processor_ids), sorted(route.link_ids)) for route in routes]

    assert described(transceiver.get_multicast_routes(2, 3, 34)) == described(entries)
    assert transceiver.get_multicast_routes(2, 3, 35) == []
    assert transceiver.get_machine_details()[2, 3].router.n_available_multicast_entries == 1023 - 3
    transceiver.clear_multicast_routes((2, 3))
    assert transceiver.get_multicast_routes(2, 3, 34) == []
    transceiver.load_fixed_route(1, 1, RoutingEntry(processor_ids=[3], link_ids=[2]), 34)
    fixed = transceiver.read_fixed_route(1, 1, 34)
    assert (set(fixed.processor_ids), set(fixed.link_ids)) == ({3}, {2})
    transceiver.close()


def test_tags_are_set_read_and_cleared(machine_under_test):
    board, version, *_ = machine_under_test
    transceiver = connect(board, version)
    machine = use_machine(transceiver)
    for number, chip in enumerate(machine.ethernet_connected_chips):
        transceiver.set_ip_tag(IPTag(board_address=chip.ip_address, destination_x=chip.x, destination_y=chip.y, tag=1,
                                     ip_address="127.0.0.1", port=20000 + number, strip_sdp=True))
        transceiver.set_reverse_ip_tag(ReverseIPTag(board_address=chip.ip_address, tag=2, port=30000 + number,
                                                    destination_x=chip.x, destination_y=chip.y, destination_p=4,
                                                    sdp_port=1))
    # The client has two connections to the first board, and asks over both.
    tags = {(tag.board_address, tag.tag): tag for tag in transceiver.get_tags()}.values()
    assert len(tags) == 2 * len(machine.ethernet_connected_chips)
    for number, chip in enumerate(machine.ethernet_connected_chips):
        ip, = (tag for tag in tags if isinstance(tag, IPTag) and tag.board_address == chip.ip_address)
        assert (ip.tag, ip.ip_address, ip.port, ip.strip_sdp) == (1, "127.0.0.1", 20000 + number, True)
        reverse, = (tag for tag in tags if isinstance(tag, ReverseIPTag) and tag.board_address == chip.ip_address)
        assert (reverse.tag, reverse.port, reverse.destination_p, reverse.sdp_port) == (2, 30000 + number, 4, 1)
        transceiver.clear_ip_tag(1, chip.ip_address)
    assert all(isinstance(tag, ReverseIPTag) for tag in transceiver.get_tags())
    transceiver.close()


def test_cores_are_counted_signalled_and_read(serve):
    board = serve("spinn3", "--booted")
    transceiver = connect(board, 3)
    use_machine(transceiver)
    cores = CoreSubsets()
    for processor in (1, 2, 5):
        cores.add_processor(0, 0, processor)
    cores.add_processor(1, 0, 3)
    # A program of this machine's; nobody gave it a block, so it fails when it starts, and says so.
    program = bytearray(struct.pack("<4I16s8I", 0x4E505053, 1, 0, 0, b"nothing", *[0] * 8))
    transceiver.execute_flood(cores, program, 30, n_bytes=len(program), wait=True)
    assert transceiver.get_core_state_count(30, CPUState.READY) == 4
    info = transceiver.get_cpu_infos(cores)
    assert set(info.infos_for_state(CPUState.READY)) == {(0, 0, 1), (0, 0, 2), (0, 0, 5), (1, 0, 3)}
    assert info.get_cpu_info(1, 0, 3).application_name == "nothing"
    assert info.get_cpu_info(1, 0, 3).application_id == 30
    transceiver.write_user(0, 0, 5, UserRegister.USER_2, 0x12345678)
    assert transceiver.read_user(0, 0, 5, UserRegister.USER_2) == 0x12345678
    transceiver.send_signal(30, Signal.START)
    deadline = time.time() + 30
    while transceiver.get_core_state_count(30, CPUState.RUN_TIME_EXCEPTION) < 4 and time.time() < deadline:
        time.sleep(0.05)
    assert transceiver.get_core_state_count(30, CPUState.RUN_TIME_EXCEPTION) == 4
    texts = {(b.x, b.y, b.p): b.iobuf for b in transceiver.get_iobuf(cores)}
    assert len(texts) == 4 and all("user0" in text for text in texts.values()), texts
    transceiver.stop_application(30)
    assert transceiver.get_core_state_count(30, CPUState.RUN_TIME_EXCEPTION) == 0
    assert transceiver.get_core_state_count(0, CPUState.IDLE) == 4 * 17
    transceiver.close()


def test_an_arm_binary_is_refused_with_words(serve):
    board = serve("spinn3", "--booted")
    transceiver = connect(board, 3)
    use_machine(transceiver)
    cores = CoreSubsets()
    cores.add_processor(0, 1, 4)
    transceiver.execute_flood(cores, bytearray(struct.pack("<16I", *range(16))), 31, n_bytes=64)
    info = transceiver.get_cpu_infos(cores, CPUState.RUN_TIME_EXCEPTION)
    assert info.get_cpu_info(0, 1, 4).run_time_error.name == "UNDEF"
    assert "not a program of Spinn" in next(iter(transceiver.get_iobuf(cores))).iobuf
    transceiver.close()


def test_diagnostics_of_routers(serve):
    board = serve("spinn3", "--booted")
    transceiver = connect(board, 3)
    use_machine(transceiver)
    diagnostics = transceiver.get_router_diagnostics(1, 1)
    assert (diagnostics.n_local_multicast_packets, diagnostics.n_dropped_multicast_packets) == (0, 0)
    assert (diagnostics.wait_1, diagnostics.wait_2) == (0x40, 0)
    assert diagnostics.mon == 0
    transceiver.write_memory(1, 1, ROUTER_COUNTERS, struct.pack("<I", 77))
    assert transceiver.get_router_diagnostics(1, 1).n_local_multicast_packets == 77
    transceiver.clear_router_diagnostic_counters()
    assert transceiver.get_router_diagnostics(1, 1).n_local_multicast_packets == 0
    assert transceiver.read_neighbour_memory(0, 0, 0, 0xF5007F00, 4)[:2] == b"\x00\x01"
    transceiver.close()


def test_what_is_not_memory_is_an_error(serve):
    board = serve("spinn3", "--booted")
    transceiver = connect(board, 3)
    with pytest.raises(SpinnmanGenericProcessException) as bus_error:
        transceiver.read_memory(0, 0, 0x50000000, 4)
    assert isinstance(bus_error.value.exception, SpinnmanUnexpectedResponseCodeException)
    with pytest.raises(Exception):
        transceiver.read_memory(9, 9, 0x60300000, 4)
    assert transceiver.read_memory(0, 0, 0x60300000, 4) == bytes(4)
    transceiver.close()
