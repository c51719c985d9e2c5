// What the pool workloads share and no template needs: reading their axes, drawing orders, checking
// addresses and stamps.
#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "vmperf/base/align.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/bench/generators.hpp"
#include "vmperf/pool/api/bulk_workloads.hpp"
#include "vmperf/pool/api/proof.hpp"
#include "vmperf/pool/api/setup.hpp"

namespace vmperf::pool {
namespace {

constexpr std::size_t kMostItems = std::size_t{1} << 31U;

void read_count(const bench::Params &params, std::string_view axis, std::size_t &out,
                std::size_t least = 1) {
  if (params.has(axis)) {
    out = params.get_size(axis, least, kMostItems);
  }
}

template <class E>
void read_word(const bench::Params &params, std::string_view axis, E &out,
               bench::Choices<E> choices) {
  if (params.has(axis)) {
    out = params.get_choice(axis, choices);
  }
}

} // namespace

Setup Setup::from(const bench::Params &params) {
  Setup setup;
  setup.seed = params.seed();
  if (params.has("item_size_bytes")) {
    setup.item_bytes = params.get_size("item_size_bytes", sizeof(std::uint64_t));
  }
  read_count(params, "capacity", setup.capacity);
  read_count(params, "batch", setup.batch);
  read_count(params, "preallocate", setup.preallocate, 0);
  read_word(params, "touch", setup.touch,
            {{"none", Touch::none}, {"first", Touch::first}, {"all", Touch::all}});
  read_word(params, "order", setup.order,
            {{"fifo", Order::fifo}, {"lifo", Order::lifo}, {"random", Order::random}});
  read_word(params, "drop", setup.drop, {{"bulk", Drop::bulk}, {"each", Drop::each}});
  read_word(params, "state", setup.state, {{"local", State::local}, {"member", State::member}});
  read_word(params, "work", setup.work, {{"pair", Work::pair}, {"batch", Work::batch}});
  return setup;
}

std::vector<std::uint32_t> make_places(const Setup &setup) {
  const std::size_t count = std::bit_ceil(std::max<std::size_t>(4096, 4 * setup.capacity));
  switch (setup.order) {
  case Order::random:
    return bench::draw(bench::Uniform(setup.capacity, setup.seed), count);
  case Order::fifo:
    return bench::draw(bench::Strided(setup.capacity, 1), count);
  case Order::lifo:
    break;
  }
  return std::vector<std::uint32_t>(count, 0);
}

std::vector<std::uint32_t> make_batch_order(const Setup &setup) {
  if (setup.order == Order::random) {
    return bench::shuffled(setup.batch, setup.seed);
  }
  std::vector<std::uint32_t> order = bench::draw(bench::Strided(setup.batch, 1), setup.batch);
  if (setup.order == Order::lifo) {
    std::ranges::reverse(order);
  }
  return order;
}

namespace proof {

std::string check_addresses(std::span<void *const> items, std::size_t item_bytes) {
  std::vector<std::uintptr_t> sorted;
  for (const void *item : items) {
    sorted.push_back(reinterpret_cast<std::uintptr_t>(item));
    if (item == nullptr) {
      return "an allocation returned null";
    }
    if (sorted.back() % owed_align(item_bytes) != 0) {
      return "an item isn't aligned to " + std::to_string(owed_align(item_bytes)) + " bytes";
    }
  }
  std::ranges::sort(sorted);
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[i] - sorted[i - 1] < item_bytes) {
      return sorted[i] == sorted[i - 1] ? "one slot was handed out twice" : "two items overlap";
    }
  }
  return {};
}

std::string check_stamps(std::span<void *const> items, std::size_t bytes) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::uint64_t stamp = stamp_of(items[i]);
    for (std::size_t at = 0; at + sizeof stamp <= bytes; at += sizeof stamp) {
      if (std::memcmp(static_cast<const std::byte *>(items[i]) + at, &stamp, sizeof stamp) != 0) {
        return "item " + std::to_string(i) + " lost its stamp at byte " + std::to_string(at);
      }
    }
  }
  return {};
}

} // namespace proof

PlainStoresWorkload::PlainStoresWorkload(const Setup &setup)
    : setup_(setup),
      array_(static_cast<std::byte *>(std::aligned_alloc(
          kCacheLineBytes, align_up(setup.item_bytes * setup.batch, kCacheLineBytes)))) {
  if (array_ == nullptr) {
    throw CapacityError("no memory for the array", setup.item_bytes * setup.batch, kMostItems);
  }
  std::memset(array_.get(), 0, setup.item_bytes * setup.batch);
}

bench::Verification PlainStoresWorkload::verify() {
  std::vector<void *> items(setup_.batch);
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i] = array_.get() + i * setup_.item_bytes;
  }
  const std::string fault = proof::check_stamps(items, setup_.item_bytes);
  std::memset(array_.get(), 0, setup_.item_bytes * setup_.batch); // the next run() proves itself
  return {fault};
}

} // namespace vmperf::pool
