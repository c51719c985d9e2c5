// Unicorn's miss: a loop of x86-64 code under its own translation, with paging on and the tables
// that this project made, loads one word of each page in turn. Its TLB has 256 entries at first and
// grows at flushes alone, which such a guest never does. The loop around it, of five instructions,
// is a part of the figure: with one page it costs some 5 to 10 ns. Calls of the library go through
// pointers, once a batch. Source: unicorn-engine/unicorn, include/unicorn/{unicorn,x86}.h.
#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string>

#include "unicorn.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/mmu/api/walks.hpp"

namespace vmperf::peers {
namespace {

using Engine = UnicornEngine;

constexpr int kX86 = 4, kMode64 = 8;                       // UC_ARCH_X86, UC_MODE_64
constexpr unsigned kAll = 7;                               // UC_PROT_ALL
constexpr int kRax = 35, kRcx = 38, kRdx = 40, kRsi = 43;  // UC_X86_REG_*
constexpr int kCr0 = 50, kCr3 = 53, kCr4 = 54, kMsr = 248; // UC_X86_REG_*
constexpr int kCpuTlb = 0;                                 // UC_TLB_CPU: the CPU's own paging
constexpr unsigned kSetTlb = 12U | 1U << 26U | 1U << 30U;  // UC_CTL_TLB_TYPE, one argument, write
struct Msr {                                               // uc_x86_msr
  std::uint32_t number;
  std::uint64_t value;
};

struct Api {
  int (*open)(int, int, Engine **);
  int (*close)(Engine *);
  int (*map)(Engine *, std::uint64_t, std::size_t, std::uint32_t, void *);
  int (*set)(Engine *, int, const void *);
  int (*get)(Engine *, int, void *);
  int (*start)(Engine *, std::uint64_t, std::uint64_t, std::uint64_t, std::size_t);
  int (*control)(Engine *, unsigned, ...);
  std::string version;
};

const Library<Api> &library() {
  static const Library<Api> found(unicorn_recipe<Api>([](Symbols &from, Api &api) {
    from.take("uc_mem_map_ptr", api.map);
    from.take("uc_reg_write", api.set);
    from.take("uc_reg_read", api.get);
    from.take("uc_emu_start", api.start);
    from.take("uc_ctl", api.control);
  }));
  return found;
}

class UnicornMiss final : public bench::Workload {
public:
  explicit UnicornMiss(const bench::Params &params) : api_(library().require()), guest_(params) {
    if (params.get_word("marks", {"set", "clear"}) == "clear") {
      throw UnsupportedError("unicorn: its TLB is not flushed from outside: marks = set alone");
    }
    if (params.get_word("mode", {"dependent", "batched"}) == "batched") {
      batched_ = true; // the workload's checksum is then of the last of each 1000
      block_ = 1000;
    }
    put_guest();
    Engine *opened = nullptr;
    check(api_.open(kX86, kMode64, &opened), "uc_open");
    engine_ = {opened, api_.close};
    auto &memory = *guest_.memory;
    check(api_.map(opened, 0, mmu::Guest::kMemoryBytes, kAll,
                   memory.host(0, mmu::Guest::kMemoryBytes, guestmem::Access::write)),
          "uc_mem_map_ptr");
    check(api_.control(opened, kSetTlb, kCpuTlb), "uc_ctl");
    const Msr efer{0xc000'0080U, 0xd00U}; // LME, LMA, NXE
    check(api_.set(opened, kMsr, &efer), "uc_reg_write");
    set(kCr4, 0x20U);
    set(kCr3, guest_.table->root());
    set(kCr0, 0x8001'0011U);
  }

  std::uint64_t run(std::uint64_t n) override {
    const std::uint64_t count = guest_.addresses.size();
    std::uint64_t sum = 0;
    set(kRax, 0);
    for (std::uint64_t at = 0; n != 0;) {
      const std::uint64_t part = std::min({n, count - at, block_});
      set(kRsi, kList + at * 8);
      set(kRcx, part);
      check(api_.start(engine_.get(), kCode, kCode + kLoop.size(), 0, 0), "uc_emu_start");
      n -= part;
      at = at + part == count ? 0 : at + part;
      if (batched_) {
        sum += get(kRdx);
      }
    }
    return batched_ ? sum : get(kRax);
  }

  [[nodiscard]] bench::Verification verify() override {
    std::uint64_t sum = 0;
    for (const std::uint64_t va : guest_.addresses) {
      sum += mmu::Guest::pa_of(va);
    }
    run(guest_.addresses.size());
    return {batched_ || get(kRax) == sum ? "" : "not every page was read"};
  }

private:
  static constexpr std::uint64_t kCode = 0x7f00'0000'0000, kList = kCode + 0x10'0000,
                                 kCodePa = 0x1000, kListPa = 0x10'0000;
  static constexpr std::array<unsigned char, 18> kLoop = {
      0x48, 0x8b, 0x16,       // mov rdx, [rsi]    the next address
      0x48, 0x8b, 0x12,       // mov rdx, [rdx]    the page, which holds its physical address
      0x48, 0x01, 0xd0,       // add rax, rdx
      0x48, 0x83, 0xc6, 0x08, // add rsi, 8
      0x48, 0xff, 0xc9,       // dec rcx
      0x75, 0xee};            // jnz

  // The code, the list of addresses, and in each page's word its own physical address.
  void put_guest() {
    auto &memory = *guest_.memory;
    for (const std::uint64_t va : guest_.addresses) {
      memory.write<std::uint64_t>(mmu::Guest::pa_of(va), mmu::Guest::pa_of(va));
    }
    memory.write(kCodePa, std::as_bytes(std::span(kLoop)));
    const auto list = std::as_bytes(std::span(guest_.addresses));
    memory.write(kListPa, list);
    constexpr std::uint32_t kMarks = mmu::flags::kRead | mmu::flags::kAccessed;
    guest_.table->map(kCode, kCodePa, mmu::kPageBytes, kMarks | mmu::flags::kExecute);
    guest_.table->map(kList, kListPa, mmu::kPageBytes, kMarks,
                      (list.size() + mmu::kPageBytes - 1) / mmu::kPageBytes);
  }
  [[nodiscard]] std::uint64_t get(int number) const {
    std::uint64_t value = 0;
    check(api_.get(engine_.get(), number, &value), "uc_reg_read");
    return value;
  }
  void set(int number, std::uint64_t value) {
    check(api_.set(engine_.get(), number, &value), "uc_reg_write");
  }
  static void check(int code, const char *call) {
    if (code != 0) {
      throw UnsupportedError(std::string(call) + " fails with " + std::to_string(code));
    }
  }

  const Api &api_;
  mmu::Guest guest_;
  bool batched_ = false;
  std::uint64_t block_ = ~std::uint64_t{0};
  std::unique_ptr<Engine, int (*)(Engine *)> engine_{nullptr, nullptr};
};

} // namespace

void declare_unicorn_miss(bench::Registry &registry) {
  registry
      .design("mmu-miss", "unicorn",
              "its own code's loads, in both modes one after the other; with a loop of five "
              "instructions more")
      .peer()
      .available([] { return library().probe(); })
      .runs("mmu/miss", mmu::maker<UnicornMiss>());
}

} // namespace vmperf::peers
