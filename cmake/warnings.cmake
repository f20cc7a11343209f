# spinn::warnings: what every target of the project compiles with.
#
# -ffp-contract=off: connectivity and random values are drawn with plain IEEE double arithmetic; a fused multiply-add on one
# machine and none on another would make two machines build two networks from one seed.
add_library(spinn_warnings INTERFACE)
add_library(spinn::warnings ALIAS spinn_warnings)
target_compile_options(spinn_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast
                                                -Wcast-qual -Wno-missing-field-initializers -ffp-contract=off)
# gcc 12 warns of an overlap in every `"literal" + std::string` it inlines (GCC bug 105651, mended in 13).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(spinn_warnings INTERFACE -Wno-restrict)
endif()
if(SPINN_WERROR)
  target_compile_options(spinn_warnings INTERFACE -Werror)
endif()
