// memops/guest_tearing: the proof that guest copies do not tear, by racing loads.
#include <memory>
#include <string>

#include "benches.hpp"
#include "designs.hpp"
#include "vmperf/memops/api.hpp"
#include "vmperf/memops/api/tearing.hpp"
#include "vmperf/memops/guest.hpp"

namespace vmperf::memops {
namespace {

template <std::size_t kAtom> bench::WorkloadPtr make_whole() {
  using Fn = Indirect<Ops::Copy>;
  return std::make_unique<TearingWorkload<Fn, kAtom>>(Fn(guest_copier(kAtom)), Expected::whole);
}

} // namespace

bench::Maker tearing_maker(std::size_t atom) {
  return [atom](const bench::Params & /*params*/) -> bench::WorkloadPtr {
    switch (atom) {
    case 8:
      return make_whole<8>();
    case 16:
      return make_whole<16>();
    default:
      return make_whole<32>();
    }
  };
}

void declare_tearing(bench::Registry &registry) {
  registry.benchmark("memops/guest_tearing")
      .summary("a second thread copies whole blocks of one byte value into 128 bytes, again and "
               "again; the measured thread copies them out by the same function. ok = no atom came "
               "out with two values; of naive, the control by bytes: some did")
      .op("one racing load of an atom, and a look at it; loads during which the writer did not "
          "write do not count and are done again")
      .fooled_by("threads that take turns do not race: a process with one CPU is unsupported")
      .fooled_by("the time is that of cache lines on their way between two cores, or of two "
                 "threads in one, and of waking the writer: it ranks no design")
      .fooled_by("instructions are counted in a forked process, which reads alone")
      .fooled_by("that no atom of 32 bytes tore here is no promise of another CPU")
      .repeatable()
      .designs("memops");
}

void add_tearing(Designs &designs) {
  designs.naive.runs(
      "memops/guest_tearing", [](const bench::Params & /*params*/) -> bench::WorkloadPtr {
        return std::make_unique<TearingWorkload<NaiveCopy, 8>>(NaiveCopy(), Expected::torn);
      });
}

} // namespace vmperf::memops
