/// Being one of several processes that a launcher such as mpirun started.
#pragma once

#include <memory>

#include "emulator/exchange.hpp"

namespace spinn {

/// What a launcher says in the environment; without one, a job of one process.
struct Launch {
    bool launched = false;
    unsigned processes = 1;        ///< as far as the launcher tells
    unsigned local_processes = 1;  ///< of these, on this computer
};
Launch launch_of_environment();

/// Joins the other processes. @returns nullptr when there is no launcher
/// @throws RequestError when there are others and this program was built without MPI
std::unique_ptr<Exchange> join(const Launch& launch);

/// Processors that a process may keep busy: those that it is bound to, or its share of the computer's. At least 1.
unsigned processors_of(const Launch& launch);

}  // namespace spinn
