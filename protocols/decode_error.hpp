/// Why bytes could not be decoded: every decoder of foreign bytes gives a value or one of these.
#pragma once

#include <cstddef>
#include <string>

namespace spinn {

struct DecodeError {
    std::size_t offset = 0;  ///< byte offset of what is wrong
    std::string reason;
};

}  // namespace spinn
