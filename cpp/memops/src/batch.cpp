#include "vmperf/memops/batch.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <string>
#include <vector>

namespace vmperf::memops {
namespace {

std::string element(const char *name, std::size_t index) {
  return std::string(name) + "[" + std::to_string(index) + "]";
}

// How many elements are read at once. The kernels see copies of the caller's numbers: what was
// checked is what is used, whatever the batch itself or another thread writes to those meanwhile.
// 6 KiB that stay in the first-level cache; reading and testing is a pass of its own over them.
constexpr std::size_t kPiece = 256;
using Numbers = std::array<std::uint64_t, kPiece>;

// Where there are offsets: the first element whose [off, off + n) leaves [0, limit) is an error.
void throw_if_bad(const char *side, const std::uint64_t *off, const Batch &batch, std::size_t limit,
                  std::size_t first) {
  for (std::size_t i = 0; off != nullptr && i < batch.count; ++i) {
    const std::uint64_t at = off[i];
    const std::uint64_t n = batch.n[i];
    if (n > limit || at > limit - n) {
      throw BadElementError(element(side, first + i), first + i,
                            std::to_string(at) + " with n[" + std::to_string(first + i) +
                                "] = " + std::to_string(n),
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

/// The sum of n; an element that does not fit any more is an error.
std::size_t check_packed(const char *side, const Batch &batch, std::size_t limit,
                         std::size_t first) {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < batch.count; ++i) {
    const std::uint64_t n = batch.n[i];
    if (n > limit - sum) {
      throw BadElementError(element("n", first + i), first + i, std::to_string(n),
                            "at most the " + std::to_string(limit - sum) + " bytes left of " +
                                side);
    }
    sum += n;
  }
  return sum;
}

/// Refuses an element that leaves a side; notes whether all n are equal. Returns the sum of n where
/// a side is packed. `first` is the number of the first element.
std::size_t check(const Ops &table, Batch &batch, std::size_t first) {
  const BatchFacts facts = table.check_batch(batch);
  batch.same_n = facts.same_n;
  if (facts.bad) {
    throw_if_bad("dst_off", batch.dst_off, batch, batch.dst_bytes, first);
    throw_if_bad("src_off", batch.src_off, batch, batch.src_bytes, first);
  }
  if (batch.dst_off == nullptr) {
    return check_packed("dst", batch, batch.dst_bytes, first);
  }
  return batch.src_off == nullptr ? check_packed("src", batch, batch.src_bytes, first) : 0;
}

const std::uint64_t *keep(Numbers &to, const std::uint64_t *from, std::size_t count) {
  std::memcpy(to.data(), from, count * sizeof(std::uint64_t));
  return to.data();
}

/// Returns the bytes of a packed side.
std::size_t run(const Ops &table, Policy policy, Batch batch) {
  if (batch.count > kPiece) { // all of it before the first byte moves
    static_cast<void>(check(table, batch, 0));
  }
  Numbers dst_off; // NOLINT(cppcoreguidelines-pro-type-member-init): written before it is read
  Numbers src_off; // NOLINT(cppcoreguidelines-pro-type-member-init)
  Numbers n;       // NOLINT(cppcoreguidelines-pro-type-member-init)
  std::size_t packed = 0;
  for (std::size_t at = 0; at < batch.count; at += kPiece) {
    Batch piece = batch;
    piece.count = std::min(kPiece, batch.count - at);
    piece.n = keep(n, batch.n + at, piece.count);
    if (batch.dst_off != nullptr) {
      piece.dst_off = keep(dst_off, batch.dst_off + at, piece.count);
    } else {
      piece.dst += packed;
      piece.dst_bytes -= packed;
    }
    if (batch.src_off != nullptr) {
      piece.src_off = keep(src_off, batch.src_off + at, piece.count);
    } else {
      piece.src += packed;
      piece.src_bytes -= packed;
    }
    packed += check(table, piece, at);
    table.copy_batch(policy)(piece);
  }
  return packed;
}

/// Numbers of the caller; a copy of them where the batch would write to them between two pieces.
class Kept {
public:
  Kept(Offsets given, std::span<const std::byte> dst) : numbers_(given) {
    const auto place = [](const void *p) { return reinterpret_cast<std::uintptr_t>(p); };
    if (given.size() > kPiece && place(given.data()) < place(dst.data()) + dst.size() &&
        place(dst.data()) < place(given.data()) + given.size_bytes()) {
      try {
        copy_.assign(given.begin(), given.end());
      } catch (const std::bad_alloc &) {
        throw CapacityError("no memory for a copy of offsets that lie in dst", given.size_bytes(),
                            ~std::size_t{0});
      }
      numbers_ = copy_;
    }
  }
  [[nodiscard]] const std::uint64_t *data() const noexcept { return numbers_.data(); }

private:
  std::vector<std::uint64_t> copy_;
  Offsets numbers_;
};

Batch batch_of(std::span<std::byte> dst, std::span<const std::byte> src, const Kept &n,
               std::size_t count) {
  Batch batch{};
  batch.dst = reinterpret_cast<unsigned char *>(dst.data());
  batch.src = reinterpret_cast<const unsigned char *>(src.data());
  batch.dst_bytes = dst.size();
  batch.src_bytes = src.size();
  batch.n = n.data();
  batch.count = count;
  batch.far = dst.size() > kFarBytes || src.size() > kFarBytes - dst.size();
  return batch;
}

} // namespace

void copy_batch(std::span<std::byte> dst, std::span<const std::byte> src, Offsets dst_off,
                Offsets src_off, Offsets n, Policy policy) {
  check_lengths("dst_off", dst_off, n);
  check_lengths("src_off", src_off, n);
  const Kept sizes(n, dst);
  const Kept to(dst_off, dst);
  const Kept from(src_off, dst);
  Batch batch = batch_of(dst, src, sizes, n.size());
  batch.dst_off = to.data();
  batch.src_off = from.data();
  static_cast<void>(run(ops(), policy, batch));
}

std::size_t gather(std::span<std::byte> dst, std::span<const std::byte> src, Offsets src_off,
                   Offsets n, Policy policy) {
  check_lengths("src_off", src_off, n);
  const Kept sizes(n, dst);
  const Kept from(src_off, dst);
  Batch batch = batch_of(dst, src, sizes, n.size());
  batch.src_off = from.data();
  return run(ops(), policy, batch);
}

std::size_t scatter(std::span<std::byte> dst, std::span<const std::byte> src, Offsets dst_off,
                    Offsets n, Policy policy) {
  check_lengths("dst_off", dst_off, n);
  const Kept sizes(n, dst);
  const Kept to(dst_off, dst);
  Batch batch = batch_of(dst, src, sizes, n.size());
  batch.dst_off = to.data();
  return run(ops(), policy, batch);
}

} // namespace vmperf::memops
