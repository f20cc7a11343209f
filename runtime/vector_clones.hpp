/// One binary, several instruction sets: a function marked SPINN_VECTOR_CLONES is compiled for plain x86-64, AVX2 and
/// AVX-512, and the best that the processor has is chosen when the program starts. Integers, or doubles without fused
/// multiply-adds (-ffp-contract=off) and without sums in another order, so all give the same bits.
///
/// Only gcc does this, and not under sanitizers, whose runtimes are not up yet when the choice is made; elsewhere the
/// mark means nothing. `flatten` pulls the loops that the function calls into each clone.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(SPINN_NO_VECTOR_CLONES)
#define SPINN_VECTOR_CLONES __attribute__((target_clones("default", "avx2", "arch=x86-64-v4"), flatten))
#else
#define SPINN_VECTOR_CLONES
#endif
