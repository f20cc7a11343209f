/// Loops written in vectors of 4, 8 or 16 numbers choose among these when the program runs. Integer work: all give the
/// same bits. (Loops that the compiler turns into vector code by itself are marked in runtime/vector_clones.hpp.)
#pragma once

#include <cstdint>

// Not under the thread sanitizer: instrumented by gcc 12, these loops were seen to give other numbers.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(SPINN_NO_VECTOR_CLONES)
#define SPINN_LANES 1  ///< the compiler knows vectors that are arithmetic types, and `#pragma GCC target`
#else
#define SPINN_LANES 0
#endif

namespace spinn {

enum class InstructionSet : std::uint32_t {
    plain = 0,   ///< no vectors written out: any processor, any compiler
    sse2 = 1,    ///< every x86-64
    avx2 = 2,    ///< x86-64 from 2013 or 2015 on
    avx512 = 3,  ///< F, BW, DQ and VL
};

#if defined(__x86_64__) && defined(__GNUC__)
/// Whether this processor has what InstructionSet::avx512 stands for.
inline bool have_avx512() {
    return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
           __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0;
}
#endif

/// The best that this processor, and the compiler that built the program, can do. All below it work too.
inline InstructionSet best_instruction_set() {
#if SPINN_LANES
    if (have_avx512()) return InstructionSet::avx512;
    return __builtin_cpu_supports("avx2") ? InstructionSet::avx2 : InstructionSet::sse2;
#else
    return InstructionSet::plain;
#endif
}

}  // namespace spinn
