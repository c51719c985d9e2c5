# Warnings and sanitizers for every target of our own.
add_library(vmperf_options INTERFACE)
target_compile_options(vmperf_options INTERFACE -Wall -Wextra -Wconversion -Wshadow -Werror
                       -fvisibility=hidden -ffile-prefix-map=${CMAKE_SOURCE_DIR}=vmperf)
if(VMPERF_CHECKS)
  target_compile_definitions(vmperf_options INTERFACE VMPERF_CHECKS=1)
endif()
if(VMPERF_SANITIZE)
  target_compile_options(vmperf_options INTERFACE -fsanitize=${VMPERF_SANITIZE}
                         -fno-omit-frame-pointer)
  target_link_options(vmperf_options INTERFACE -fsanitize=${VMPERF_SANITIZE})
endif()
