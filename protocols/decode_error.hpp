/// What a decoder of foreign bytes or words returns when they make no sense: a value, never an exception.
#pragma once

#include <cstddef>
#include <string>

namespace spinn {

struct DecodeError {
    std::size_t offset =
        0;  ///< where decoding stopped, in the units of the input (bytes of a packet, words of a region)
    std::string reason;
    bool operator==(const DecodeError&) const = default;
};

}  // namespace spinn
