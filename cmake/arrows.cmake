# The arrows between the folders, checked by the compiler.
#
# Headers are included as "<folder>/<file>.hpp". Each library exports an include directory that holds one link, to its own
# folder; so a target finds the headers of what it links and of nothing else, and an include against the arrows of
# docs/structure.md does not compile.
function(spinn_library folder)
  cmake_parse_arguments(ARG "" "" "LINKS;PRIVATE_LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.cpp ${CMAKE_SOURCE_DIR}/${folder}/layout/*.cpp
       ${CMAKE_SOURCE_DIR}/${folder}/models/*.cpp
       ${CMAKE_SOURCE_DIR}/${folder}/reference/*.cpp)
  if(NOT sources)  # headers only: a static library needs a source all the same
    set(sources ${CMAKE_BINARY_DIR}/${folder}_headers_only.cpp)
    file(CONFIGURE OUTPUT ${sources} CONTENT "")
  endif()
  set(view ${CMAKE_BINARY_DIR}/arrows/${folder})
  file(MAKE_DIRECTORY ${view})
  file(CREATE_LINK ${CMAKE_SOURCE_DIR}/${folder} ${view}/${folder} SYMBOLIC)
  add_library(spinn_${folder} STATIC ${sources})
  add_library(spinn::${folder} ALIAS spinn_${folder})
  target_include_directories(spinn_${folder} PUBLIC ${view})
  target_link_libraries(spinn_${folder} PUBLIC ${ARG_LINKS} PRIVATE spinn::warnings ${ARG_PRIVATE_LINKS})
endfunction()
