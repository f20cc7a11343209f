/// Processes of one machine as ranks of an MPI job. Compiled only where CMake found MPI (SPINN_MPI).
#pragma once

#include <memory>

#include "emulator/exchange.hpp"

namespace spinn {

/// Joins the job that this process was started in, on the thread that calls; leaves it when the exchange goes. Once in
/// the life of a process. An error of MPI's own ends the whole job.
std::unique_ptr<Exchange> join_mpi_job();

}  // namespace spinn
