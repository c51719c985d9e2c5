// What recording costs a call: the recorder's malloc and free before those of the C library, the
// latter alone, and a write for each event.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "benches_scratch.hpp"
#include "vmperf/bench/generators.hpp"
#include "vmperf/bench/params.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/os/dynlib.hpp"
#include "vmperf/os/tick.hpp"
#include "vmperf/trace/finish.hpp"

namespace vmperf::trace {

void declare_benches_record(bench::Registry &registry);

namespace {

bench::Availability find() {
  return find_recorder(reinterpret_cast<const void *>(&declare_benches_record));
}

struct Calls {
  void *(*malloc)(std::size_t);
  void (*free)(void *);
};

// Blocks of 16 to 271 bytes, the oldest of 64 freed first. A slot more costs all designs alike: a
// call through a pointer, a size from a table of 256.
class PairWorkload : public bench::Workload {
public:
  explicit PairWorkload(const bench::Params &params)
      : sizes_(bench::draw(bench::Uniform(256, params.seed()), 256)), blocks_(64) {}
  PairWorkload(const PairWorkload &) = delete;
  PairWorkload &operator=(const PairWorkload &) = delete;
  PairWorkload(PairWorkload &&) = delete;
  PairWorkload &operator=(PairWorkload &&) = delete;
  ~PairWorkload() override = default;

  std::uint64_t run(std::uint64_t n) override {
    const Calls calls = calls_;
    for (std::uint64_t i = 0; i < n; ++i) {
      void *&block = blocks_[i % 64];
      calls.free(block);
      block = calls.malloc(16 + sizes_[i % 256]);
      *static_cast<char *>(block) = static_cast<char>(i);
    }
    n_ops_ += n;
    last_ = n;
    return n;
  }
  [[nodiscard]] bench::Verification verify() override {
    for (std::uint64_t i = last_ - std::min<std::uint64_t>(last_, 64); i < last_; ++i) {
      if (*static_cast<char *>(blocks_[i % 64]) != static_cast<char>(i)) {
        return {"a block lost its contents"};
      }
    }
    return verify_events();
  }

protected:
  void drop() noexcept {
    for (void *&block : blocks_) {
      calls_.free(block);
      block = nullptr;
    }
  }
  void use(Calls calls) noexcept { calls_ = calls; }
  [[nodiscard]] std::uint64_t last() const noexcept { return last_; }

private:
  virtual bench::Verification verify_events() { return {}; }

  std::vector<std::uint32_t> sizes_;
  std::vector<void *> blocks_;
  Calls calls_{};
  std::uint64_t n_ops_ = 0, last_ = 0;
};

class Bare final : public PairWorkload {
public:
  explicit Bare(const bench::Params &params) : PairWorkload(params) {
    use({&std::malloc, &std::free});
  }
  Bare(const Bare &) = delete;
  Bare &operator=(const Bare &) = delete;
  Bare(Bare &&) = delete;
  Bare &operator=(Bare &&) = delete;
  ~Bare() override { drop(); }
};

// A process has one recording, in a folder that outlives its workloads.
class Recorded final : public PairWorkload {
public:
  explicit Recorded(const bench::Params &params) : PairWorkload(params) {
    const Session &session = Recorded::session();
    use({session.library.function<void *(std::size_t)>("malloc"),
         session.library.function<void(void *)>("free")});
  }
  Recorded(const Recorded &) = delete;
  Recorded &operator=(const Recorded &) = delete;
  Recorded(Recorded &&) = delete;
  Recorded &operator=(Recorded &&) = delete;
  ~Recorded() override { drop(); }

  // A batch's blocks are what is on disk at its end, so that the disk holds no more.
  void prepare(std::uint64_t /*n*/) override {
    for (const auto &file : std::filesystem::directory_iterator(session().scratch.path())) {
      if (file.path().extension() == ".rec") {
        std::filesystem::remove(file.path());
      }
    }
  }

private:
  struct Session {
    Scratch scratch;
    os::DynLib library = load(scratch);

    static os::DynLib load(const Scratch &scratch) {
      ::setenv("VMPERF_TRACE_FOLDER", scratch.path().c_str(), 1); // read at the first event
      const auto *here = reinterpret_cast<const void *>(&declare_benches_record);
      return os::DynLib::open(recorder_beside(here));
    }
  };

  static const Session &session() {
    static const Session one;
    return one;
  }

  // What is on disk and in the buffer has the last batch's events, and at most a buffer's more.
  bench::Verification verify_events() override {
    const std::string stem = session().scratch.path(std::to_string(os::process_id()) + "-0");
    const Finished found = finish(stem, session().scratch.path("it.vmt"), "");
    const std::uint64_t n_events = found.n_ops + found.header.unmatched_frees;
    const bool whole = n_events + 128 >= 2 * last() && n_events <= 2 * last() + 200'000;
    return {whole ? ""
                  : std::to_string(n_events) + " events of " + std::to_string(last()) + " pairs"};
  }
};

// 24 bytes an event, each by a write of its own: no event is ever lost, either.
class Naive final : public PairWorkload {
public:
  explicit Naive(const bench::Params &params) : PairWorkload(params) {
    g_file = nullptr;
    use({[](std::size_t size) {
           void *block = std::malloc(size);
           note(block, size);
           return block;
         },
         [](void *block) {
           note(block, 0);
           std::free(block);
         }});
  }
  Naive(const Naive &) = delete;
  Naive &operator=(const Naive &) = delete;
  Naive(Naive &&) = delete;
  Naive &operator=(Naive &&) = delete;
  ~Naive() override {
    drop();
    end();
  }

  void prepare(std::uint64_t /*n*/) override {
    end();
    g_file = std::fopen(scratch_.path("events").c_str(), "wb");
    std::setvbuf(g_file, nullptr, _IONBF, 0);
  }

private:
  struct Event {
    std::uint64_t ticks;
    void *block;
    std::uint64_t size;
  };

  static void note(void *block, std::uint64_t size) {
    const Event event{os::read_ticks(), block, size};
    if (g_file != nullptr && block != nullptr) {
      std::fwrite(&event, sizeof event, 1, g_file);
    }
  }
  static void end() noexcept {
    if (g_file != nullptr) {
      std::fclose(g_file);
      g_file = nullptr;
    }
  }
  bench::Verification verify_events() override {
    const std::uint64_t n = std::filesystem::file_size(scratch_.path("events")) / sizeof(Event);
    return {n + 64 >= 2 * last() ? "" : "events are missing"};
  }

  inline static std::FILE *g_file = nullptr;
  Scratch scratch_;
};

template <class W> bench::Maker maker() {
  return [](const bench::Params &params) { return std::make_unique<W>(params); };
}

} // namespace

void declare_benches_record(bench::Registry &registry) {
  bench::Benchmark &benchmark =
      registry.benchmark("trace/record")
          .summary("a free and a malloc of 16 to 271 bytes, 64 blocks live, through pointers: "
                   "recorded, and not")
          .op("one free and one malloc: two events")
          .fooled_by("the program does nothing else: of a real one a few percent are calls of the "
                     "allocator; see trace/program")
          .fooled_by("each batch begins a file anew: what the disk writes later is not there")
          .repeatable()
          .isolated()
          .uncounted("system calls write what is recorded")
          .headline();
  const std::string id = benchmark.id();
  benchmark.add_design("recorder", "libvmperf_trace.so before the C library")
      .available(find)
      .runs(id, maker<Recorded>());
  benchmark.add_design("none", "the C library alone: nothing is recorded")
      .limit()
      .runs(id, maker<Bare>());
  benchmark.add_design("naive", "24 bytes by a write for each event").runs(id, maker<Naive>());
}

} // namespace vmperf::trace
