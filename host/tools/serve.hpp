/// spinn-emu serve: a machine on UDP.
#pragma once

namespace spinn {

/// @param argv  from "serve" on. @returns the exit code of the process
int serve_main(int argc, char** argv);

}  // namespace spinn
