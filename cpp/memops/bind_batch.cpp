// Batches: many copies in one call.
#include <string>

#include "bind_batch.docs.hpp"
#include "bind_buffer.hpp"
#include "bind_fastcall.hpp"
#include "bind_offsets.hpp"
#include "vmperf/memops/batch.hpp"

namespace vmperf::memops {
namespace {

// The size of a batch only decides about the GIL: a few hundred elements are as long as 64 KiB.
constexpr std::size_t kBytesPerElement = 128;

void copy_batch_of(const BufferArg &to, const BufferArg &from, const OffsetsArg &to_off,
                   const OffsetsArg &from_off, const OffsetsArg &sizes, const py::str &overlap) {
  const auto word = overlap.cast<std::string>();
  if (word != "forbid" && word != "sequential") {
    throw InvalidArgumentError("overlap", "'" + word + "'", "forbid, sequential");
  }
  const OffsetArray dst_off(to_off, "dst_off");
  const OffsetArray src_off(from_off, "src_off");
  const OffsetArray n(sizes, "n");
  View dst(to, "dst", Access::write);
  View src(from, "src", Access::read, &dst);
  if (word == "forbid") {
    check_apart(dst, src, "overlap='sequential' copies in index order");
  }
  run(
      n.values().size() * kBytesPerElement,
      [&] { copy_batch(dst.bytes(), src.bytes(), dst_off.values(), src_off.values(), n.values()); },
      dst, src);
}

std::size_t gather_of(const BufferArg &to, const BufferArg &from, const OffsetsArg &from_off,
                      const OffsetsArg &sizes) {
  const OffsetArray src_off(from_off, "src_off");
  const OffsetArray n(sizes, "n");
  View dst(to, "dst", Access::write);
  View src(from, "src", Access::read, &dst);
  check_apart(dst, src, "gather into another buffer");
  return run(
      n.values().size() * kBytesPerElement,
      [&] { return gather(dst.bytes(), src.bytes(), src_off.values(), n.values()); }, dst, src);
}

std::size_t scatter_of(const BufferArg &to, const BufferArg &from, const OffsetsArg &to_off,
                       const OffsetsArg &sizes) {
  const OffsetArray dst_off(to_off, "dst_off");
  const OffsetArray n(sizes, "n");
  View dst(to, "dst", Access::write);
  View src(from, "src", Access::read, &dst);
  check_apart(dst, src, "scatter into another buffer");
  return run(
      n.values().size() * kBytesPerElement,
      [&] { return scatter(dst.bytes(), src.bytes(), dst_off.values(), n.values()); }, dst, src);
}

} // namespace

void bind_batch(py::module_ &m) {
  m.def("copy_batch", &copy_batch_of, py::arg("dst"), py::arg("src"), py::arg("dst_off"),
        py::arg("src_off"), py::arg("n"), py::arg("overlap") = "forbid", docs::copy_batch);
  m.def("gather", &gather_of, py::arg("dst"), py::arg("src"), py::arg("src_off"), py::arg("n"),
        docs::gather);
  m.def("scatter", &scatter_of, py::arg("dst"), py::arg("src"), py::arg("dst_off"), py::arg("n"),
        docs::scatter);
}

} // namespace vmperf::memops
