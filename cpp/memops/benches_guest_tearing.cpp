// memops/guest_tearing: the proof that guest copies do not tear, by racing loads.
#include <memory>
#include <string>

#include "designs.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/memops/api.hpp"
#include "vmperf/memops/api/tearing.hpp"
#include "vmperf/memops/guest.hpp"

namespace vmperf::memops {
namespace {

template <class Fn, std::size_t kAtom>
void race(bench::Design &design, Fn (*make)(), Expected expected) {
  design.runs("memops/guest_tearing",
              [make, expected](const bench::Params & /*params*/) -> bench::WorkloadPtr {
                return std::make_unique<TearingWorkload<Fn, kAtom>>(make(), expected);
              });
}

template <std::size_t kAtom> void race_guest(bench::Registry &registry) {
  race<Indirect<Ops::Copy>, kAtom>(
      registry.design("memops", "guest_" + std::to_string(kAtom)),
      [] { return Indirect<Ops::Copy>(guest_copier(kAtom)); }, Expected::whole);
}

} // namespace

void declare_benches_guest_tearing(bench::Registry &registry) {
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
  race<NaiveCopy, 8>(
      registry.design("memops", "naive"), [] { return NaiveCopy(); }, Expected::torn);
  race_guest<8>(registry);
  race_guest<16>(registry);
  race_guest<32>(registry);
}

} // namespace vmperf::memops
