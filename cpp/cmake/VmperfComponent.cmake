# vmperf_component(NAME LAYER n [DEPS a b ...]): one folder, one line in the table.
#
# Targets: vmperf_NAME          the library (src/*.cpp and the public headers)
#          vmperf_NAME_benches  benches*.cpp, designs*.cpp, for a leaf *.cpp, and what these share,
#                               api*.cpp; may also see bench
#          vmperf_NAME_bind     bind*.cpp and what these share, glue*.cpp: alone in seeing pybind11
# OBJECT libraries: CMake refuses cycles among them, and the linker cannot drop a registration.
# A component's include directory is on the path only of those that declare it in DEPS.
#
# What a file adds to the whole, a function does that has the file's name: nothing lists files.
#     designs*.cpp, benches*.cpp, for a leaf *.cpp   void declare_<file>(bench::Registry &)
#     bind.cpp                                       void bind(py::module_ &)
#     bind_*.cpp                                     void bind_*(py::module_ &)
# They are called component by component in the order of the table, designs before benches (which
# may give more to run to a design), and of each kind in the order of their names: x.cpp, x_a.cpp.
# bind() calls the others of its component by one bind_files(), of the generated bind_files.hpp.
set_property(GLOBAL PROPERTY vmperf_objects "")
set_property(GLOBAL PROPERTY vmperf_declares_inc "")
set_property(GLOBAL PROPERTY vmperf_components_inc "")

function(vmperf_check_layers name layer)
  foreach(dep IN LISTS ARGN)
    get_property(dep_layer GLOBAL PROPERTY vmperf_layer_${dep})
    if("${dep_layer}" STREQUAL "")
      message(FATAL_ERROR "unknown component: '${name}' depends on '${dep}', "
                          "which no line above declares")
    endif()
    if(NOT dep_layer LESS layer)
      message(FATAL_ERROR "layer violation: '${name}' (layer ${layer}) may not depend on "
                          "'${dep}' (layer ${dep_layer})")
    endif()
  endforeach()
endfunction()

function(vmperf_objects target)
  add_library(${target} OBJECT ${ARGN})
  target_link_libraries(${target} PRIVATE vmperf_options)
  set_property(GLOBAL APPEND PROPERTY vmperf_objects ${target})
endfunction()

# Bindings are call glue: -O1 halves their build time and costs nothing measurable, as -O0 does
# where sanitizers double it. pybind11's headers are a third: one target compiles them for all.
function(vmperf_precompile_pybind target)
  if(VMPERF_SANITIZE)
    set(level -O0)
  else()
    set(level -O1)
  endif()
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:${level}>)
  get_property(owner GLOBAL PROPERTY vmperf_pybind_owner)
  if(owner)
    target_precompile_headers(${target} REUSE_FROM ${owner})
  else()
    target_precompile_headers(${target} PRIVATE <pybind11/numpy.h> <pybind11/pybind11.h>
                              <pybind11/stl.h>)
    set_property(GLOBAL PROPERTY vmperf_pybind_owner ${target})
  endif()
endfunction()

# Adds `line` to a list for each file, with the file's name for @.
function(vmperf_list_files list line)
  foreach(file IN LISTS ARGN)
    get_filename_component(stem ${file} NAME_WE)
    string(REPLACE "@" "${stem}" entry "${line}")
    set_property(GLOBAL APPEND_STRING PROPERTY ${list} "${entry}\n")
  endforeach()
endfunction()

# bind*.docs and clauses.docs of a component become headers that its bind files include. Written at
# configuration, as components.inc is, so that linters have them without a build; a change of one
# configures anew, and compiles the units of the headers that say something else than before.
function(vmperf_embed_docs name dir)
  file(GLOB docs CONFIGURE_DEPENDS ${dir}/*.docs)
  if(NOT docs)
    return()
  endif()
  set(script ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/embed_docs.py)
  set(out ${CMAKE_BINARY_DIR}/generated/bind/${name})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script} ${docs})
  execute_process(COMMAND ${Python_EXECUTABLE} ${script} ${dir} ${out}
                  RESULT_VARIABLE failed ERROR_VARIABLE said)
  if(failed)
    message(FATAL_ERROR "docstrings of '${name}':\n  ${said}") # indented: not wrapped
  endif()
endfunction()

# bind_files.hpp of a component: its bind_*.cpp declared, and called in the order of their names.
function(vmperf_write_bind_files name)
  set(declared "")
  set(called "")
  foreach(file IN LISTS ARGN)
    get_filename_component(stem ${file} NAME_WE)
    if(NOT stem STREQUAL "bind")
      string(APPEND declared "void ${stem}(pybind11::module_ &m);\n")
      string(APPEND called "  ${stem}(m);\n")
    endif()
  endforeach()
  set(out ${CMAKE_BINARY_DIR}/generated/bind/${name})
  file(CONFIGURE OUTPUT ${out}/bind_files.hpp @ONLY CONTENT
"// Generated from the names of files.
#pragma once

#include <pybind11/pybind11.h>

namespace vmperf::@name@ {
@declared@
inline void bind_files([[maybe_unused]] pybind11::module_ &m) {
@called@}
} // namespace vmperf::@name@
")
  target_include_directories(vmperf_${name}_bind PRIVATE ${out})
endfunction()

function(vmperf_component name)
  cmake_parse_arguments(C "" "LAYER" "DEPS" ${ARGN})
  vmperf_check_layers(${name} ${C_LAYER} ${C_DEPS})
  set_property(GLOBAL PROPERTY vmperf_layer_${name} ${C_LAYER})
  set(dir ${CMAKE_CURRENT_SOURCE_DIR}/${name})
  list(TRANSFORM C_DEPS PREPEND vmperf_ OUTPUT_VARIABLE deps)

  file(GLOB sources CONFIGURE_DEPENDS ${dir}/src/*.cpp)
  file(GLOB isa CONFIGURE_DEPENDS ${dir}/src/isa/*.cpp)
  vmperf_isa_sources(isa ${isa})
  list(APPEND sources ${isa})
  if(sources)
    vmperf_objects(vmperf_${name} ${sources})
    set(scope PUBLIC)
  else()
    add_library(vmperf_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(vmperf_${name} ${scope} ${dir}/include)
  target_link_libraries(vmperf_${name} ${scope} ${deps})
  if(EXISTS ${dir}/include)
    install(DIRECTORY ${dir}/include/ DESTINATION vmperf/include
            FILES_MATCHING PATTERN "*.hpp" PATTERN "*.inl" PATTERN "*.h")
  endif()

  file(GLOB shared CONFIGURE_DEPENDS ${dir}/api*.cpp)
  file(GLOB designs CONFIGURE_DEPENDS ${dir}/designs*.cpp)
  file(GLOB benches CONFIGURE_DEPENDS ${dir}/benches*.cpp)
  if(name STREQUAL "peers") # one file per peer
    file(GLOB designs CONFIGURE_DEPENDS ${dir}/*.cpp)
  endif()
  set(declaring ${designs} ${benches})
  if(declaring)
    vmperf_objects(vmperf_${name}_benches ${declaring} ${shared})
    target_link_libraries(vmperf_${name}_benches PRIVATE vmperf_${name} ${deps} vmperf_bench)
    if(name STREQUAL "peers") # header code that includes its user's file once per instruction set
      target_include_directories(vmperf_${name}_benches PRIVATE ${dir})
    endif()
    # Every timed loop starts on a cache line: one of a cycle takes two where it crosses one.
    target_compile_options(vmperf_${name}_benches PRIVATE -falign-functions=64 -falign-loops=64
                           -falign-jumps=64 -Wno-ignored-optimization-argument) # clang has no jumps
    vmperf_list_files(vmperf_declares_inc "VMPERF_DECLARES(${name}, @)" ${declaring})
  endif()

  file(GLOB binds CONFIGURE_DEPENDS ${dir}/bind*.cpp)
  if(binds AND VMPERF_PYTHON)
    file(GLOB glue CONFIGURE_DEPENDS ${dir}/glue*.cpp)
    vmperf_objects(vmperf_${name}_bind ${binds} ${glue})
    target_link_libraries(vmperf_${name}_bind PRIVATE vmperf_${name} pybind11::module)
    vmperf_precompile_pybind(vmperf_${name}_bind)
    vmperf_embed_docs(${name} ${dir})
    vmperf_write_bind_files(${name} ${binds})
    set_property(GLOBAL APPEND_STRING PROPERTY vmperf_components_inc "VMPERF_BINDS(${name})\n")
  endif()
endfunction()

# Writes what the module includes to declare and to call what the table and its folders hold.
function(vmperf_write_lists)
  foreach(list components declares)
    get_property(text GLOBAL PROPERTY vmperf_${list}_inc)
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/vmperf/${list}.inc CONTENT "${text}")
  endforeach()
endfunction()

# vmperf_client_library(NAME dep...): what C++ clients of a component and of what it depends on link
# to: libvmperf_NAME.a in the wheel under vmperf/lib, the target vmperf::NAME of its configuration.
# A static one, since only the C face of a shared library is visible.
function(vmperf_client_library name)
  set(objects "$<TARGET_OBJECTS:vmperf_${name}>")
  foreach(dep IN LISTS ARGN)
    list(APPEND objects "$<TARGET_OBJECTS:vmperf_${dep}>")
  endforeach()
  add_library(vmperf_${name}_client STATIC ${objects})
  set_target_properties(vmperf_${name}_client PROPERTIES OUTPUT_NAME vmperf_${name}
                                                         LINKER_LANGUAGE CXX)
  install(TARGETS vmperf_${name}_client ARCHIVE DESTINATION vmperf/lib)
endfunction()

# vmperf_program(NAME PROGRAM dep...): NAME/programs/*.cpp as the executable vmperf/bin/PROGRAM of
# the wheel. It sees the headers of these components alone and links to none of ours, so that it is
# the same program whatever is preloaded; no compiler elides its calls of malloc.
function(vmperf_program name program)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/programs/*.cpp)
  add_executable(${program} ${sources})
  target_compile_options(${program} PRIVATE -fno-builtin)
  target_link_libraries(${program} PRIVATE vmperf_options Threads::Threads)
  foreach(dep IN LISTS ARGN)
    target_include_directories(${program} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/${dep}/include)
  endforeach()
  install(TARGETS ${program} RUNTIME DESTINATION vmperf/bin)
endfunction()

# vmperf_preload_library(NAME PART LIBRARY dep...): NAME/src/PART/*.cpp and the objects of dep... as
# the shared library vmperf/lib/libLIBRARY.so, for LD_PRELOAD. The C++ library is within it, out of
# sight, so that a program in C does not load one; exports.map beside the sources says what is seen
# at all: templates of the standard library must not stand in for those of the program.
function(vmperf_preload_library name part library)
  if(VMPERF_SANITIZE) # which has a malloc of its own, and must come first
    return()
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/src/${part}/*.cpp)
  set(exports ${CMAKE_CURRENT_SOURCE_DIR}/${name}/src/${part}/exports.map)
  list(TRANSFORM ARGN PREPEND vmperf_ OUTPUT_VARIABLE deps)
  set(target ${library}_preload)
  add_library(${target} SHARED ${sources})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${library})
  target_compile_options(${target} PRIVATE -fno-builtin-malloc -fno-builtin-calloc
                         -fno-builtin-realloc -fno-builtin-free)
  target_include_directories(${target} PRIVATE ${CMAKE_BINARY_DIR}/generated) # vmperf/version.hpp
  target_link_libraries(${target} PRIVATE vmperf_options ${deps} Threads::Threads ${CMAKE_DL_LIBS})
  target_link_options(${target} PRIVATE -static-libstdc++ -static-libgcc
                      -Wl,--gc-sections -Wl,-z,now -Wl,--version-script=${exports})
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${exports})
  install(TARGETS ${target} LIBRARY DESTINATION vmperf/lib)
endfunction()

# vmperf_bare_library(NAME file...): src/c/*.cpp and these of other components as libvmperf_NAME.so
# in the wheel under vmperf/lib, to be loaded before a program's own libraries. It needs the C
# library alone, so that a program in C gets nothing else: no exceptions, no run-time types.
function(vmperf_bare_library name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/src/c/*.cpp)
  list(TRANSFORM ARGN PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  add_library(vmperf_${name}_c SHARED ${sources} ${ARGN})
  set_target_properties(vmperf_${name}_c PROPERTIES OUTPUT_NAME vmperf_${name})
  target_link_libraries(vmperf_${name}_c PRIVATE vmperf_options Threads::Threads ${CMAKE_DL_LIBS})
  foreach(dep IN ITEMS ${name} os base)
    target_include_directories(vmperf_${name}_c PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/${dep}/include)
  endforeach()
  target_compile_options(vmperf_${name}_c PRIVATE -fno-exceptions -fno-rtti -fno-builtin-malloc
                         -fno-builtin-calloc -fno-builtin-realloc -fno-builtin-free
                         -fno-sanitize=all)
  target_link_options(vmperf_${name}_c PRIVATE -fno-sanitize=all -Wl,--as-needed -Wl,--no-undefined
                      -Wl,-z,now)
  install(TARGETS vmperf_${name}_c LIBRARY DESTINATION vmperf/lib)
endfunction()
