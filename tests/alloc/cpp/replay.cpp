// The replay engine against a shadow allocator that knows each live block: requests come in the
// recorded order and with the recorded sizes, and every block is freed once. Usage:
//   replay order | stamped | same | real | churn | check | bad | null SEED, or image SEED FILE
// `same` is also run under ThreadSanitizer, with blocks that are written without a lock.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "vmperf/alloc/api/replay.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/base/rng.hpp"

using namespace vmperf;
using namespace vmperf::alloc;
using trace::Kind;
using trace::Op;

namespace {

#define REQUIRE(condition)                                                                         \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      std::printf("line %d: %s\n", __LINE__, #condition);                                          \
      std::exit(1);                                                                                \
    }                                                                                              \
  } while (false)

// ---- the shadow ----------------------------------------------------------------------------

struct Call {
  Kind kind;
  std::size_t size;
  int block; ///< of a free or realloc, which one
};

struct Shadow {
  std::mutex lock;
  std::map<void *, int> live;
  std::vector<Call> calls;
  std::vector<std::size_t> sizes;
  int purges = 0, bad_frees = 0;

  void *made(Kind kind, std::size_t size, void *block, int before) {
    live[block] = static_cast<int>(sizes.size());
    sizes.push_back(size);
    calls.push_back({kind, size, before});
    return block;
  }
  int gone(void *block) {
    const auto at = live.find(block);
    if (at == live.end()) {
      ++bad_frees;
      return -1;
    }
    const int number = at->second;
    live.erase(at);
    return number;
  }
};

Shadow shadow;

void *shadow_malloc(std::size_t size) {
  const std::scoped_lock held(shadow.lock);
  return shadow.made(Kind::malloc, size, std::malloc(size), -1);
}
void *shadow_calloc(std::size_t count, std::size_t size) {
  const std::scoped_lock held(shadow.lock);
  return shadow.made(Kind::calloc, count * size, std::calloc(count, size), -1);
}
void *shadow_realloc(void *block, std::size_t size) {
  const std::scoped_lock held(shadow.lock);
  const int before = shadow.gone(block);
  return shadow.made(Kind::realloc, size, std::realloc(block, size), before);
}
void *shadow_aligned(std::size_t alignment, std::size_t size) {
  const std::scoped_lock held(shadow.lock);
  return shadow.made(Kind::aligned, size, std::aligned_alloc(alignment, size), -1);
}
void shadow_free(void *block) {
  const std::scoped_lock held(shadow.lock);
  shadow.calls.push_back({Kind::free, 0, shadow.gone(block)});
  std::free(block);
}
void shadow_purge() {
  ++shadow.purges;
}

Face shadow_face() {
  return {.malloc = shadow_malloc,
          .free = shadow_free,
          .calloc = shadow_calloc,
          .realloc = shadow_realloc,
          .aligned_alloc = shadow_aligned,
          .purge = shadow_purge,
          .name = "shadow",
          .version = {},
          .path = {}};
}

// ---- traces --------------------------------------------------------------------------------

struct Made {
  std::vector<Op> ops;
  std::uint64_t live_bytes = 0, live_blocks = 0, peak_bytes = 0, unmatched = 0;
};

Made draw(std::uint64_t seed, std::uint32_t threads, std::size_t n) {
  CounterRng rng(seed);
  Made made;
  std::vector<std::uint64_t> bytes(97, 0);
  std::vector<bool> taken(97, false);
  for (std::size_t i = 0; i < n; ++i) {
    const auto slot = static_cast<std::uint32_t>(rng.below(97));
    Op op{};
    op.time_ns = 1000 + i * 50;
    op.slot = slot;
    op.thread = static_cast<std::uint32_t>(rng.below(threads)) * 7;
    op.size_bytes = 1 + rng.below(rng.below(10) == 0 ? 20000 : 300);
    const std::uint64_t dice = rng.below(10);
    if (taken[slot]) {
      op.kind = dice < 3 ? Kind::realloc : Kind::free;
    } else {
      op.kind = dice < 6 ? Kind::malloc : dice < 8 ? Kind::calloc : Kind::aligned;
      op.alignment_log2 =
          op.kind == Kind::aligned ? static_cast<std::uint8_t>(4 + rng.below(9)) : 0;
      if (dice == 0 && rng.below(2) == 0) {
        op.kind = Kind::free; // of what was never allocated
        ++made.unmatched;
      }
    }
    if (op.kind == Kind::free) {
      op.size_bytes = 0;
    }
    made.ops.push_back(op);
    made.live_bytes -= bytes[slot];
    taken[slot] = op.kind != Kind::free;
    bytes[slot] = op.kind == Kind::free ? 0 : op.size_bytes;
    made.live_bytes += bytes[slot];
    made.peak_bytes = std::max(made.peak_bytes, made.live_bytes);
  }
  made.live_blocks = static_cast<std::uint64_t>(std::count(taken.begin(), taken.end(), true));
  return made;
}

// What a program of one thread would have asked for, in order.
std::vector<Call> expected(const Made &made) {
  std::vector<Call> calls;
  std::vector<int> block(97, -1);
  int next = 0;
  for (const Op &op : made.ops) {
    int &mine = block[op.slot];
    if (op.kind == Kind::free && mine < 0) {
      continue;
    }
    std::size_t size = op.size_bytes;
    if (op.kind == Kind::aligned) {
      const std::size_t alignment = std::size_t{1} << op.alignment_log2;
      size = (size + alignment - 1) / alignment * alignment;
    }
    const bool takes = op.kind == Kind::free || op.kind == Kind::realloc;
    calls.push_back({op.kind, size, takes ? mine : -1});
    mine = op.kind == Kind::free ? -1 : next++;
  }
  return calls;
}

bool same_first_calls(const std::vector<Call> &a, const std::vector<Call> &b, std::size_t n) {
  return a.size() >= n && b.size() >= n &&
         std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(n), b.begin(),
                    [](const Call &x, const Call &y) {
                      return x.kind == y.kind && x.size == y.size && x.block == y.block;
                    });
}

void require_counts(const Replayed &found, const ReplayPlan &plan, const Made &made) {
  REQUIRE(plan.counts().unmatched_frees == made.unmatched);
  REQUIRE(plan.counts().n_ops == made.ops.size() - made.unmatched);
  REQUIRE(plan.counts().live_peak_bytes == made.peak_bytes);
  REQUIRE(plan.counts().live_end_bytes == made.live_bytes);
  REQUIRE(plan.counts().live_end_blocks == made.live_blocks);
  REQUIRE(found.n_ops == plan.counts().n_ops && found.n_failed == 0);
  std::uint64_t n = 0;
  for (const ClassFigures &one : found.classes) {
    n += one.n_ops;
  }
  REQUIRE(n == plan.counts().n_ops);
  REQUIRE(!found.series.empty() && found.series.front().ops == 0);
  for (std::size_t i = 1; i < found.series.size(); ++i) {
    REQUIRE(found.series[i].ops > found.series[i - 1].ops);
  }
  REQUIRE(shadow.bad_frees == 0 && shadow.live.empty() && shadow.purges == 1);
  REQUIRE(shadow.calls.size() == plan.counts().n_ops + plan.counts().live_end_blocks);
}

// ---- what is tested ------------------------------------------------------------------------

void order(std::uint64_t seed, ReplaySettings settings) {
  const Made made = draw(seed, 3, 20000);
  const ReplayPlan plan = plan_replay(made.ops, ReplayThreads::merge, ReplaySpeed::max, 50);
  REQUIRE(plan.threads().size() == 1);
  const Replayed found = replay(plan, shadow_face(), settings);
  require_counts(found, plan, made);
  REQUIRE(same_first_calls(shadow.calls, expected(made), plan.counts().n_ops));
  REQUIRE(found.series.size() >= 40 && found.ns_total > 0);
  if (settings.stamped) {
    for (const ClassFigures &one : found.classes) {
      REQUIRE(!one.latency.empty() && one.ns_total > 0);
    }
  }
}

void same(std::uint64_t seed, ReplaySpeed speed) {
  const Made made = draw(seed, 5, speed == ReplaySpeed::real ? 2000 : 20000);
  const ReplayPlan plan = plan_replay(made.ops, ReplayThreads::same, speed, 50);
  REQUIRE(plan.threads().size() == 5);
  const Replayed found = replay(plan, shadow_face(), {.touch = ReplayTouch::all});
  require_counts(found, plan, made);
  if (speed == ReplaySpeed::real) {
    REQUIRE(found.wall_ns >= static_cast<double>(made.ops.back().time_ns - 1000));
  }
}

// ReplayThreads that follow one another are no more than two at a time.
void churn() {
  std::vector<Op> ops;
  for (std::uint32_t i = 0; i < 300; ++i) {
    ops.push_back({i, 64, i % 5, i, Kind::malloc, 0});
    ops.push_back({i, 0, i % 5, i + 1, Kind::free, 0});
  }
  const ReplayPlan plan = plan_replay(ops, ReplayThreads::same, ReplaySpeed::max);
  REQUIRE(plan.threads().size() == 301);
  static_cast<void>(replay(plan, shadow_face(), {}));
  REQUIRE(shadow.bad_frees == 0 && shadow.calls.size() == ops.size() && shadow.live.empty());
}

// A plan in a file is the plan; one that is cut off anywhere is refused.
void image(std::uint64_t seed, const std::string &path) {
  const Made made = draw(seed, 4, 3000);
  const ReplayPlan plan = plan_replay(made.ops, ReplayThreads::same, ReplaySpeed::real, 20);
  const auto bytes = plan.image();
  const auto write = [&](std::size_t n) {
    std::FILE *file = std::fopen(path.c_str(), "wb");
    REQUIRE(file != nullptr && std::fwrite(bytes.data(), 1, n, file) == n);
    std::fclose(file);
  };
  write(bytes.size());
  const ReplayPlan opened = ReplayPlan::open(path);
  REQUIRE(std::ranges::equal(opened.image(), bytes) && opened.threads().size() == 4);
  REQUIRE(opened.threads()[2].steps.size() == plan.threads()[2].steps.size());
  require_counts(replay(opened, shadow_face(), {}), opened, made);
  for (std::size_t n = 0; n < bytes.size(); n += n < 200 ? 1 : 997) {
    write(n);
    bool caught = false;
    try {
      static_cast<void>(ReplayPlan::open(path));
    } catch (const TraceFormatError &) {
      caught = true;
    }
    REQUIRE(caught);
  }
}

// ---- allocators that are not sound ---------------------------------------------------------

void *twice(std::size_t size) {
  static void *const block = std::malloc(1 << 20);
  static_cast<void>(size);
  return block;
}
void *crooked(std::size_t size) {
  return static_cast<char *>(std::malloc(size + 1)) + 1;
}
void *none(std::size_t) {
  return nullptr;
}
void *dirty(std::size_t count, std::size_t size) {
  void *block = std::malloc(count * size + 1);
  std::memset(block, 0xa5, count * size);
  return block;
}
void *forgets(void *, std::size_t size) {
  return std::calloc(1, size);
}
void keeps(void *) {}

void check(std::uint64_t seed) {
  const Made made = draw(seed, 1, 5000);
  const ReplayPlan plan = plan_replay(made.ops, ReplayThreads::merge, ReplaySpeed::max);
  Face face = shadow_face();
  REQUIRE(check_replay(plan, face).ok());
  REQUIRE(shadow.bad_frees == 0 && shadow.live.empty());
  face.free = keeps;
  face.realloc = forgets;
  Face bad = face;
  bad.malloc = twice;
  REQUIRE(check_replay(plan, bad).overlapping > 0);
  bad.malloc = crooked;
  REQUIRE(check_replay(plan, bad).misaligned > 0 && check_replay(plan, bad).corrupted > 0);
  bad = face;
  bad.malloc = none;
  REQUIRE(check_replay(plan, bad).failed > 0);
  bad = face;
  bad.calloc = dirty;
  REQUIRE(check_replay(plan, bad).unzeroed > 0);
}

// ---- what is refused -----------------------------------------------------------------------

template <class Work> bool refused(const Work &work, const std::string &word) {
  try {
    work();
  } catch (const InvalidArgumentError &error) {
    return std::string(error.what()).find(word) != std::string::npos;
  }
  return false;
}

bool refused_ops(const std::vector<Op> &ops, const std::string &word) {
  return refused(
      [&] { static_cast<void>(plan_replay(ops, ReplayThreads::merge, ReplaySpeed::max)); }, word);
}

void bad() {
  REQUIRE(refused_ops({}, "empty"));
  REQUIRE(refused_ops({{1, 0, 3, 0, Kind::free, 0}}, "without an op"));
  REQUIRE(refused_ops({{1, 8, 0, 0, Kind::malloc, 0}, {2, 8, 0, 0, Kind::malloc, 0}}, "at op 1"));
  REQUIRE(refused_ops({{1, 8, 0, 0, Kind::aligned, 31}}, "2^31"));
  REQUIRE(refused_ops({{1, 8, 0xffff'ffff, 0, Kind::malloc, 0}}, "slot"));
  REQUIRE(refused_ops({{1, 8, 0, 0, static_cast<Kind>(9), 0}}, "kind 9"));
  const std::vector<Op> two = {{1, 8, 0, 0, Kind::malloc, 0}, {2, 8, 1, 1, Kind::malloc, 0}};
  const ReplayPlan plan = plan_replay(two, ReplayThreads::same, ReplaySpeed::max);
  REQUIRE(refused([&] { static_cast<void>(check_replay(plan, shadow_face())); }, "several"));
}

void null(std::uint64_t seed) {
  const Made made = draw(seed, 1, 5000);
  const ReplayPlan plan = plan_replay(made.ops, ReplayThreads::merge, ReplaySpeed::max);
  for (const ReplayTouch touch : {ReplayTouch::none, ReplayTouch::first, ReplayTouch::pages,
                                  ReplayTouch::all, ReplayTouch::use}) {
    const Replayed found = replay(plan, null_face(plan.counts().largest_bytes), {.touch = touch});
    REQUIRE(found.n_failed == 0 && found.n_ops == plan.counts().n_ops);
  }
}

} // namespace

int main(int argc, char **argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  if (what == "order") {
    order(seed, {.touch = ReplayTouch::all});
  } else if (what == "stamped") {
    order(seed, {.touch = ReplayTouch::first, .stamped = true});
  } else if (what == "same") {
    same(seed, ReplaySpeed::max);
  } else if (what == "real") {
    same(seed, ReplaySpeed::real);
  } else if (what == "churn") {
    churn();
  } else if (what == "image") {
    image(seed, argc > 3 ? argv[3] : "");
  } else if (what == "check") {
    check(seed);
  } else if (what == "bad") {
    bad();
  } else if (what == "null") {
    null(seed);
  } else {
    return 2;
  }
  std::printf("ok\n");
}
