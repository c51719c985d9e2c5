// GuestMemory and FlatWindow as designs, and GuestMemory behind function pointers.
#include <span>

#include "vmperf/bench/registry.hpp"
#include "vmperf/guestmem/api.hpp"
#include "vmperf/guestmem/flat_window.hpp"
#include "vmperf/guestmem/guest_memory.hpp"

namespace vmperf::guestmem {
namespace {

// A device that no access reaches.
class Idle final : public Device {
public:
  std::uint64_t read(std::uint64_t /*offset*/, unsigned /*size_bytes*/) override { return 0; }
  void write(std::uint64_t /*offset*/, unsigned /*size_bytes*/, std::uint64_t /*value*/) override {}
};

class Chunks {
public:
  explicit Chunks(const Layout &layout) : memory_(layout.regions, layout.track_dirty) {
    for (const Region &device : layout.devices) {
      memory_.add_mmio(device.start, device.size_bytes, std::make_shared<Idle>());
    }
  }

  template <class T> [[nodiscard, gnu::always_inline]] T read(std::uint64_t gpa) const {
    return memory_.read<T>(gpa);
  }
  template <class T> [[gnu::always_inline]] void write(std::uint64_t gpa, T value) {
    memory_.write(gpa, value);
  }
  void read(std::uint64_t gpa, std::byte *to, std::size_t n) const {
    memory_.read(gpa, std::span(to, n));
  }
  void write(std::uint64_t gpa, const std::byte *from, std::size_t n) {
    memory_.write(gpa, std::span(from, n));
  }
  void gather(std::span<const std::uint64_t> gpas, std::span<std::uint64_t> to) const {
    memory_.gather(gpas, to);
  }
  [[nodiscard]] auto dirty_pages() { return memory_.dirty_pages(); }
  [[nodiscard]] GuestMemory &memory() noexcept { return memory_; }

private:
  GuestMemory memory_;
};

// Over the first region; what is in another one goes to the memory.
class Flat {
public:
  explicit Flat(const Layout &layout) : chunks_(layout), window_(chunks_.memory(), 0) {}

  template <class T> [[nodiscard, gnu::always_inline]] T read(std::uint64_t gpa) const {
    return window_.read<T>(gpa);
  }
  template <class T> [[gnu::always_inline]] void write(std::uint64_t gpa, T value) {
    window_.write(gpa, value);
  }
  void write(std::uint64_t gpa, const std::byte *from, std::size_t n) {
    chunks_.write(gpa, from, n);
  }
  [[nodiscard]] auto dirty_pages() { return chunks_.dirty_pages(); }

private:
  Chunks chunks_;
  FlatWindow window_;
};

// The same memory as a library loaded at run time would be called.
class ChunksCall {
public:
  explicit ChunksCall(const Layout &layout) : chunks_(layout) {}

  template <class T> [[nodiscard]] T read(std::uint64_t gpa) const {
    T value{};
    read_(chunks_, gpa, reinterpret_cast<std::byte *>(&value), sizeof(T));
    return value;
  }
  template <class T> void write(std::uint64_t gpa, T value) {
    write_(chunks_, gpa, reinterpret_cast<const std::byte *>(&value), sizeof(T));
  }
  void write(std::uint64_t gpa, const std::byte *from, std::size_t n) {
    chunks_.write(gpa, from, n);
  }

private:
  static void call_read(const Chunks &chunks, std::uint64_t gpa, std::byte *to, std::size_t n) {
    chunks.read(gpa, to, n);
  }
  static void call_write(Chunks &chunks, std::uint64_t gpa, const std::byte *from, std::size_t n) {
    chunks.write(gpa, from, n);
  }

  void (*read_)(const Chunks &, std::uint64_t, std::byte *,
                std::size_t) = bench::opaque(&call_read);
  void (*write_)(Chunks &, std::uint64_t, const std::byte *,
                 std::size_t) = bench::opaque(&call_write);
  Chunks chunks_;
};

template <class D>
void add_scalar_design(bench::Registry &registry, const char *name, const char *summary) {
  registry.design("guestmem", name, summary)
      .runs("guestmem/read", scalar_maker<ReadWorkload, D>())
      .runs("guestmem/write", scalar_maker<WriteWorkload, D>());
}

} // namespace

void declare_designs(bench::Registry &registry) {
  add_scalar_design<Flat>(registry, "flat", "FlatWindow: bounds of one region in the object");
  add_memory_design<Chunks>(registry, "chunks", "GuestMemory: bounds of a region in a slot");
  add_scalar_design<ChunksCall>(
      registry, "chunks_call",
      "GuestMemory's ranges through a function pointer, scalars by address and size: the "
      "like-for-like partner of peers loaded at run time");
}

} // namespace vmperf::guestmem
