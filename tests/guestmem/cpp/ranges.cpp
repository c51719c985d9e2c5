// Ranges, items, devices, views and dirty pages against a byte in a map: every start and every size
// near each region's ends, and around the pages within.
#include <algorithm>
#include <cstring>
#include <set>
#include <stdexcept>
#include <string>

#include "support.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/guestmem/flat_window.hpp"

using namespace vmperf;
using namespace vmperf::guestmem;

namespace {

constexpr std::uint64_t kPast = 0 - std::uint64_t{8192}; // two pages below 2^64
using Bytes = std::vector<std::byte>;

const std::vector<Region> kRegions = {
    {.start = 4096, .size_bytes = 8192},
    {.start = 4096 + 8192, .size_bytes = 4096}, // adjacent
    {.start = 4096 + 8192 + 4096, .size_bytes = 4096, .read_only = true},
    {.start = 0x100000, .size_bytes = 4096},
    {.start = kPast, .size_bytes = 4096},
};

template <class F> bool raises(F f, const Status expected, std::uint64_t gpa, std::uint64_t n) {
  try {
    f();
  } catch (const MemoryFault &fault) {
    CHECK(fault.address == gpa && fault.size_bytes == n, "%s", fault.what());
    const bool page = dynamic_cast<const PageFault *>(&fault) != nullptr;
    CHECK(page == (expected == Status::read_only), "%s", fault.what());
    return true;
  }
  return false;
}

void check_read(const GuestMemory &memory, const Model &model, std::uint64_t gpa, std::uint64_t n) {
  const Status expected = n == 0 ? Status::ok : model.expect(gpa, n, false);
  Bytes got(n, std::byte{0xee});
  CHECK(raises([&] { memory.read(gpa, got); }, expected, gpa, n) == (expected != Status::ok),
        "read of %llu at %llx", static_cast<unsigned long long>(n),
        static_cast<unsigned long long>(gpa));
  CHECK(memory.try_read(gpa, std::span(got)) == expected, "try_read");
  for (std::uint64_t i = 0; i < n; ++i) {
    const std::byte wanted = expected == Status::ok ? std::byte{model.read(gpa + i)}
                                                    : std::byte{0xee}; // nothing was copied
    CHECK(got[i] == wanted, "byte %llu", static_cast<unsigned long long>(i));
  }
  CHECK(raises([&] { static_cast<void>(memory.view(gpa, n, Access::read)); }, expected, gpa, n) ==
            (expected != Status::ok),
        "view");
}

void check_write(GuestMemory &memory, Model &model, std::uint64_t gpa, std::uint64_t n,
                 std::uint8_t stamp) {
  const Status expected = n == 0 ? Status::ok : model.expect(gpa, n, true);
  Bytes data(n);
  for (std::uint64_t i = 0; i < n; ++i) {
    data[i] = static_cast<std::byte>(stamp + 7 * i);
  }
  static_cast<void>(memory.dirty_pages());
  CHECK(raises([&] { memory.write(gpa, data); }, expected, gpa, n) == (expected != Status::ok),
        "write of %llu at %llx", static_cast<unsigned long long>(n),
        static_cast<unsigned long long>(gpa));
  std::set<std::uint64_t> touched;
  for (std::uint64_t i = 0; i < n && expected == Status::ok; ++i) {
    model.write(gpa + i, std::to_integer<std::uint8_t>(data[i]));
    touched.insert((gpa + i) / kPageBytes * kPageBytes);
  }
  const auto dirty = memory.dirty_pages();
  CHECK(std::ranges::equal(dirty, touched), "dirty after %llu at %llx: %zu pages",
        static_cast<unsigned long long>(n), static_cast<unsigned long long>(gpa), dirty.size());
  CHECK(memory.try_write(gpa, std::span<const std::byte>(data)) == expected, "try_write");
}

void check_ranges() {
  GuestMemory memory{std::span<const Region>(kRegions)};
  Model model(kRegions);
  std::vector<std::uint64_t> starts;
  for (const Region &region : kRegions) {
    for (std::uint64_t i = 0; i < 12; ++i) {
      starts.push_back(region.start - 6 + i);
      starts.push_back(region.start + region.size_bytes - 6 + i);
    }
  }
  const std::uint64_t sizes[] = {0,  1,    2,    3,    5,     7,     8,     9,
                                 16, 4090, 4096, 4100, 12283, 12288, 12290, 20000};
  std::uint8_t stamp = 1;
  for (const std::uint64_t gpa : starts) {
    for (const std::uint64_t n : sizes) {
      check_write(memory, model, gpa, n, stamp++);
    }
  }
  for (const std::uint64_t gpa : starts) {
    for (const std::uint64_t n : sizes) {
      check_read(memory, model, gpa, n);
    }
  }
  // Sizes that no buffer has, where only the check counts.
  const auto huge = ~std::uint64_t{0};
  for (const std::uint64_t n : {huge, huge - 4095, huge / 2}) {
    CHECK(memory.host(4096, n, Access::read) == nullptr, "host");
    CHECK(memory.host(kPast, n, Access::write) == nullptr, "host");
    CHECK(raises([&] { static_cast<void>(memory.view(4096, n, Access::read)); },
                 Status::out_of_range, 4096, n),
          "view");
    CHECK(raises([&] { memory.mark_dirty(4096, n); }, Status::out_of_range, 4096, n), "mark");
  }
}

void check_load_and_view() {
  View kept;
  {
    GuestMemory memory{std::span<const Region>(kRegions)};
    const Bytes rom(100, std::byte{0x5a});
    memory.load(4096 + 12288, rom);
    CHECK(memory.read<std::uint8_t>(4096 + 12288 + 99) == 0x5a, "load");
    CHECK(raises([&] { memory.load(4096 + 12288 + 4090, rom); }, Status::out_of_range,
                 4096 + 12288 + 4090, 100),
          "load past the end");
    CHECK(memory.dirty_pages() == std::vector<std::uint64_t>{4096 + 12288}, "load marks");
    kept = memory.view(4096 + 8190, 4, Access::write); // in two regions
    memory.write<std::uint32_t>(4096 + 8190, 0x04030201);
    CHECK(raises([&] { static_cast<void>(memory.view(4096 + 12288, 4, Access::write)); },
                 Status::read_only, 4096 + 12288, 4),
          "a view to write into what is read-only");
  }
  CHECK(kept.bytes[0] == std::byte{1} && kept.bytes[3] == std::byte{4}, "it outlives the memory");
}

template <class T> void check_items() {
  GuestMemory memory{std::span<const Region>(kRegions)};
  std::vector<std::uint64_t> gpas = {4096 + 8192 - 1, 4096, 0x100000 + 4096 - sizeof(T), kPast};
  std::vector<T> values = {T(11), T(12), T(13), T(14)};
  static_cast<void>(memory.dirty_pages());
  memory.scatter<T>(gpas, values);
  std::set<std::uint64_t> touched = {4096, 8192, 0x100000, kPast};
  if (sizeof(T) > 1) {
    touched.insert(4096 + 8192);
  }
  CHECK(std::ranges::equal(memory.dirty_pages(), touched), "scatter marks");
  std::vector<T> got(4);
  memory.gather<T>(gpas, got);
  CHECK(got == values, "gather");
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(memory.read<T>(gpas[i]) == values[i], "scatter");
  }
  const std::uint64_t bad = 0x100000 + 4096 - sizeof(T) + 1;
  gpas[2] = bad;
  const std::vector<T> zeros(4);
  CHECK(raises([&] { memory.scatter<T>(gpas, zeros); }, Status::out_of_range, bad, sizeof(T)),
        "fault");
  CHECK(memory.read<T>(4096) == values[1], "nothing was written");
  CHECK(raises([&] { memory.gather<T>(gpas, got); }, Status::out_of_range, bad, sizeof(T)),
        "fault");
  gpas[2] = 4096 + 12288;
  CHECK(raises([&] { memory.scatter<T>(gpas, zeros); }, Status::read_only, gpas[2], sizeof(T)),
        "fault");
  try {
    memory.gather<T>(gpas, std::span(got).first(3));
    CHECK(false, "lengths differ");
  } catch (const InvalidArgumentError &) {
  }
}

struct Registers final : Device {
  std::uint64_t read(std::uint64_t offset, unsigned size_bytes) override {
    if (offset == 24) {
      throw std::runtime_error("broken");
    }
    return offset * 100 + size_bytes + (std::uint64_t{1} << 40U);
  }
  void write(std::uint64_t offset, unsigned size_bytes, std::uint64_t value) override {
    last = {offset, size_bytes, value};
  }
  [[nodiscard]] bool is_readable() const noexcept override { return readable; }
  [[nodiscard]] bool is_writable() const noexcept override { return writable; }
  std::vector<std::uint64_t> last;
  bool readable = true, writable = true;
};

template <class T> void check_alignment(GuestMemory &memory, std::uint64_t at) {
  for (std::uint64_t i = 0; i < 8; ++i) {
    T value{};
    const Status wanted = i % sizeof(T) == 0 ? Status::ok : Status::misaligned;
    CHECK(memory.try_read(at + i, value) == wanted && memory.try_write(at + i, value) == wanted,
          "%zu bytes at +%llu", sizeof(T), static_cast<unsigned long long>(i));
  }
}

void check_bad_devices(GuestMemory &memory, const std::shared_ptr<Device> &device) {
  const Region bad[] = {{0x2000'0000, 0},
                        {0x2000'0004, 8},
                        {0x2000'0000, 12},
                        {0x1000'0018, 8},
                        {0x0fff'fff8, 16},
                        {0x1000'0000, 32},
                        {4096, 8},
                        {4088, 16},
                        {0x100000 + 4088, 8},
                        {0, 1U << 30U},
                        {0 - std::uint64_t{8}, 8}};
  for (const Region &one : bad) {
    try {
      memory.add_mmio(one.start, one.size_bytes, device);
      CHECK(false, "accepted %llx", static_cast<unsigned long long>(one.start));
    } catch (const InvalidArgumentError &) {
    }
  }
  try {
    memory.add_mmio(0x2000'0000, 8, nullptr);
    CHECK(false, "accepted null");
  } catch (const InvalidArgumentError &) {
  }
}

void check_devices() {
  GuestMemory memory{std::span<const Region>(kRegions)};
  auto device = std::make_shared<Registers>();
  memory.add_mmio(0x1000'0000, 32, device);
  CHECK(memory.read<std::uint64_t>(0x1000'0008) == 808 + (std::uint64_t{1} << 40U), "read");
  CHECK(memory.read<std::uint16_t>(0x1000'0002) == 202, "cut to its size");
  memory.write<std::uint32_t>(0x1000'000c, 0xdeadbeef);
  CHECK((device->last == std::vector<std::uint64_t>{12, 4, 0xdeadbeef}), "write");
  check_alignment<std::uint8_t>(memory, 0x1000'0000);
  check_alignment<std::uint16_t>(memory, 0x1000'0008);
  check_alignment<std::uint32_t>(memory, 0x1000'0010);
  check_alignment<std::uint64_t>(memory, 0x1000'0000);
  try {
    static_cast<void>(memory.read<std::uint32_t>(0x1000'0001));
    CHECK(false, "misaligned");
  } catch (const AlignmentFault &fault) {
    CHECK(fault.alignment == 4 && fault.address == 0x1000'0001, "%s", fault.what());
  }
  try {
    static_cast<void>(memory.read<std::uint8_t>(0x1000'0018));
    CHECK(false, "the device throws");
  } catch (const std::runtime_error &error) {
    CHECK(std::string(error.what()) == "broken", "%s", error.what());
  }
  Bytes some(8);
  CHECK(raises([&] { memory.read(0x1000'0000, some); }, Status::out_of_range, 0x1000'0000, 8),
        "fault");
  const std::vector<std::uint64_t> gpas = {0x1000'0000};
  std::vector<std::uint8_t> byte(1);
  CHECK(raises([&] { memory.gather<std::uint8_t>(gpas, byte); }, Status::out_of_range, gpas[0], 1),
        "batches touch memory alone");
  device->readable = device->writable = false;
  std::uint8_t value = 3;
  CHECK(memory.try_read(0x1000'0000, value) == Status::write_only && value == 3, "no answer");
  CHECK(memory.try_write(0x1000'0000, value) == Status::read_only, "takes nothing");
  CHECK(raises([&] { memory.write(0x1000'0000, value); }, Status::read_only, 0x1000'0000, 1),
        "fault");
  check_bad_devices(memory, device);
}

void check_tracking() {
  GuestMemory memory{std::span<const Region>(kRegions), false};
  memory.write<std::uint64_t>(4096, 1);
  memory.mark_dirty(4096, 1);
  CHECK(memory.dirty_pages().empty(), "off");
  memory.set_dirty_tracking(true);
  memory.write<std::uint64_t>(8192 - 4, 1); // over the page's end
  CHECK((memory.dirty_pages() == std::vector<std::uint64_t>{4096, 8192}), "both pages");
  CHECK(memory.dirty_pages().empty(), "taken once");
  memory.mark_dirty(8191, 2 + 4096);
  CHECK((memory.dirty_pages() == std::vector<std::uint64_t>{4096, 8192, 12288}), "mark_dirty");
  FlatWindow window(memory, 8192);
  for (std::uint64_t gpa = 4096 - 9; gpa < 4096 + 8200; gpa += gpa == 4096 + 9 ? 8160 : 1) {
    std::uint64_t here = gpa;
    if (memory.try_write(gpa, here) == Status::ok) {
      window.write(gpa, here + 1);
      CHECK(memory.read<std::uint64_t>(gpa) == here + 1, "through the window");
      CHECK(window.read<std::uint64_t>(gpa) == here + 1, "and back");
    } else {
      CHECK(raises([&] { window.write(gpa, here); }, Status::out_of_range, gpa, 8), "fault");
    }
  }
  FlatWindow rom(memory, 4096 + 12288);
  CHECK(
      raises([&] { rom.write<std::uint8_t>(4096 + 12288, 1); }, Status::read_only, 4096 + 12288, 1),
      "read-only");
  static_cast<void>(memory.dirty_pages());
  window.write<std::uint16_t>(8191, 7);
  CHECK((memory.dirty_pages() == std::vector<std::uint64_t>{4096, 8192}), "the window marks, too");
}

} // namespace

int main() {
  check_ranges();
  check_load_and_view();
  check_items<std::uint8_t>();
  check_items<std::int16_t>();
  check_items<float>();
  check_items<std::uint64_t>();
  check_devices();
  check_tracking();
  std::puts("ok");
}
