// The proofs of the allocator workloads: addresses, stamps, and a trial of a whole face.
#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "vmperf/alloc/api/proof.hpp"
#include "vmperf/os/memory_use.hpp"

namespace vmperf::alloc::proof {
namespace {

constexpr std::size_t kBlocks = 64;            // of each size
constexpr std::size_t kMostBytes = 16U << 20U; // that a trial holds of one size
constexpr std::size_t kChurnBytes = 48U << 20U;
constexpr std::size_t kMostAlignment = 4096;
constexpr std::byte kDirt{0xA5};

std::string place(const Placed &block, std::size_t number) {
  return "block " + std::to_string(number) + " of " + std::to_string(block.size) + " bytes";
}

std::size_t count_for(std::size_t size) {
  return std::clamp<std::size_t>(kMostBytes / size, 2, kBlocks);
}

std::vector<Placed> allocate_all(const Face &face, std::span<const std::size_t> sizes) {
  std::vector<Placed> blocks;
  for (const std::size_t size : sizes) {
    for (std::size_t i = count_for(size); i != 0; --i) {
      blocks.push_back({face.malloc(size), size});
    }
  }
  return blocks;
}

void free_all(const Face &face, std::span<const Placed> blocks) {
  for (const Placed &block : blocks) {
    face.free(block.address);
  }
}

std::string check_written(std::span<const Placed> blocks) {
  if (std::string fault = check_addresses(blocks); !fault.empty()) {
    return fault;
  }
  for (const Placed &block : blocks) {
    write_all(block);
  }
  return check_stamps(blocks);
}

std::string check_usable(const Face &face, std::span<const Placed> blocks) {
  if (face.usable_size != nullptr) {
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      if (face.usable_size(blocks[i].address) < blocks[i].size) {
        return place(blocks[i], i) + " has a usable size of " +
               std::to_string(face.usable_size(blocks[i].address));
      }
    }
  }
  return {};
}

// A block grows to twice its size and shrinks again; what it held stays.
std::string check_realloc(const Face &face, std::span<Placed> blocks) {
  if (face.realloc == nullptr) {
    return {};
  }
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    Placed &block = blocks[i];
    std::memset(block.address, static_cast<int>(i % 251), block.size);
    for (const std::size_t size : {2 * block.size, block.size}) {
      void *moved = face.realloc(block.address, size);
      if (moved == nullptr) {
        return place(block, i) + ": realloc returned null";
      }
      block.address = moved;
      const auto *bytes = static_cast<const unsigned char *>(moved);
      if (std::any_of(bytes, bytes + block.size,
                      [i](unsigned char byte) { return byte != i % 251; })) {
        return place(block, i) + " lost its contents in realloc";
      }
    }
  }
  return {};
}

// Memory that was filled, freed and is asked for as zeros again.
std::string check_zeroed(const Face &face, std::size_t size) {
  if (face.calloc == nullptr) {
    return {};
  }
  for (int round = 0; round < 3; ++round) {
    std::array<std::byte *, 2> blocks{};
    for (std::byte *&block : blocks) {
      block = static_cast<std::byte *>(face.calloc(1, size));
      if (block == nullptr ||
          std::any_of(block, block + size, [](std::byte byte) { return byte != std::byte{0}; })) {
        return "calloc of " + std::to_string(size) + " bytes holds something other than zeros";
      }
      std::fill_n(block, size, kDirt);
    }
    for (std::byte *block : blocks) {
      face.free(block);
    }
  }
  return {};
}

std::string check_aligned(const Face &face) {
  if (face.aligned_alloc == nullptr) {
    return {};
  }
  std::vector<Placed> blocks;
  std::string fault;
  for (std::size_t alignment = 16; alignment <= kMostAlignment; alignment *= 2) {
    for (int i = 0; i < 3; ++i) {
      Placed &block = blocks.emplace_back(face.aligned_alloc(alignment, alignment), alignment);
      if (reinterpret_cast<std::uintptr_t>(block.address) % alignment != 0) {
        fault = "aligned_alloc of " + std::to_string(alignment) + " bytes is not aligned to them";
      }
    }
  }
  fault = fault.empty() ? check_written(blocks) : fault;
  free_all(face, blocks);
  return fault;
}

// Blocks of 1 KiB, kChurnBytes of them in turn, each page touched: memory grows by what is live
// alone where freed blocks come again.
std::string check_reuse(const Face &face) {
  constexpr std::size_t kSize = 1024;
  const std::int64_t before = os::resident_bytes();
  for (std::size_t round = 0; round < kChurnBytes / kSize / kBlocks; ++round) {
    std::array<void *, kBlocks> blocks{};
    for (void *&block : blocks) {
      block = face.malloc(kSize);
      if (block == nullptr) {
        return "malloc of 1024 bytes returned null after blocks were freed";
      }
      write_first(block);
    }
    for (void *block : blocks) {
      face.free(block);
    }
  }
  const std::int64_t grown = os::resident_bytes() - before;
  return std::cmp_less(grown, kChurnBytes / 2)
             ? ""
             : "freed blocks do not come again: 64 KiB live at once took " + std::to_string(grown) +
                   " bytes";
}

} // namespace

void write_all(const Placed &block) noexcept {
  const std::uint64_t stamp = stamp_of(block.address);
  auto *at = static_cast<std::byte *>(block.address);
  for (std::size_t done = 0; done < block.size; done += sizeof stamp) {
    std::memcpy(at + done, &stamp, std::min(sizeof stamp, block.size - done));
  }
}

std::string check_addresses(std::span<const Placed> blocks) {
  std::vector<Placed> sorted(blocks.begin(), blocks.end());
  for (const Placed &block : blocks) {
    if (block.address == nullptr) {
      return "an allocation of " + std::to_string(block.size) + " bytes returned null";
    }
    if (reinterpret_cast<std::uintptr_t>(block.address) % owed_align(block.size) != 0) {
      return "a block of " + std::to_string(block.size) + " bytes isn't aligned to " +
             std::to_string(owed_align(block.size));
    }
  }
  std::ranges::sort(sorted, {}, &Placed::address);
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    const auto distance = static_cast<std::size_t>(static_cast<std::byte *>(sorted[i].address) -
                                                   static_cast<std::byte *>(sorted[i - 1].address));
    if (distance < sorted[i - 1].size) {
      return distance == 0 ? "one block was handed out twice" : "two blocks overlap";
    }
  }
  return {};
}

std::string check_stamps(std::span<const Placed> blocks) {
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const std::uint64_t stamp = stamp_of(blocks[i].address);
    const auto *at = static_cast<const std::byte *>(blocks[i].address);
    for (std::size_t done = 0; done < blocks[i].size; done += sizeof stamp) {
      const std::size_t n = std::min(sizeof stamp, blocks[i].size - done);
      if (std::memcmp(at + done, &stamp, n) != 0) {
        return place(blocks[i], i) + " lost its stamp at byte " + std::to_string(done);
      }
    }
  }
  return {};
}

std::string try_face(const Face &face, std::span<const std::size_t> sizes) {
  if (face.allocates_nothing) {
    return {};
  }
  std::vector<Placed> blocks = allocate_all(face, sizes);
  std::string fault = check_written(blocks);
  fault = fault.empty() ? check_usable(face, blocks) : fault;
  fault = fault.empty() ? check_realloc(face, blocks) : fault;
  if (!fault.empty()) {
    return fault; // what such an allocator would make of its blocks, nobody knows
  }
  free_all(face, blocks);
  for (const std::size_t size : sizes) {
    fault = fault.empty() ? check_zeroed(face, size) : fault;
  }
  fault = fault.empty() ? check_aligned(face) : fault;
  return fault.empty() ? check_reuse(face) : fault;
}

} // namespace vmperf::alloc::proof
