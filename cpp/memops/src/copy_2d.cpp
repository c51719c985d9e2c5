#include <string>

#include "vmperf/base/error.hpp"
#include "vmperf/memops/copy.hpp"

namespace vmperf::memops {
namespace {

void check_side(const char *name, std::size_t rows, std::size_t n, std::size_t stride) {
  std::size_t extent = 0;
  if (rows > 1 && stride < n) {
    throw InvalidArgumentError(name, std::to_string(stride),
                               "at least the " + std::to_string(n) + " bytes of a row");
  }
  if (rows > 1 && (__builtin_mul_overflow(rows - 1, stride, &extent) ||
                   __builtin_add_overflow(extent, n, &extent))) {
    throw InvalidArgumentError(name, std::to_string(stride),
                               "an extent of rows * stride below 2^64");
  }
}

} // namespace

void copy_2d(void *dst, const void *src, std::size_t rows, std::size_t n, std::size_t dst_stride,
             std::size_t src_stride, Policy policy) {
  check_side("dst_stride", rows, n, dst_stride);
  check_side("src_stride", rows, n, src_stride);
  Ops::Copy *row = ops().copy(policy);
  auto *to = static_cast<unsigned char *>(dst);
  const auto *from = static_cast<const unsigned char *>(src);
  for (std::size_t i = 0; i < rows; ++i) {
    row(to + i * dst_stride, from + i * src_stride, n);
  }
}

} // namespace vmperf::memops
