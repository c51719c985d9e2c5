# vmperf_keep_headers(TARGET): the headers of a package lie where its environment does, and pip
# makes one of a new name for each build. A copy in the build tree is where it was: the next
# `pip install .` and a compiler cache then compile what changed alone. What is on the path of the
# compiler stays there.
function(vmperf_keep_headers target)
  get_target_property(dir ${target} INTERFACE_INCLUDE_DIRECTORIES)
  if(NOT IS_DIRECTORY "${dir}" OR dir IN_LIST CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES)
    return()
  endif()
  string(MAKE_C_IDENTIFIER ${target} name)
  set(kept ${CMAKE_BINARY_DIR}/headers/${name})
  file(GLOB_RECURSE headers RELATIVE ${dir} ${dir}/*)
  foreach(header IN LISTS headers)
    get_filename_component(folder ${kept}/${header} DIRECTORY)
    file(MAKE_DIRECTORY ${folder})
    file(COPY_FILE ${dir}/${header} ${kept}/${header} ONLY_IF_DIFFERENT)
  endforeach()
  set_target_properties(${target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES ${kept}
                        INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${kept})
endfunction()
