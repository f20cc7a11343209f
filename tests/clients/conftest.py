"""Boards for the tests: `spinn-emu serve` on addresses of its own, ended with the test."""

import os
import pathlib
import signal
import subprocess
import time

import pytest

BIN = pathlib.Path(os.environ.get("SPINN_BIN", "build/ci/bin")).resolve()
# Every board has its own addresses: nothing of another test, or of another run of the tests, can answer.
next_address = [os.getpid() % 200 * 250]


def free_addresses(n):
    next_address[0] += 4
    block = next_address[0]
    return f"127.{100 + block // 65536}.{block // 256 % 256}.{block % 256 or 1}"


class ServedBoard:
    def __init__(self, machine, *options, boards=1):
        self.address = free_addresses(boards)
        self.process = subprocess.Popen(
            [BIN / "spinn-emu", "serve", "--machine", machine, "--bind", self.address, "--threads", "1", *options],
            stderr=subprocess.PIPE, text=True)
        # It says what it has bound once all sockets are.
        for line in self.process.stderr:
            if "Ctrl-C ends it" in line:
                return
        raise RuntimeError(f"spinn-emu serve ended with {self.process.wait()}")

    def end(self):
        self.process.send_signal(signal.SIGINT)
        log = self.process.stderr.read()
        assert self.process.wait(timeout=20) == 0, log
        return log


@pytest.fixture
def serve():
    boards = []

    def start(machine, *options):
        boards.append(ServedBoard(machine, *options))
        return boards[-1]

    yield start
    for board in boards:
        board.end()


@pytest.fixture
def binaries():
    return BIN
