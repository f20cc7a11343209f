/// Feeds bytes to the results reader: any input gives a value or an InputError.
///
/// HDF5 itself parses the file. Findings inside libhdf5 are the library's; build it with the sanitizers to see them
/// clearly.
#include <cstddef>
#include <cstdint>
#include <span>

#include "host/results.hpp"
#include "protocols/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const spinn::Results results = spinn::read_results(std::as_bytes(std::span(data, size)));
        static_cast<void>(spinn::spike_hash(results));
    } catch (const spinn::InputError&) {
    }
    return 0;
}
