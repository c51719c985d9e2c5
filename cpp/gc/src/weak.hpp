// Weak references, ephemerons and finalizers, and what a collection does about them once all else
// is traced: ephemerons in time linear in their number (each newly found object looks its own up),
// then weak references, then finalizers, whose objects live once more.
// A Tracer has: bool dead(Ref), Ref now(Ref), void keep(Ref &), void drain(), and `found`, a vector
// that gets the old place of each object found while it is set.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "vmperf/gc/object.hpp"

namespace vmperf::gc {

class WeakTable {
public:
  struct Ephemeron {
    Ref key, value;
  };

  std::vector<Ref> weak;             ///< by WeakId
  std::vector<std::uint32_t> unused; ///< places of `weak`
  std::vector<Ephemeron> ephemerons;
  std::vector<Ref> finalizers; ///< objects that have one
  std::vector<Ref> due;        ///< whose turn it is: roots

  [[nodiscard]] bool empty() const noexcept {
    return weak.empty() && ephemerons.empty() && finalizers.empty();
  }
};

template <class Tracer> class WeakPass {
public:
  WeakPass(WeakTable &table, Tracer &tracer) : table_(table), tracer_(tracer) {}

  void run() {
    if (table_.empty()) {
      return;
    }
    std::vector<Ref> found;
    tracer_.found = &found;
    begin_ephemerons();
    settle(found);
    for (Ref &target : table_.weak) {
      target = target == 0 || tracer_.dead(target) ? 0 : tracer_.now(target);
    }
    finalizers();
    settle(found);
    tracer_.found = nullptr;
    end_ephemerons();
  }

private:
  using Ephemeron = WeakTable::Ephemeron;

  void begin_ephemerons() {
    for (std::size_t i = 0; i < table_.ephemerons.size(); ++i) {
      Ephemeron &entry = table_.ephemerons[i];
      if (tracer_.dead(entry.key)) {
        pending_[entry.key].push_back(i);
      } else {
        tracer_.keep(entry.value);
      }
    }
  }

  /// Traces on until no object found has an ephemeron that waits for it.
  void settle(std::vector<Ref> &found) {
    tracer_.drain();
    while (!found.empty()) {
      const Ref key = found.back();
      found.pop_back();
      const auto waiting = pending_.find(key);
      if (waiting == pending_.end()) {
        continue;
      }
      for (const std::size_t i : waiting->second) {
        tracer_.keep(table_.ephemerons[i].value);
      }
      pending_.erase(waiting);
      tracer_.drain();
    }
  }

  void finalizers() {
    std::size_t kept = 0;
    for (Ref object : table_.finalizers) {
      if (tracer_.dead(object)) {
        tracer_.keep(object);
        table_.due.push_back(object);
      } else {
        table_.finalizers[kept++] = tracer_.now(object);
      }
    }
    table_.finalizers.resize(kept);
  }

  void end_ephemerons() {
    std::size_t kept = 0;
    for (const Ephemeron &entry : table_.ephemerons) {
      if (!tracer_.dead(entry.key)) {
        table_.ephemerons[kept++] = {tracer_.now(entry.key), entry.value};
      }
    }
    table_.ephemerons.resize(kept);
  }

  WeakTable &table_;
  Tracer &tracer_;
  std::unordered_map<Ref, std::vector<std::size_t>> pending_;
};

} // namespace vmperf::gc
