#include "vmperf/memops/scan.hpp"

#include <algorithm>
#include <string>

#include "vmperf/base/error.hpp"

namespace vmperf::memops {
namespace {

void check_page(std::size_t page_bytes) {
  if (page_bytes == 0) {
    throw InvalidArgumentError("page_bytes", "0", "1 or more");
  }
}

} // namespace

void zero_pages(const void *p, std::size_t n, std::size_t page_bytes, std::span<bool> zero) {
  check_page(page_bytes);
  if (zero.size() != page_count(n, page_bytes)) {
    throw InvalidArgumentError("the size of zero", std::to_string(zero.size()),
                               std::to_string(page_count(n, page_bytes)) + ", one entry per page");
  }
  Ops::IsZero *const is_zero = ops().is_zero;
  const auto *page = static_cast<const unsigned char *>(p);
  for (std::size_t i = 0; i < zero.size(); ++i) {
    const std::size_t at = i * page_bytes;
    zero[i] = is_zero(page + at, std::min(page_bytes, n - at));
  }
}

std::vector<std::uint64_t> page_diff(const void *a, const void *b, std::size_t n,
                                     std::size_t page_bytes) {
  check_page(page_bytes);
  Ops::Mismatch *const mismatch = ops().mismatch;
  const auto *x = static_cast<const unsigned char *>(a);
  const auto *y = static_cast<const unsigned char *>(b);
  std::vector<std::uint64_t> differ;
  std::size_t at = 0;
  while (at < n) { // from one difference straight to the end of its page
    const std::size_t found = at + mismatch(x + at, y + at, n - at);
    if (found == n) {
      break;
    }
    differ.push_back(found / page_bytes);
    const std::size_t rest = page_bytes - found % page_bytes;
    at = n - found <= rest ? n : found + rest;
  }
  return differ;
}

} // namespace vmperf::memops
