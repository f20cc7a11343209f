/// Why some foreign bytes could not be decoded. Bad bytes are data: decoders return this, they do not throw.
#pragma once

#include <cstddef>
#include <string>

namespace spinn {

struct DecodeError {
    std::size_t offset = 0;  ///< in units of what the decoder reads (bytes or words)
    std::string reason;
};

}  // namespace spinn
