// Reading a trace: our format, the text of memory_replay, and operations as they lie in memory.
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "benches_scratch.hpp"
#include "vmperf/bench/params.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/bench/report.hpp"
#include "vmperf/trace/file.hpp"
#include "vmperf/trace/generate.hpp"

namespace vmperf::trace {
namespace {

// What one writes at once: the array as it is, eight times as large.
AllocationTrace read_naive(const std::string &path) {
  AllocationTrace trace;
  trace.ops.resize(std::filesystem::file_size(path) / sizeof(Op));
  const std::unique_ptr<std::FILE, int (*)(std::FILE *)> file(std::fopen(path.c_str(), "rb"),
                                                              std::fclose);
  if (std::fread(trace.ops.data(), sizeof(Op), trace.ops.size(), file.get()) != trace.ops.size()) {
    trace.ops.clear();
  }
  return trace;
}

void write_naive(const std::string &path, const AllocationTrace &trace) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE *)> file(std::fopen(path.c_str(), "wb"),
                                                              std::fclose);
  std::fwrite(trace.ops.data(), sizeof(Op), trace.ops.size(), file.get());
}

class ReadWorkload final : public bench::Workload {
public:
  using Read = AllocationTrace (*)(const std::string &);
  using Write = void (*)(const std::string &, const AllocationTrace &);

  ReadWorkload(const bench::Params &params, Read read, Write save) : read_(read) {
    GenerateOptions options;
    options.n_allocations = params.get_size("allocations", 1, 100'000'000);
    options.live = 10'000;
    options.threads = 4;
    options.handed_over = 0.1;
    options.realloc = 0.05;
    options.seed = params.seed();
    made_ = generate(options);
    save(path_, made_);
  }

  std::uint64_t run(std::uint64_t n) override {
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < n; ++i) {
      last_ = read_(path_);
      sum += last_.ops.size();
    }
    return sum;
  }
  [[nodiscard]] bench::Verification verify() override {
    const bool same = last_.ops.size() == made_.ops.size();
    for (std::size_t i = 0; same && i < made_.ops.size(); ++i) {
      const Op &a = made_.ops[i];
      const Op &b = last_.ops[i]; // the text begins at the first operation's time
      if (a.slot != b.slot || a.size_bytes != b.size_bytes || a.kind != b.kind ||
          a.thread != b.thread) {
        return {"operation " + std::to_string(i) + " is another one"};
      }
    }
    return {same ? "" : "operations are missing"};
  }
  void report(bench::Report &report) override {
    report.metric("bytes_per_operation", static_cast<double>(std::filesystem::file_size(path_)) /
                                             static_cast<double>(made_.ops.size()));
  }

private:
  Scratch scratch_;
  std::string path_ = scratch_.path("it");
  Read read_;
  AllocationTrace made_, last_;
};

bench::Maker maker(ReadWorkload::Read read, ReadWorkload::Write save) {
  return [=](const bench::Params &params) {
    return std::make_unique<ReadWorkload>(params, read, save);
  };
}

} // namespace

void declare_benches(bench::Registry &registry) {
  registry.benchmark("trace/read")
      .summary("a generated trace of four threads, 10 000 blocks live, read whole from a file in "
               "the page cache: about 2.05 operations an allocation")
      .op("one file")
      .fooled_by("the file is in the page cache: from a disk its size counts, bytes_per_operation")
      .fooled_by("naive checks nothing, and its file is eight times as large")
      .repeatable()
      .axis("allocations", {1000, 10'000, 100'000}, 10'000)
      .metric("bytes_per_operation", "B", bench::Better::lower)
      .design("vmt", "varints, checked: the format of vmperf", maker(read_vmt, write_vmt))
      .design("text", "memory_replay text", maker(read_memory_replay, write_memory_replay))
      .design("naive", "operations as they lie in memory, by fread",
              maker(read_naive, write_naive));
}

} // namespace vmperf::trace
