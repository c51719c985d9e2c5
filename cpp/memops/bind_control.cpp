// Levels, thresholds and the C library's path. What is kept on disk is Python's:
// vmperf._thresholds.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/typing.h>

#include <optional>
#include <string>
#include <vector>

#include "bind_buffer.hpp"
#include "bind_fastcall.hpp"
#include "vmperf/memops/level.hpp"
#include "vmperf/memops/thresholds.hpp"

namespace vmperf::memops {
namespace {

using Numbers = py::typing::Dict<py::str, py::int_>;

bool g_settled = false;

/// The level before set_simd_level(), to come back to.
class LevelChange {
public:
  explicit LevelChange(const std::string &name) : before_(set_simd_level(name)) {}
  void restore() const { set_simd_level(before_); }
  [[nodiscard]] std::string before() const { return std::string(name_of(before_)); }

private:
  Level before_;
};

Numbers to_dict(const Thresholds &values) {
  Numbers out;
  out["stream_copy_bytes"] = values.stream_copy_bytes;
  out["stream_fill_bytes"] = values.stream_fill_bytes;
  out["measured"] = values.measured;
  return out;
}

using Bytes = std::optional<IntArg>;

void set_some_thresholds(const Bytes &copy, const Bytes &fill, bool measured) {
  Thresholds values = thresholds();
  if (copy) {
    values.stream_copy_bytes = to_size(copy->ptr(), "stream_copy_bytes", SIZE_MAX);
  }
  if (fill) {
    values.stream_fill_bytes = to_size(fill->ptr(), "stream_fill_bytes", SIZE_MAX);
  }
  values.measured = measured;
  set_thresholds(values);
  g_settled = true;
}

Numbers measure_thresholds() {
  Thresholds found{};
  {
    const py::gil_scoped_release released;
    found = calibrate();
  }
  g_settled = true;
  return to_dict(found);
}

Numbers calibrate_with_cache(bool cached) {
  return py::module_::import("vmperf._thresholds").attr("calibrate")(py::arg("cached") = cached);
}

std::string library_path() {
  // CMake installs it beside the native module, also in an editable install.
  const auto core = py::module_::import("vmperf._core").attr("__file__").cast<std::string>();
  return core.substr(0, core.rfind('/')) + "/lib/libvmperf_memops.so";
}

void bind_levels(py::module_ &m) {
  py::class_<LevelChange>(m, "LevelChange", R"doc(What `set_simd_level` did, to be undone.

Leaving a ``with`` block brings back the level from before.

Examples
--------
>>> from vmperf import memops
>>> with memops.set_simd_level("scalar") as change:
...     memops.simd_level()
'scalar'
>>> change.before == memops.simd_level()
True
)doc")
      .def_property_readonly("before", &LevelChange::before, "The level before.")
      .def(
          "__enter__", [](LevelChange &change) -> LevelChange & { return change; },
          py::return_value_policy::reference)
      .def("__exit__",
           [](const LevelChange &change, const py::args & /*exception*/) { change.restore(); });
  m.def(
      "simd_level", [] { return std::string(name_of(simd_level())); },
      R"doc(The instruction-set level in use.

Returns
-------
str
    The best that the CPU has, or what ``VMPERF_SIMD`` or `set_simd_level` chose.

Raises
------
InvalidArgumentError
    At the first use, if ``VMPERF_SIMD`` names no level.
UnsupportedError
    At the first use, if ``VMPERF_SIMD`` names a level that the CPU lacks.

Examples
--------
>>> from vmperf import memops
>>> memops.simd_level() in memops.available_levels()
True
)doc");
  m.def(
      "set_simd_level", [](const py::str &name) { return LevelChange(name.cast<std::string>()); },
      py::arg("name"),
      R"doc(Use another instruction-set level, in the whole process.

Parameters
----------
name : str
    One of `available_levels`.

Returns
-------
LevelChange
    A context manager that brings the level from before back; may be ignored.

Raises
------
InvalidArgumentError
    If there is no such level; the message lists them.
UnsupportedError
    If the CPU or the build lacks it.
TypeError
    If the name is no str.

Notes
-----
O(1). Operations under way on other threads, and plans, go on with the level that they began with.

Examples
--------
>>> from vmperf import memops
>>> with memops.set_simd_level("scalar"):
...     memops.is_zero(bytes(100))
True
)doc");
  m.def(
      "available_levels",
      [] {
        std::vector<std::string> names;
        for (const Level level : available_levels()) {
          names.emplace_back(name_of(level));
        }
        return names;
      },
      R"doc(The levels that `set_simd_level` takes here.

Returns
-------
list of str
    Of 'scalar', 'sse2', 'avx2', 'avx512', 'neon', slowest first.

Examples
--------
>>> from vmperf import memops
>>> memops.available_levels()[0]
'scalar'
)doc");
}

void bind_thresholds(py::module_ &m) {
  m.def(
      "thresholds", [] { return to_dict(thresholds()); },
      R"doc(From which sizes on copies and fills with hint 'auto' go past the caches.

Returns
-------
dict
    ``stream_copy_bytes`` and ``stream_fill_bytes``, in bytes, and ``measured``: whether they come
    from `calibrate` and not from an assumption or from `set_thresholds`.

Examples
--------
>>> from vmperf import memops
>>> sorted(memops.thresholds())
['measured', 'stream_copy_bytes', 'stream_fill_bytes']
)doc");
  m.def(
      "set_thresholds",
      [](const Bytes &copy, const Bytes &fill) { set_some_thresholds(copy, fill, false); },
      py::kw_only(), py::arg("stream_copy_bytes") = py::none(),
      py::arg("stream_fill_bytes") = py::none(),
      R"doc(Set from which sizes on copies and fills go past the caches.

Parameters
----------
stream_copy_bytes, stream_fill_bytes : int, optional
    Size in bytes, 4096 to 2**64 - 1; a size that is never reached turns it off. None leaves the
    value as it is.

Raises
------
InvalidArgumentError
    If a size is out of range; then nothing is set.
TypeError
    If a size is no integer.

Notes
-----
O(1), for the whole process. No measurement replaces the values but `calibrate`, called by its name.

Examples
--------
>>> from vmperf import memops
>>> memops.set_thresholds(stream_copy_bytes=2**24, stream_fill_bytes=2**24)
>>> memops.thresholds()["stream_copy_bytes"]
16777216
)doc");
  m.def("calibrate", &calibrate_with_cache, py::kw_only(), py::arg("cached") = true,
        R"doc(Measure from which sizes on streaming pays, and use that.

Parameters
----------
cached : bool
    Take what was measured before on this machine, for this level, where it is on disk.

Returns
-------
dict
    As `thresholds`.

Raises
------
CapacityError, OsError
    If there is no memory for the measurement; then nothing is set.

Notes
-----
About 100 ms and 32 MiB where it measures; the GIL is released. The result is kept in
``VMPERF_CACHE``, else the user's cache folder. A file there that cannot be read or written is no
error: then it is
measured again.

Examples
--------
>>> from vmperf import memops
>>> memops.calibrate()["measured"] == 1
True
)doc");
  // For vmperf._thresholds alone.
  m.def("_measure_thresholds", &measure_thresholds, "Measure, set and return the thresholds.");
  m.def(
      "_use_measured",
      [](const Bytes &copy, const Bytes &fill) { set_some_thresholds(copy, fill, true); },
      py::arg("stream_copy_bytes"), py::arg("stream_fill_bytes"),
      "Set thresholds that were measured before.");
}

} // namespace

void settle_thresholds() {
  if (g_settled) {
    return;
  }
  g_settled = true; // once: where it fails, the assumed values stay
  py::module_::import("vmperf._thresholds").attr("settle")();
}

void bind_control(py::module_ &m) {
  bind_levels(m);
  bind_thresholds(m);
  m.def("library_path", &library_path,
        R"doc(Path of the shared library with the C face.

Returns
-------
str
    Path of ``libvmperf_memops.so``: ``vmperf_memcpy``, ``vmperf_memmove``, ``vmperf_memset``,
    ``vmperf_memcmp``, ``vmperf_memchr``; header ``<vmperf/memops/memops.h>``.

Examples
--------
>>> from vmperf import memops
>>> import ctypes
>>> bool(ctypes.CDLL(memops.library_path()).vmperf_memcpy)
True
)doc");
}

} // namespace vmperf::memops
