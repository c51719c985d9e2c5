# Eigen from the Python package cmeel-eigen (its prefix is invisible to find_package in an isolated
# build, so Python is asked where it lies), else the system's.
find_package(Python 3.11 COMPONENTS Interpreter)
if(Python_Interpreter_FOUND)
  execute_process(
    COMMAND ${Python_EXECUTABLE} -c "import importlib.metadata as m, pathlib
f = next(p for p in m.distribution('cmeel-eigen').files if p.name == 'Eigen3Config.cmake')
print(pathlib.Path(f.locate()).resolve().parent)"
    OUTPUT_VARIABLE vmperf_eigen_dir OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(vmperf_eigen_dir)
  find_package(Eigen3 CONFIG REQUIRED PATHS ${vmperf_eigen_dir} NO_DEFAULT_PATH)
else()
  find_package(Eigen3 CONFIG REQUIRED)
endif()
