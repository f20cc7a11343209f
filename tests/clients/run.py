#!/usr/bin/env python3
"""Runs the tests of clients: software for SpiNNaker boards, from PyPI, against `spinn-emu serve`.

usage: tests/clients/run.py --install       makes a virtual environment in build/clients; says so when it cannot
       tests/clients/run.py BIN [PYTEST ARGUMENTS...]    exit code 77: skipped, there is no such environment
"""

import os
import pathlib
import subprocess
import sys
import venv

HERE = pathlib.Path(__file__).resolve().parent
ENVIRONMENT = HERE.parent.parent / "build" / "clients"
PYTHON = ENVIRONMENT / "bin" / "python"
INSTALLED = ENVIRONMENT / "installed.txt"  # a copy of the requirements: written last, so the environment is whole
REQUIREMENTS = HERE / "requirements.txt"
SKIPPED = 77


def is_installed():
    return PYTHON.exists() and INSTALLED.exists() and INSTALLED.read_text() == REQUIREMENTS.read_text()


def install():
    if is_installed():
        return
    try:
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
        subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1",
                        "-r", REQUIREMENTS], check=True)
    except (subprocess.CalledProcessError, OSError) as error:
        print(f"the clients of boards could not be installed ({error}): their tests will be skipped", file=sys.stderr)
        return
    INSTALLED.write_text(REQUIREMENTS.read_text())


def main(arguments):
    if arguments[:1] == ["--install"]:
        install()
        return 0
    if not arguments or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    if not is_installed():
        print("skipped: SpiNNMan is not installed in build/clients. `tests/clients/run.py --install` does it, and needs "
              "the Python package index", file=sys.stderr)
        return SKIPPED
    environment = dict(os.environ, SPINN_BIN=str(pathlib.Path(arguments[0]).resolve()), PYTHONDONTWRITEBYTECODE="1")
    return subprocess.run([PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", *(arguments[1:] or [HERE])],
                          cwd=ENVIRONMENT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
