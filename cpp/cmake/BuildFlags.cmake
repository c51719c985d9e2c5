# vmperf_describe_build(FILE): tells one source file of vmperf_os how everything is compiled, as the
# definitions VMPERF_BUILD_COMPILER, _FLAGS and _TYPE. A property of the file, so nothing else is
# compiled again when a flag changes.
function(vmperf_describe_build file)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" config)
  set(flags "-std=c++${CMAKE_CXX_STANDARD} ${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${config}}")
  if(VMPERF_SANITIZE)
    string(APPEND flags " -fsanitize=${VMPERF_SANITIZE}")
  endif()
  string(REGEX REPLACE "[ \t]+" " " flags "${flags}")
  string(STRIP "${flags}" flags)
  set(type "${CMAKE_BUILD_TYPE}")
  if(NOT type)
    set(type "none")
  endif()
  set_property(SOURCE ${file} TARGET_DIRECTORY vmperf_os APPEND PROPERTY COMPILE_DEFINITIONS
               "VMPERF_BUILD_COMPILER=\"${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}\""
               "VMPERF_BUILD_FLAGS=\"${flags}\"" "VMPERF_BUILD_TYPE=\"${type}\"")
endfunction()
