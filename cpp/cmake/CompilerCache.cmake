# Where CMAKE_CXX_COMPILER_LAUNCHER is ccache, all trees share its objects: this one, copies of it
# (wheel, comparisons, tests) and clones. Paths of the tree are no part of the key, whichever folder
# it lies in; paths outside, such as the system's headers, stay as they are, since a tree at another
# depth would have other ones. What the environment sets wins.
get_filename_component(vmperf_launcher "${CMAKE_CXX_COMPILER_LAUNCHER}" NAME)
if(vmperf_launcher STREQUAL "ccache" AND NOT DEFINED ENV{CCACHE_BASEDIR})
  set(CMAKE_CXX_COMPILER_LAUNCHER
      env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()
