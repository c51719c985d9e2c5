// Comparisons and scans that return numbers or arrays, and the copy of rows.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <memory>
#include <tuple>
#include <vector>

#include "bind_buffer.hpp"
#include "bind_fastcall.hpp"
#include "bind_scan.docs.hpp"
#include "vmperf/memops/copy.hpp"
#include "vmperf/memops/scan.hpp"

namespace vmperf::memops {
namespace {

int compare_buffers(const BufferArg &a, const BufferArg &b) {
  View left(a, "a");
  View right(b, "b", Access::read, &left);
  const std::size_t n = same_size(left, right);
  const int sign = run(n, [&] { return compare(left.data(), right.data(), n); }, left, right);
  return (sign > 0 ? 1 : 0) - (sign < 0 ? 1 : 0);
}

py::ssize_t mismatch_of(const BufferArg &a, const BufferArg &b) {
  View left(a, "a");
  View right(b, "b", Access::read, &left);
  const std::size_t n = same_size(left, right);
  const std::size_t at =
      run(n, [&] { return mismatch(left.data(), right.data(), n); }, left, right);
  return at == n ? -1 : static_cast<py::ssize_t>(at);
}

std::size_t page_of(const IntArg &page) {
  const std::size_t bytes = to_size(page.ptr(), "page", PY_SSIZE_T_MAX);
  if (bytes == 0) {
    throw InvalidArgumentError("page", "0", "1 or more bytes");
  }
  return bytes;
}

py::array_t<bool> zero_pages_of(const BufferArg &buf, const IntArg &page) {
  const std::size_t page_bytes = page_of(page);
  View view(buf, "buf");
  view.hold(); // making an array may run Python code
  py::array_t<bool> zero(static_cast<py::ssize_t>(page_count(view.size(), page_bytes)));
  const std::span<bool> out(zero.mutable_data(), static_cast<std::size_t>(zero.size()));
  run(view.size(), [&] { zero_pages(view.data(), view.size(), page_bytes, out); }, view);
  return zero;
}

py::array_t<std::int64_t> page_diff_of(const BufferArg &a, const BufferArg &b, const IntArg &page) {
  const std::size_t page_bytes = page_of(page);
  View left(a, "a");
  View right(b, "b", Access::read, &left);
  const std::size_t n = same_size(left, right);
  auto found = std::make_unique<std::vector<std::uint64_t>>(
      run(n, [&] { return page_diff(left.data(), right.data(), n, page_bytes); }, left, right));
  const auto size = static_cast<py::ssize_t>(found->size());
  // NumPy's index type: the same bits, since no index reaches 2^63.
  const auto *data = reinterpret_cast<const std::int64_t *>(found->data());
  const py::capsule base(found.get(),
                         [](void *p) { delete static_cast<std::vector<std::uint64_t> *>(p); });
  std::ignore = found.release(); // the capsule's now
  return py::array_t<std::int64_t>(size, data, base);
}

// Whether rows that lie a stride apart end inside the buffer; strides below a row are the core's.
void check_rows(const View &view, const char *stride_name, std::size_t rows, std::size_t n,
                std::size_t stride) {
  std::size_t end = 0;
  if (rows == 0 || n == 0 || (rows > 1 && stride < n)) {
    return;
  }
  if (__builtin_mul_overflow(rows - 1, stride, &end) || __builtin_add_overflow(end, n, &end) ||
      end > view.size()) {
    throw InvalidArgumentError(stride_name, std::to_string(stride),
                               std::to_string(rows) + " rows of " + std::to_string(n) +
                                   " bytes within the " + std::to_string(view.size()) +
                                   " bytes of " + view.name());
  }
}

void copy_rows(const BufferArg &to, const BufferArg &from, const IntArg &n_rows,
               const IntArg &nbytes, const IntArg &to_stride, const IntArg &from_stride) {
  const std::size_t rows = to_size(n_rows.ptr(), "rows", PY_SSIZE_T_MAX);
  const std::size_t n = to_size(nbytes.ptr(), "nbytes", PY_SSIZE_T_MAX);
  const std::size_t dst_stride = to_size(to_stride.ptr(), "dst_stride", PY_SSIZE_T_MAX);
  const std::size_t src_stride = to_size(from_stride.ptr(), "src_stride", PY_SSIZE_T_MAX);
  View dst(to, "dst", Access::write);
  View src(from, "src", Access::read, &dst);
  check_rows(dst, "dst_stride", rows, n, dst_stride);
  check_rows(src, "src_stride", rows, n, src_stride);
  const std::size_t work = n == 0 ? 0 : std::min(dst.size(), src.size());
  const std::size_t least_rows = n == 0 ? 0 : rows; // an empty row is no row
  run(
      work, [&] { copy_2d(dst.data(), src.data(), least_rows, n, dst_stride, src_stride); }, dst,
      src);
}

void bind_compare(py::module_ &m) {
  m.def("compare", &compare_buffers, py::arg("a"), py::arg("b"), docs::compare);
  m.def("mismatch", &mismatch_of, py::arg("a"), py::arg("b"), docs::mismatch);
}

void bind_pages(py::module_ &m) {
  m.def("zero_pages", &zero_pages_of, py::arg("buf"), py::arg("page") = 4096, docs::zero_pages);
  m.def("page_diff", &page_diff_of, py::arg("a"), py::arg("b"), py::arg("page") = 4096,
        docs::page_diff);
}

} // namespace

void bind_scan(py::module_ &m) {
  bind_compare(m);
  bind_pages(m);
  m.def("copy_2d", &copy_rows, py::arg("dst"), py::arg("src"), py::arg("rows"), py::arg("nbytes"),
        py::arg("dst_stride"), py::arg("src_stride"), docs::copy_2d);
}

} // namespace vmperf::memops
