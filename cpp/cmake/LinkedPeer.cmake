# vmperf_linked_peer(NAME PACKAGE target...): peers/shared/NAME.cpp, a foreign library that is to be
# linked, as the shared library libvmperf_peer_PACKAGE in the wheel under vmperf/lib, where CMake
# finds the package. The module opens it at run time (its RPATH is there) and never needs it.
function(vmperf_linked_peer name package)
  if(CMAKE_CROSSCOMPILING OR VMPERF_SANITIZE OR NOT VMPERF_PYTHON) # never measured there
    return()
  endif()
  find_package(${package} CONFIG QUIET)
  if(NOT ${package}_FOUND)
    return()
  endif()
  add_library(vmperf_peer_${package} MODULE ${CMAKE_CURRENT_SOURCE_DIR}/peers/shared/${name}.cpp)
  target_compile_options(vmperf_peer_${package} PRIVATE -fvisibility=hidden -falign-functions=64
                                                        -falign-loops=64)
  foreach(seen IN ITEMS base tlb bench) # headers: linked, their objects would come along
    target_include_directories(vmperf_peer_${package} PRIVATE
                               $<TARGET_PROPERTY:vmperf_${seen},INTERFACE_INCLUDE_DIRECTORIES>)
  endforeach()
  target_link_libraries(vmperf_peer_${package} PRIVATE ${ARGN})
  install(TARGETS vmperf_peer_${package} LIBRARY DESTINATION vmperf/lib)
endfunction()
