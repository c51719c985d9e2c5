// Scalars of every size at every address near each region's ends, near 0 and near 2^64, against a
// byte in a map: the same value, or the fault that the bytes ask for.
#include <cstring>
#include <string>

#include "support.hpp"
#include "vmperf/base/error.hpp"

using namespace vmperf;
using namespace vmperf::guestmem;

namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;

std::vector<std::uint64_t> addresses(const Model &model) {
  std::vector<std::uint64_t> found;
  const auto around = [&](std::uint64_t at) {
    for (std::uint64_t i = 0; i < 34; ++i) {
      found.push_back(at - 17 + i);
    }
  };
  around(0);
  around(std::uint64_t{1} << 63U);
  const std::size_t stride = 1 + model.regions().size() / 20;
  for (std::size_t i = 0; i < model.regions().size(); i += stride) {
    const Region &region = model.regions()[i];
    around(region.start);
    around(region.start + region.size_bytes);
    around(region.start + region.size_bytes / 2);
    around(region.start + (std::uint64_t{1} << 40U)); // comes to the same slots
  }
  return found;
}

void check_fault(const MemoryFault &fault, const Model &model, std::uint64_t gpa, std::size_t n,
                 char access) {
  CHECK(fault.address == gpa && fault.size_bytes == n && fault.access == access, "%s",
        fault.what());
  if (const auto *range = dynamic_cast<const OutOfRangeFault *>(&fault)) {
    std::uint64_t end = gpa;
    while (model.find(end) != nullptr) {
      end = model.find(end)->start + model.find(end)->size_bytes;
    }
    CHECK(range->region_end == end, "%llx", static_cast<unsigned long long>(end));
  }
}

// Which of the two faults it must be.
bool fits(const MemoryFault &fault, Status status) {
  const auto *page = dynamic_cast<const PageFault *>(&fault);
  if (status == Status::read_only) {
    return page != nullptr && page->reason == "read_only" && page->level == 0;
  }
  return page == nullptr && dynamic_cast<const OutOfRangeFault *>(&fault) != nullptr;
}

template <class T> void write_one(GuestMemory &memory, Model &model, std::uint64_t gpa, T value) {
  const Status expected = model.expect(gpa, sizeof(T), true);
  bool raised = false;
  try {
    memory.write(gpa, value);
  } catch (const MemoryFault &fault) {
    raised = true;
    check_fault(fault, model, gpa, sizeof(T), 'w');
    CHECK(fits(fault, expected), "%s", fault.what());
  }
  CHECK(raised == (expected != Status::ok), "write %zu at %llx", sizeof(T),
        static_cast<unsigned long long>(gpa));
  CHECK(memory.try_write(gpa, value) == expected, "try_write");
  CHECK((memory.host(gpa, sizeof(T), Access::write) != nullptr) == (expected == Status::ok),
        "host");
  if (expected == Status::ok) {
    std::uint8_t bytes[sizeof(T)];
    std::memcpy(bytes, &value, sizeof(T));
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      model.write(gpa + i, bytes[i]);
    }
  }
}

template <class T> void read_one(const GuestMemory &memory, const Model &model, std::uint64_t gpa) {
  const Status expected = model.expect(gpa, sizeof(T), false);
  T value{};
  bool raised = false;
  try {
    value = memory.read<T>(gpa);
  } catch (const MemoryFault &fault) {
    raised = true;
    check_fault(fault, model, gpa, sizeof(T), 'r');
    CHECK(fits(fault, expected), "%s", fault.what());
  }
  CHECK(raised == (expected != Status::ok), "read %zu at %llx", sizeof(T),
        static_cast<unsigned long long>(gpa));
  T tried{};
  CHECK(memory.try_read(gpa, tried) == expected, "try_read");
  const std::byte *host = memory.host(gpa, sizeof(T), Access::read);
  CHECK((host != nullptr) == (expected == Status::ok), "host");
  CHECK(std::memcmp(&value, &tried, sizeof(T)) == 0, "both ways");
  std::uint8_t bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  for (std::size_t i = 0; i < sizeof(T) && expected == Status::ok; ++i) {
    CHECK(bytes[i] == model.read(gpa + i), "byte %zu of %llx", i,
          static_cast<unsigned long long>(gpa));
    CHECK(host[i] == std::byte{bytes[i]}, "host");
  }
}

void check_layout(const std::vector<Region> &regions) {
  GuestMemory memory{std::span<const Region>(regions)};
  Model model(regions);
  const auto all = addresses(model);
  std::uint64_t stamp = 0x0123456789abcdef;
  for (const std::uint64_t gpa : all) {
    stamp = stamp * 6364136223846793005 + 1442695040888963407;
    write_one(memory, model, gpa, stamp);
    write_one(memory, model, gpa + 3, static_cast<std::uint8_t>(stamp >> 8U));
    write_one(memory, model, gpa, static_cast<std::uint16_t>(stamp >> 16U));
    write_one(memory, model, gpa + 1, static_cast<std::int32_t>(stamp >> 24U));
    write_one(memory, model, gpa, 1.0 / static_cast<double>(stamp | 1U));
  }
  for (const std::uint64_t gpa : all) {
    read_one<std::uint8_t>(memory, model, gpa);
    read_one<std::uint16_t>(memory, model, gpa);
    read_one<std::uint32_t>(memory, model, gpa);
    read_one<std::uint64_t>(memory, model, gpa);
    read_one<std::int8_t>(memory, model, gpa);
    read_one<double>(memory, model, gpa);
  }
  if (std::byte *base = memory.host_base(); base != nullptr) {
    for (const Region &region : regions) {
      const auto address = reinterpret_cast<std::uintptr_t>(base) + region.start;
      CHECK(reinterpret_cast<std::byte *>(address) == memory.host(region.start, 1, Access::read),
            "base");
    }
  }
}

void check_refused(const std::vector<Region> &regions, const std::string &word) {
  try {
    const GuestMemory memory{std::span<const Region>(regions)};
  } catch (const InvalidArgumentError &error) {
    CHECK(std::string(error.what()).find(word) != std::string::npos, "%s", error.what());
    return;
  }
  CHECK(false, "accepted: %s", word.c_str());
}

} // namespace

int main() {
  check_layout({{.start = 0, .size_bytes = 4096}});
  check_layout({{.start = 4096, .size_bytes = 8192}});
  check_layout({{.start = 0 - 2 * kMiB, .size_bytes = 2 * kMiB - 4096}}); // up to the last page
  check_layout({{.start = 5 * kMiB, .size_bytes = 4096, .read_only = true}});
  check_layout({// a machine: memory, a hole, firmware, more memory, and some above 4 GiB
                {.start = kMiB, .size_bytes = 15 * kMiB},
                {.start = 0, .size_bytes = 640 * 1024},
                {.start = 768 * 1024, .size_bytes = 256 * 1024, .read_only = true},
                {.start = 4096 * kMiB, .size_bytes = 3 * kMiB}});
  check_layout(
      {// adjacent ones, further than one window reaches, and beyond any host's memory
       {.start = 8 * kMiB, .size_bytes = 4096},
       {.start = 8 * kMiB + 4096, .size_bytes = 4096},
       {.start = 8 * kMiB + 8192, .size_bytes = 4096, .read_only = true},
       {.start = std::uint64_t{1} << 60U, .size_bytes = 4096},
       {.start = (std::uint64_t{1} << 60U) + (std::uint64_t{1} << 40U), .size_bytes = 4096}});
  std::vector<Region> many; // more than there are slots
  for (std::uint64_t i = 0; i < 5000; ++i) {
    many.push_back({.start = i * 3 * 4096, .size_bytes = 4096, .read_only = i % 7 == 3});
  }
  check_layout(many);

  check_refused({}, "empty");
  check_refused({{.start = 4096, .size_bytes = 0}}, "a size of");
  check_refused({{.start = 4095, .size_bytes = 4096}}, "multiples of");
  check_refused({{.start = 4096, .size_bytes = 100}}, "multiples of");
  check_refused({{.start = 0 - std::uint64_t{4096}, .size_bytes = 4096}}, "an end of");
  check_refused({{.start = 4096, .size_bytes = 0 - std::uint64_t{4096}}}, "an end of");
  check_refused({{.start = 0, .size_bytes = 8192}, {.start = 4096, .size_bytes = 4096}}, "overlap");
  check_refused({{.start = 4096, .size_bytes = 4096}, {.start = 4096, .size_bytes = 4096}},
                "overlap");
  try {
    const GuestMemory memory{{.start = 0, .size_bytes = std::uint64_t{1} << 62U}};
    CHECK(false, "no host has that");
  } catch (const CapacityError &error) {
    CHECK(error.requested_bytes > error.limit_bytes, "%s", error.what());
  }
  std::puts("ok");
}
