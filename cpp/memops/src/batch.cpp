#include "vmperf/memops/batch.hpp"

#include <string>

namespace vmperf::memops {
namespace {

std::string element(const char *name, std::size_t index) {
  return std::string(name) + "[" + std::to_string(index) + "]";
}

// Where there are offsets: the first element whose [off, off + n) leaves [0, limit) is an error.
void throw_if_bad(const char *side, const std::uint64_t *off, Offsets n, std::size_t limit) {
  for (std::size_t i = 0; off != nullptr && i < n.size(); ++i) {
    if (n[i] > limit || off[i] > limit - n[i]) {
      throw BadElementError(element(side, i), i,
                            std::to_string(off[i]) + " with n[" + std::to_string(i) +
                                "] = " + std::to_string(n[i]),
                            "offset + n at most the buffer's " + std::to_string(limit) + " bytes");
    }
  }
}

void check_lengths(const char *name, Offsets off, Offsets n) {
  if (off.size() != n.size()) {
    throw InvalidArgumentError("the length of " + std::string(name), std::to_string(off.size()),
                               std::to_string(n.size()) + ", the length of n");
  }
}

/// Refuses an element that leaves a side with offsets; notes whether all n are equal.
void check_bounds(const Ops &table, Batch &batch) {
  const BatchFacts facts = batch.count > 0 ? table.check_batch(batch) : BatchFacts{false, true};
  batch.same_n = facts.same_n;
  if (facts.bad) {
    const Offsets n{batch.n, batch.count};
    throw_if_bad("dst_off", batch.dst_off, n, batch.dst_bytes);
    throw_if_bad("src_off", batch.src_off, n, batch.src_bytes);
  }
}

/// The sum of n; an element that does not fit any more is an error.
std::size_t check_packed(const char *side, Offsets n, std::size_t limit) {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < n.size(); ++i) {
    if (n[i] > limit - sum) {
      throw BadElementError(element("n", i), i, std::to_string(n[i]),
                            "at most the " + std::to_string(limit - sum) + " bytes left of " +
                                side);
    }
    sum += n[i];
  }
  return sum;
}

Batch batch_of(std::span<std::byte> dst, std::span<const std::byte> src, Offsets n) {
  Batch batch{};
  batch.dst = reinterpret_cast<unsigned char *>(dst.data());
  batch.src = reinterpret_cast<const unsigned char *>(src.data());
  batch.dst_bytes = dst.size();
  batch.src_bytes = src.size();
  batch.n = n.data();
  batch.count = n.size();
  batch.far = dst.size() > kFarBytes || src.size() > kFarBytes - dst.size();
  return batch;
}

} // namespace

void copy_batch(std::span<std::byte> dst, std::span<const std::byte> src, Offsets dst_off,
                Offsets src_off, Offsets n, Policy policy) {
  check_lengths("dst_off", dst_off, n);
  check_lengths("src_off", src_off, n);
  const Ops &table = ops();
  Batch batch = batch_of(dst, src, n);
  batch.dst_off = dst_off.data();
  batch.src_off = src_off.data();
  check_bounds(table, batch);
  if (batch.count > 0) {
    table.copy_batch(policy)(batch);
  }
}

std::size_t gather(std::span<std::byte> dst, std::span<const std::byte> src, Offsets src_off,
                   Offsets n, Policy policy) {
  check_lengths("src_off", src_off, n);
  const Ops &table = ops();
  Batch batch = batch_of(dst, src, n);
  batch.src_off = src_off.data();
  check_bounds(table, batch);
  const std::size_t bytes = check_packed("dst", n, dst.size());
  if (batch.count > 0) {
    table.copy_batch(policy)(batch);
  }
  return bytes;
}

std::size_t scatter(std::span<std::byte> dst, std::span<const std::byte> src, Offsets dst_off,
                    Offsets n, Policy policy) {
  check_lengths("dst_off", dst_off, n);
  const Ops &table = ops();
  Batch batch = batch_of(dst, src, n);
  batch.dst_off = dst_off.data();
  check_bounds(table, batch);
  const std::size_t bytes = check_packed("src", n, src.size());
  if (batch.count > 0) {
    table.copy_batch(policy)(batch);
  }
  return bytes;
}

} // namespace vmperf::memops
