// Unicorn's memory of a guest, loaded at run time and called through pointers: uc_mem_read and
// uc_mem_write, which find the region and copy. It has devices, too, but marks no dirty pages. The
// Python package brings the library. Source: unicorn-engine/unicorn, include/unicorn/unicorn.h.
#include <memory>
#include <string>

#include "unicorn.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/guestmem/api.hpp"

namespace vmperf::peers {
namespace {

using Engine = UnicornEngine;
using Read = std::uint64_t(Engine *, std::uint64_t, unsigned, void *);
using Write = void(Engine *, std::uint64_t, unsigned, std::uint64_t, void *);

constexpr int kX86 = 4, kMode64 = 8, kAll = 7; // UC_ARCH_X86, UC_MODE_64, UC_PROT_ALL

struct Api {
  int (*open)(int, int, Engine **);
  int (*close)(Engine *);
  int (*map)(Engine *, std::uint64_t, std::size_t, std::uint32_t);
  int (*mmio_map)(Engine *, std::uint64_t, std::size_t, Read *, void *, Write *, void *);
  int (*read)(Engine *, std::uint64_t, void *, std::size_t);
  int (*write)(Engine *, std::uint64_t, const void *, std::size_t);
  std::string version;
};

const Library<Api> &library() {
  static const Library<Api> found(unicorn_recipe<Api>([](Symbols &from, Api &api) {
    from.take("uc_mem_map", api.map);
    from.take("uc_mmio_map", api.mmio_map);
    from.take("uc_mem_read", api.read);
    from.take("uc_mem_write", api.write);
  }));
  return found;
}

class Unicorn {
public:
  explicit Unicorn(const guestmem::Layout &layout) : api_(library().require()) {
    Engine *opened = nullptr;
    check(api_.open(kX86, kMode64, &opened), "uc_open");
    engine_ = {opened, api_.close};
    for (const guestmem::Region &region : layout.regions) {
      check(api_.map(engine_.get(), region.start, region.size_bytes, kAll), "uc_mem_map");
    }
    for (const guestmem::Region &device : layout.devices) {
      check(api_.mmio_map(engine_.get(), device.start, device.size_bytes, idle_read, nullptr,
                          idle_write, nullptr),
            "uc_mmio_map");
    }
  }

  template <class T> [[nodiscard, gnu::always_inline]] T read(std::uint64_t gpa) const {
    T value{};
    this->read(gpa, reinterpret_cast<std::byte *>(&value), sizeof(T));
    return value;
  }
  template <class T> [[gnu::always_inline]] void write(std::uint64_t gpa, T value) {
    this->write(gpa, reinterpret_cast<const std::byte *>(&value), sizeof(T));
  }
  [[gnu::always_inline]] void read(std::uint64_t gpa, std::byte *to, std::size_t n) const {
    if (api_.read(engine_.get(), gpa, to, n) != 0) [[unlikely]] {
      throw OutOfRangeFault("uc_mem_read refuses", gpa, n, 'r', gpa);
    }
  }
  [[gnu::always_inline]] void write(std::uint64_t gpa, const std::byte *from, std::size_t n) {
    if (api_.write(engine_.get(), gpa, from, n) != 0) [[unlikely]] {
      throw OutOfRangeFault("uc_mem_write refuses", gpa, n, 'w', gpa);
    }
  }

private:
  static std::uint64_t idle_read(Engine * /*uc*/, std::uint64_t, unsigned, void *) { return 0; }
  static void idle_write(Engine * /*uc*/, std::uint64_t, unsigned, std::uint64_t, void *) {}

  static void check(int code, const char *call) {
    if (code != 0) {
      throw UnsupportedError(std::string(call) + " fails with " + std::to_string(code));
    }
  }

  const Api &api_;
  std::unique_ptr<Engine, int (*)(Engine *)> engine_{nullptr, nullptr};
};

} // namespace

void declare_unicorn(bench::Registry &registry) {
  guestmem::add_memory_design<Unicorn>(
      registry, "unicorn",
      "uc_mem_read and uc_mem_write of a library loaded at run time: through a pointer, so compare "
      "with chunks_call too; no dirty pages")
      .peer()
      .available([] { return library().probe(); });
}

} // namespace vmperf::peers
