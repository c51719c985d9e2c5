// Racing loads, by the workload of memops/guest_tearing. Usage:
//   tearing race WHAT LOADS   WHAT is 8, 16, 32 or bytes, the control; prints what was seen
//   tearing refusals          what verify() must refuse, and a forked child
#include <sys/wait.h>

#include <string>
#include <string_view>

#include "support.hpp"
#include "vmperf/bench/sink.hpp"
#include "vmperf/memops/api/tearing.hpp"
#include "vmperf/memops/guest.hpp"

using namespace vmperf::memops;

namespace {

struct Guest {
  Ops::Copy *copy;
  void operator()(void *dst, const void *src, std::size_t n) const { copy(dst, src, n); }
};

struct Bytes {
  void operator()(void *dst, const void *src, std::size_t n) const {
    for (std::size_t i = 0; i < n; ++i) {
      static_cast<Byte *>(dst)[i] = vmperf::bench::opaque(static_cast<const Byte *>(src)[i]);
    }
  }
};

struct Nothing {
  void operator()(void * /*dst*/, const void * /*src*/, std::size_t /*n*/) const {}
};

constexpr std::uint64_t kBatch = std::uint64_t{1} << 20U;

template <class Workload> void run_race(Workload &&workload, std::uint64_t loads) {
  while (workload.sightings().loads < loads) {
    workload.run(std::min(kBatch, loads - workload.sightings().loads));
  }
  const Sightings saw = workload.sightings();
  std::printf("loads %llu torn %llu changed %llu\n", static_cast<unsigned long long>(saw.loads),
              static_cast<unsigned long long>(saw.torn),
              static_cast<unsigned long long>(saw.changed));
}

void race(std::string_view what, std::uint64_t loads) {
  if (what == "bytes") {
    run_race(TearingWorkload<Bytes, 8>(Bytes(), Expected::torn), loads);
  } else if (what == "8") {
    run_race(TearingWorkload<Guest, 8>(Guest{guest_copier(8)}, Expected::whole), loads);
  } else if (what == "16") {
    run_race(TearingWorkload<Guest, 16>(Guest{guest_copier(16)}, Expected::whole), loads);
  } else {
    run_race(TearingWorkload<Guest, 32>(Guest{guest_copier(32)}, Expected::whole), loads);
  }
}

template <class Workload> std::string fault_of(Workload &&workload, std::uint64_t loads) {
  CHECK(workload.verify().ok(), "nothing was claimed yet");
  const std::uint64_t done = workload.run(loads);
  CHECK(done == loads, "run(%llu) did %llu", static_cast<unsigned long long>(loads),
        static_cast<unsigned long long>(done));
  return workload.verify().fault;
}

bool holds(const std::string &text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// What verify() says once reader and writer did race: others may have the CPU of one of them.
template <class Copy>
std::string fault_in_a_race(Copy copy, Expected expected, std::uint64_t loads,
                            std::string_view part) {
  constexpr int kRaces = 50;
  std::string said;
  for (int race = 0; race < kRaces; ++race) {
    said = fault_of(TearingWorkload<Copy, 8>(copy, expected), loads);
    if (part.empty() ? said.empty() : holds(said, part)) {
      break;
    }
  }
  return said;
}

void test_refusals() {
  const Guest guest{guest_copier(8)};
  constexpr std::string_view kTorn = " of 1048576 loads of 8 bytes were torn";
  std::string said = fault_in_a_race(Bytes(), Expected::whole, kBatch, kTorn);
  CHECK(holds(said, kTorn), "'%s'", said.c_str());
  constexpr std::string_view kWhole = "the control did not tear";
  said = fault_in_a_race(guest, Expected::torn, kBatch, kWhole);
  CHECK(holds(said, kWhole), "'%s'", said.c_str());
  said = fault_of(TearingWorkload<Nothing, 8>(Nothing(), Expected::whole), 1000);
  CHECK(holds(said, "no race: none of 1000 loads"), "'%s'", said.c_str());
  said = fault_in_a_race(guest, Expected::whole, kBatch + 7, "");
  CHECK(said.empty(), "'%s'", said.c_str());
}

// As the harness counts instructions: no writer there, and no waiting for it.
void test_forked_child() {
  TearingWorkload<Guest, 8> workload(Guest{guest_copier(8)}, Expected::whole);
  workload.run(1000);
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    _exit(workload.run(700) == 700 ? 0 : 1);
  }
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0,
        "status %d", status);
  CHECK(workload.run(1000) == 1000, "the parent goes on");
}

} // namespace

int main(int argc, char **argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "race") {
    CHECK(argc == 4, "usage: tearing race WHAT LOADS");
    race(argv[2], std::strtoull(argv[3], nullptr, 10));
  } else {
    CHECK(what == "refusals", "usage: tearing race WHAT LOADS | refusals");
    test_refusals();
    test_forked_child();
    std::puts("ok");
  }
}
