// The workloads of guest memory prove what they claim: an honest design passes every verify(), and
// one that breaks a single promise is refused.
#include <cstring>
#include <memory>
#include <string>

#include "support.hpp"
#include "vmperf/guestmem/api.hpp"

using namespace vmperf;
using namespace vmperf::guestmem;

namespace {

enum class Fraud {
  none,
  reads_the_next_item,
  reads_zeros,
  drops_writes,
  drops_one_write,
  writes_a_byte_less,
  marks_nothing,
  copies_all_but_the_last_byte,
  gathers_all_but_the_last,
};

template <Fraud kFraud> class Design {
public:
  explicit Design(const Layout &layout) : memory_(layout.regions, layout.track_dirty) {}

  template <class T> [[nodiscard]] T read(std::uint64_t gpa) const {
    if (kFraud == Fraud::reads_zeros) {
      return 0;
    }
    return memory_.read<T>(gpa + (kFraud == Fraud::reads_the_next_item ? sizeof(T) : 0));
  }
  template <class T> void write(std::uint64_t gpa, T value) {
    ++writes_;
    if (kFraud == Fraud::drops_writes || (kFraud == Fraud::drops_one_write && writes_ % 50 == 7)) {
      return;
    }
    if (kFraud == Fraud::writes_a_byte_less && sizeof(T) > 1) {
      memory_.write(gpa, std::as_bytes(std::span(&value, 1)).first(sizeof(T) - 1));
      return;
    }
    memory_.write(gpa, value);
  }
  void read(std::uint64_t gpa, std::byte *to, std::size_t n) const {
    const bool all = kFraud != Fraud::copies_all_but_the_last_byte;
    memory_.read(gpa, std::span(to, all ? n : n - 1));
  }
  void write(std::uint64_t gpa, const std::byte *from, std::size_t n) {
    const bool filling = n >= 2048; // not a fraud: the first contents
    ++writes_;
    if (!filling && (kFraud == Fraud::drops_writes ||
                     (kFraud == Fraud::drops_one_write && writes_ % 20 == 7))) {
      return;
    }
    memory_.write(gpa, std::span(from, n));
  }
  void gather(std::span<const std::uint64_t> gpas, std::span<std::uint64_t> to) const {
    const std::size_t n = gpas.size() - (kFraud == Fraud::gathers_all_but_the_last ? 1 : 0);
    memory_.gather(gpas.first(n), to.first(n));
  }
  [[nodiscard]] std::vector<std::uint64_t> dirty_pages() {
    auto pages = memory_.dirty_pages();
    if (kFraud == Fraud::marks_nothing) {
      pages.clear();
    }
    return pages;
  }

private:
  GuestMemory memory_;
  std::uint64_t writes_ = 0;
};

bench::Params params_of(std::int64_t size_bytes) {
  bench::Params params;
  params.set("size_bytes", size_bytes);
  params.set("layout", std::string("dirty"));
  params.set("working_set_bytes", std::int64_t{32768});
  params.set("batch", std::int64_t{100});
  return params;
}

// Empty, or what verify() found after batches of n ops.
std::string verdict(const bench::Maker &make, std::int64_t size_bytes, std::uint64_t n) {
  const auto workload = make(params_of(size_bytes));
  const std::uint64_t first = workload->run(n);
  CHECK(first == workload->run(n), "batches of one n are alike");
  return workload->verify().fault;
}

template <Fraud kFraud>
bool is_refused(const std::string &work, std::int64_t size, std::uint64_t n) {
  using D = Design<kFraud>;
  static_assert(MemoryDesign<D>);
  const std::map<std::string, bench::Maker> makers = {
      {"read", scalar_maker<ReadWorkload, D>()},
      {"write", scalar_maker<WriteWorkload, D>()},
      {"bulk_read", range_maker<BulkReadWorkload, D>()},
      {"bulk_write", range_maker<BulkWriteWorkload, D>()},
      {"gather",
       [](const bench::Params &params) { return std::make_unique<GatherWorkload<D>>(params); }},
  };
  return !verdict(makers.at(work), size, n).empty();
}

} // namespace

int main() {
  for (const std::uint64_t n : {1U, 7U, 100U, 8192U, 20'000U}) {
    for (const std::int64_t size : {1, 2, 4, 8}) {
      CHECK(!is_refused<Fraud::none>("read", size, n), "honest");
      CHECK(!is_refused<Fraud::none>("write", size, n), "honest");
    }
    CHECK(!is_refused<Fraud::none>("bulk_read", 64, n), "honest");
    CHECK(!is_refused<Fraud::none>("bulk_write", 64, n), "honest");
    CHECK(!is_refused<Fraud::none>("gather", 8, n), "honest");
  }
  CHECK(is_refused<Fraud::reads_the_next_item>("read", 4, 100), "the next item");
  CHECK(is_refused<Fraud::reads_zeros>("read", 8, 100), "zeros");
  CHECK(is_refused<Fraud::drops_writes>("write", 8, 100), "no writes");
  CHECK(is_refused<Fraud::drops_one_write>("write", 8, 500), "a write");
  CHECK(is_refused<Fraud::writes_a_byte_less>("write", 4, 100), "a byte less");
  CHECK(is_refused<Fraud::marks_nothing>("write", 8, 100), "no marks");
  CHECK(is_refused<Fraud::copies_all_but_the_last_byte>("bulk_read", 256, 9), "a byte");
  CHECK(is_refused<Fraud::drops_writes>("bulk_write", 256, 30), "no writes");
  CHECK(is_refused<Fraud::drops_one_write>("bulk_write", 256, 60), "a write");
  CHECK(is_refused<Fraud::gathers_all_but_the_last>("gather", 8, 3), "the last");
  std::puts("ok");
}
