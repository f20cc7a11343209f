#include "host/launch.hpp"

#include <sched.h>

#include <algorithm>
#include <cstdlib>
#include <thread>

#ifdef SPINN_WITH_MPI
#include "emulator/mpi_exchange.hpp"
#endif
#include "protocols/error.hpp"

namespace spinn {

namespace {

unsigned number(const char* name, unsigned otherwise) {
    const char* const text = std::getenv(name);
    if (text == nullptr) return otherwise;
    const unsigned long value = std::strtoul(text, nullptr, 10);
    return value == 0 ? otherwise : static_cast<unsigned>(value);
}

}  // namespace

Launch launch_of_environment() {
    Launch launch;
    // Open MPI's mpirun; MPICH's and others by PMI; Slurm's srun by PMIx, which tells no number.
    for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"})
        launch.launched = launch.launched || std::getenv(name) != nullptr;
    launch.processes = number("OMPI_COMM_WORLD_SIZE", number("PMI_SIZE", 1));
    launch.local_processes = number("OMPI_COMM_WORLD_LOCAL_SIZE", number("MPI_LOCALNRANKS", 1));
    return launch;
}

std::unique_ptr<Exchange> join(const Launch& launch) {
    if (!launch.launched) return nullptr;
#ifdef SPINN_WITH_MPI
    return join_mpi_job();
#else
    if (launch.processes > 1)
        throw RequestError({.what = "started as one of " + std::to_string(launch.processes) +
                                    " processes, but built without MPI: each would run the whole network",
                            .where = "mpirun",
                            .fix = "install libopenmpi-dev and build with -DSPINN_MPI=ON, or start it without mpirun"});
    return nullptr;
#endif
}

unsigned processors_of(const Launch& launch) {
    const unsigned all = std::max(1u, std::thread::hardware_concurrency());
    cpu_set_t bound;
    CPU_ZERO(&bound);
    if (sched_getaffinity(0, sizeof bound, &bound) == 0) {
        const auto n = static_cast<unsigned>(CPU_COUNT(&bound));
        if (n > 0 && n < all) return n;
    }
    return std::max(1u, all / launch.local_processes);
}

}  // namespace spinn
