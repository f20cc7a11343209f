# shellcheck shell=bash disable=SC2034
# What the scripts beside this file share. Sourced, never run.

set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# Everything that is needed from Debian 12, in this one place. docs/structure.md says what stands on what.
build_packages=(
    cmake ninja-build g++
    libboost-dev libprotobuf-dev protobuf-compiler libspdlog-dev libyaml-cpp-dev nlohmann-json3-dev libcli11-dev
    libhdf5-dev libsqlite3-dev librandom123-dev libxxhash-dev libgtest-dev libgmock-dev libbenchmark-dev
    libopenmpi-dev openmpi-bin
    python3 python3-venv python3-dev
)
format_packages=(clang-format)
tidy_packages=(clang-tidy clang)
# The test of the mapping report runs where this is, and says that it was skipped where it is not.
browser_packages=(chromium)
fuzz_packages=(clang libclang-rt-14-dev)

say() { printf '==> %s\n' "$*" >&2; }
die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# install_packages NAME...: installs what is missing. Asks dpkg first, so nothing is fetched when nothing is missing.
install_packages() {
    if ! command -v dpkg-query >/dev/null; then
        say "this is not a Debian system; it should have the equivalents of: $*"
        return 0
    fi
    local package missing=() sudo=()
    for package in "$@"; do
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
    done
    [[ ${#missing[@]} -gt 0 ]] || return 0
    if [[ $(id -u) -ne 0 ]]; then
        command -v sudo >/dev/null || die "missing packages. As root, run: apt-get install ${missing[*]}"
        sudo=(sudo)
    fi
    say "installing ${missing[*]}"
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q update
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install "${missing[@]}" ||
        die "packages could not be installed; see above"
}

# How many compilers may run at once: one a processor, and 1.5 GB of free memory for each.
job_count() {
    local processors free_kb limit
    processors=$(nproc)
    free_kb=$(awk '/^MemAvailable:/ {print $2}' /proc/meminfo 2>/dev/null || echo 0)
    limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || echo max)
    if [[ $limit != max && $((limit / 1024)) -lt $free_kb ]]; then free_kb=$((limit / 1024)); fi
    local by_memory=$((free_kb / 1500000))
    ((by_memory >= 1)) || by_memory=1
    echo $((processors < by_memory ? processors : by_memory))
}

# stage NAME COMMAND...: runs a command and remembers its time for print_stages.
stage_names=()
stage_seconds=()
stage() {
    local name=$1 start=$SECONDS
    shift
    say "$name"
    "$@"
    stage_names+=("$name")
    stage_seconds+=($((SECONDS - start)))
}
print_stages() {
    local i
    printf '\n%-36s %6s\n' stage 'time'
    for i in "${!stage_names[@]}"; do printf '%-36s %5ds\n' "${stage_names[i]}" "${stage_seconds[i]}"; done
}

# configure PRESET; build PRESET [TARGET...]
configure() { cmake --preset "$1"; }
build() {
    local preset=$1
    shift
    local targets=()
    [[ $# -eq 0 ]] || targets=(--target "$@")
    cmake --build --preset "$preset" --parallel "$(job_count)" "${targets[@]}"
}

# python_environment: build/venv, with the Python package installed from a wheel. Only what changed is compiled.
# Returns 2, and says so, when the registry of Python packages is out of reach and the environment is not there yet.
python_environment() {
    local pip=build/venv/bin/pip
    if [[ ! -x $pip ]]; then python3 -m venv build/venv; fi
    if ! build/venv/bin/python -c 'import nanobind, scikit_build_core, pytest, pyNN, neo, nixio, scipy, yaml' 2>/dev/null; then
        "$pip" install --quiet --disable-pip-version-check scikit-build-core nanobind pytest PyNN neo nixio scipy PyYAML || {
            say "skipped: the Python tests need packages that could not be fetched (see above)"
            return 2
        }
    fi
    rm -f build/wheels/*
    CMAKE_BUILD_PARALLEL_LEVEL=$(job_count) "$pip" wheel --quiet --disable-pip-version-check --no-build-isolation --no-deps \
        --wheel-dir build/wheels . &&
        "$pip" install --quiet --disable-pip-version-check --no-deps --force-reinstall build/wheels/spinn-*.whl
}

# tracked_files PATTERN...: files of the project, from git, or from the disk where there is no git.
tracked_files() {
    if command -v git >/dev/null && git rev-parse --git-dir >/dev/null 2>&1; then
        git ls-files -- "$@"
    else
        local pattern tests=(-false)
        for pattern in "$@"; do tests+=(-o -name "$pattern"); done
        find . \( -name build -o -name .git -o -name .venv \) -prune -o -type f \( "${tests[@]}" \) -print | sed 's|^\./||' | sort
    fi
}
