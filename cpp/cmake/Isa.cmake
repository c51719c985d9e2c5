# src/isa/NAME.cpp is code for one instruction set, behind run-time dispatch: compiled on its own
# architecture alone, with the flags of its name here. A unit that is not listed is for any CPU.
set(vmperf_isa_x86_64 sse2 avx2 avx2_crc32c avx512 avx512_batch avx512_crc32c)
set(vmperf_isa_aarch64 neon neon_crc32c)
# -mno-red-zone: x86_few.inl writes there.
set(vmperf_isa_flags_sse2 -mno-red-zone)
set(vmperf_isa_flags_avx2 -mno-red-zone -mavx2 -mbmi -mbmi2)
# GCC's own header reads a register that it leaves undefined on purpose.
set(vmperf_isa_flags_avx512 -mno-red-zone -mavx2 -mbmi -mbmi2 -mavx512f -mavx512bw -mavx512vl
    -Wno-uninitialized $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
# Registers 16 to 31 alone: 128-bit code of others has no part in them, so no return needs a
# vzeroupper before it. Clang has no such flag, and is right without.
foreach(number RANGE 15)
  list(APPEND vmperf_isa_flags_avx512 $<$<CXX_COMPILER_ID:GNU>:-ffixed-xmm${number}>)
endforeach()
set(vmperf_isa_flags_avx512_batch -mavx2 -mbmi -mbmi2 -mavx512f -mavx512bw -mavx512vl
    -Wno-uninitialized $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
set(vmperf_isa_flags_avx2_crc32c -mavx2 -mpclmul)
set(vmperf_isa_flags_avx512_crc32c -mavx2 -mbmi -mbmi2 -mpclmul -mavx512f -mavx512bw -mavx512vl
    -mavx512vbmi -mvpclmulqdq -Wno-uninitialized
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
set(vmperf_isa_flags_neon_crc32c -march=armv8-a+crc+crypto)
# Loops and functions start on a line of the op cache: a loop of 128 bytes a turn that crosses one
# takes half as long again. -fno-builtin and the next: no loop of ours becomes a call of the memcpy
# that it replaces.
set(vmperf_isa_flags_all -O3 -falign-functions=64 -falign-loops=64 -fno-builtin
    $<$<CXX_COMPILER_ID:GNU>:-fno-tree-loop-distribute-patterns>)
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  list(REMOVE_ITEM vmperf_isa_flags_all -O3)
endif()

string(TOLOWER "${CMAKE_SYSTEM_PROCESSOR}" vmperf_processor)
string(REGEX REPLACE "^amd64$" "x86_64" vmperf_processor "${vmperf_processor}")
string(REGEX REPLACE "^arm64$" "aarch64" vmperf_processor "${vmperf_processor}")

# vmperf_isa_sources(OUT file...): those of this architecture, with their flags set.
function(vmperf_isa_sources out)
  set(kept "")
  foreach(file IN LISTS ARGN)
    get_filename_component(isa ${file} NAME_WE)
    if((isa IN_LIST vmperf_isa_x86_64 AND NOT vmperf_processor STREQUAL "x86_64") OR
       (isa IN_LIST vmperf_isa_aarch64 AND NOT vmperf_processor STREQUAL "aarch64"))
      continue()
    endif()
    set_property(SOURCE ${file} APPEND PROPERTY COMPILE_OPTIONS ${vmperf_isa_flags_all}
                 ${vmperf_isa_flags_${isa}})
    list(APPEND kept ${file})
  endforeach()
  set(${out} "${kept}" PARENT_SCOPE)
endfunction()

# vmperf_c_library(NAME dep...): src/c/*.cpp, the component's C face, as the shared library
# libvmperf_NAME in the wheel under vmperf/lib: with the objects of the component and of what it
# depends on, without Python.
function(vmperf_c_library name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/src/c/*.cpp)
  list(TRANSFORM ARGN PREPEND vmperf_ OUTPUT_VARIABLE deps)
  add_library(vmperf_${name}_c SHARED ${sources})
  set_target_properties(vmperf_${name}_c PROPERTIES OUTPUT_NAME vmperf_${name})
  target_link_libraries(vmperf_${name}_c PRIVATE vmperf_options vmperf_${name} ${deps}
                                                 Threads::Threads ${CMAKE_DL_LIBS})
  if(NOT VMPERF_SANITIZE) # whose symbols the program brings
    target_link_options(vmperf_${name}_c PRIVATE -Wl,--no-undefined)
  endif()
  install(TARGETS vmperf_${name}_c LIBRARY DESTINATION vmperf/lib)
endfunction()
