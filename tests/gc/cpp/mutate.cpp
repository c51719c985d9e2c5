// Random work on a heap beside a model of it, on any collector and barrier:
//   mutate COLLECTOR BARRIER SEED STEPS [key=value ...]
// keys: heap_kib nursery_kib tenure stress verify pacer table target_us workers pins (objects that
// are pinned at a time) drop_barrier skip_slot drop_shade drop_steal overlook_pins. Prints the
// checksum of what is reachable at the end, the number of pauses, the most workers that marked and
// all steals; "found: ..." where the verifier or the comparison with the model found something
// (exit 3).
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "model.hpp"
#include "vmperf/base/rng.hpp"
#include "vmperf/gc/pin.hpp"
#include "vmperf/gc/with_heap.hpp"

using namespace vmperf::gc;

namespace {

struct Outcome {
  std::uint64_t sum;
  std::size_t pauses;
  std::uint32_t workers;
  std::uint64_t steals;
};

struct Job {
  std::uint64_t seed = 1, steps = 1000, table = 300;
};

std::unordered_map<std::string, std::uint64_t> keys;

std::uint64_t key(const char *name, std::uint64_t otherwise) {
  const auto found = keys.find(name);
  return found == keys.end() ? otherwise : found->second;
}

[[noreturn]] void wrong(const std::string &what) {
  throw std::logic_error(what);
}

template <class H> class Work {
public:
  Work(H &heap, const Job &job)
      : heap_(heap), mutator_(heap), scope_(mutator_), rng_(job.seed),
        node_(heap.types().fixed(3, 8)), refs_(heap.types().ref_array()),
        bytes_(heap.types().byte_array()),
        table_(mutator_,
               heap.allocate_array(mutator_, refs_, static_cast<std::uint32_t>(job.table))) {
    model_.table.resize(job.table);
  }

  std::uint64_t run(std::uint64_t steps) {
    for (std::uint64_t i = 0; i < steps; ++i) {
      step();
      pin_some();
      heap_.safepoint(mutator_);
    }
    pins_.clear();
    model_.pinned.clear();
    for (unsigned i = 0; i < 2; ++i) { // what finalizers kept goes with the second
      heap_.collect(mutator_, Kind::major);
      drain();
    }
    check_weak();
    const std::uint64_t sum = compare();
    heap_.verify(mutator_);
    return sum;
  }

private:
  std::size_t place() { return rng_.below(model_.table.size()); }

  void step() {
    const std::uint64_t what = rng_.below(1000);
    if (what < 400) {
      create();
    } else if (what < 800) {
      link();
    } else if (what < 880) {
      const std::size_t at = place();
      model_.table[at] = 0;
      heap_.store(mutator_, table_.get(), at, 0);
    } else if (what < 985) {
      for (unsigned i = 0; i < 20; ++i) { // garbage
        (void)heap_.allocate(mutator_, node_);
      }
    } else if (what < 994) {
      heap_.collect(mutator_, Kind::minor);
      drain();
    } else if (what < 997) {
      heap_.collect(mutator_, Kind::major);
      drain();
    } else {
      compare();
    }
  }

  /// Pins what a place of the table refers to, or gives a pin back; what is pinned lies as it lay.
  void pin_some() {
    const std::uint64_t most = key("pins", 0);
    if (most == 0 || rng_.below(8) != 0) {
      return;
    }
    const std::size_t at = place();
    if (pins_.size() == most) {
      const std::size_t which = rng_.below(most);
      pins_.erase(pins_.begin() + static_cast<std::ptrdiff_t>(which));
      model_.pinned.erase(model_.pinned.begin() + static_cast<std::ptrdiff_t>(which));
    } else if (model_.table[at] != 0) {
      pins_.push_back(std::make_unique<Pinned>(mutator_, heap_.load(table_.get(), at)));
      model_.pinned.push_back(model_.table[at]);
      if (heap_.load(table_.get(), at) != pins_.back()->get()) {
        wrong("a pin is not where its object is");
      }
    }
    for (std::size_t i = 0; i < pins_.size(); ++i) {
      check_object(model_.pinned[i], pins_[i]->get());
    }
  }

  Ref make(std::size_t &number) {
    const std::uint64_t sort = rng_.below(100);
    if (sort < 80) {
      const Ref made = heap_.allocate(mutator_, node_);
      number = model_.add(model::Sort::node, rng_.next(), 3, 0);
      *heap_.words(made) = model_.objects[number].value;
      return made;
    }
    const auto length = static_cast<std::uint32_t>(rng_.below(sort < 98    ? 100
                                                              : sort == 98 ? 2000
                                                                           : 30000));
    if (sort % 2 == 0) {
      number = model_.add(model::Sort::refs, 0, length / 8, length / 8);
      return heap_.allocate_array(mutator_, refs_, length / 8);
    }
    const Ref made = heap_.allocate_array(mutator_, bytes_, length);
    number = model_.add(model::Sort::bytes, rng_.next(), 0, length);
    for (std::size_t i = 0; i < length; ++i) {
      heap_.bytes(made)[i] = byte(number, i);
    }
    return made;
  }

  [[nodiscard]] std::byte byte(std::size_t number, std::size_t i) const {
    return static_cast<std::byte>(model_.objects[number].value >> (i % 8 * 8));
  }

  void create() {
    std::size_t number = 0;
    const Ref made = make(number);
    const std::size_t at = place();
    heap_.store(mutator_, table_.get(), at, made);
    model_.table[at] = number;
    const std::uint64_t more = rng_.below(100);
    if (more < 10) {
      weak_.push_back({heap_.add_weak(made), number});
    } else if (more < 20) {
      heap_.add_finalizer(made);
      finalizers_.emplace(number, 0);
      numbers_of_due_.emplace(number, model_.objects[number].value);
    } else if (more < 30) {
      HandleScope scope(mutator_);
      Handle key_object(mutator_, made);
      std::size_t value = 0;
      const Ref value_ref = make(value);
      heap_.add_ephemeron(key_object.get(), value_ref);
      weak_.push_back({heap_.add_weak(value_ref), value});
      model_.ephemerons.push_back({number, value});
    }
  }

  void link() {
    const std::size_t from = place();
    const std::size_t number = model_.table[from];
    if (number == 0 || model_.objects[number].fields.empty()) {
      return;
    }
    const std::size_t field = rng_.below(model_.objects[number].fields.size());
    const std::size_t to = place();
    model_.objects[number].fields[field] = model_.table[to];
    const Ref table = table_.get();
    heap_.store(mutator_, heap_.load(table, from), field, heap_.load(table, to));
  }

  /// What finalizers are due for must be unreachable.
  void drain() {
    const std::vector<char> alive = model_.reachable();
    while (const Ref due = heap_.take_finalizable()) {
      const std::uint64_t mark = references_mark(heap_.header(due));
      std::size_t matches = 0;
      for (auto &[number, delivered] : finalizers_) {
        const model::Object &object = model_.objects[number];
        if (delivered == 0 && alive[number] == 0 && same(object, due, mark)) {
          delivered = 1;
          ++matches;
          break;
        }
      }
      if (matches == 0) {
        wrong("a finalizer is due for an object that is reachable or was never to have one");
      }
    }
  }

  bool same(const model::Object &object, Ref ref, std::uint64_t mark) const {
    switch (object.sort) {
    case model::Sort::node:
      return mark < kByteArrayMark && *heap_.words(ref) == object.value;
    case model::Sort::refs:
      return mark == kRefArrayMark && heap_.length(ref) == object.length;
    default:
      return mark == kByteArrayMark && heap_.length(ref) == object.length;
    }
  }

  void check_weak() {
    const std::vector<char> alive = model_.reachable();
    for (const Weak &weak : weak_) {
      if ((heap_.weak(weak.id) != 0) != (alive[weak.number] != 0)) {
        wrong("a weak reference and the model disagree on whether its target lives");
      }
      if (alive[weak.number] != 0) {
        check_object(weak.number, heap_.weak(weak.id));
      }
    }
    for (const auto &[number, delivered] : finalizers_) {
      if ((delivered != 0) != (alive[number] == 0)) {
        wrong("a finalizer ran for a living object, or did not for a dead one");
      }
    }
  }

  void check_object(std::size_t number, Ref ref) const {
    const model::Object &object = model_.objects[number];
    if (ref == 0 || !same(object, ref, references_mark(heap_.header(ref)))) {
      wrong("an object is not what the model says");
    }
    if (object.sort == model::Sort::bytes) {
      for (std::size_t i = 0; i < object.length; ++i) {
        if (heap_.bytes(ref)[i] != byte(number, i)) {
          wrong("a byte array's content has changed");
        }
      }
    }
  }

  /// Walks heap and model side by side from the table; the sum of what is met, in order.
  std::uint64_t compare() {
    std::unordered_map<std::size_t, Ref> placed;
    std::unordered_set<Ref> taken;
    std::vector<std::size_t> todo;
    std::uint64_t sum = 0;
    const auto meet = [&](std::size_t number, Ref ref) {
      sum = vmperf::mix64(sum + number);
      if ((number == 0) != (ref == 0)) {
        wrong("a reference is null on one side alone");
      }
      if (number == 0) {
        return;
      }
      const auto [found, fresh] = placed.try_emplace(number, ref);
      if (found->second != ref || (fresh && !taken.insert(ref).second)) {
        wrong("one object is two, or two are one");
      }
      if (fresh) {
        check_object(number, ref);
        todo.push_back(number);
      }
    };
    for (std::size_t i = 0; i < pins_.size(); ++i) {
      meet(model_.pinned[i], pins_[i]->get());
    }
    for (std::size_t i = 0; i < model_.table.size(); ++i) {
      meet(model_.table[i], heap_.load(table_.get(), i));
    }
    while (!todo.empty()) {
      const std::size_t number = todo.back();
      todo.pop_back();
      const std::vector<std::size_t> &fields = model_.objects[number].fields;
      for (std::size_t i = 0; i < fields.size(); ++i) {
        meet(fields[i], heap_.load(placed[number], i));
      }
    }
    return sum;
  }

  struct Weak {
    WeakId id;
    std::size_t number;
  };

  H &heap_;
  Mutator mutator_;
  HandleScope scope_;
  vmperf::CounterRng rng_;
  TypeId node_, refs_, bytes_;
  Handle table_;
  model::Model model_;
  std::vector<Weak> weak_;
  std::vector<std::unique_ptr<Pinned>> pins_;       ///< of model_.pinned, in its order
  std::unordered_map<std::size_t, int> finalizers_; ///< by number: whether delivered
  std::unordered_map<std::size_t, std::uint64_t> numbers_of_due_;
};

Options options_of(char **argv) {
  Options options;
  options.collector = argv[1];
  options.barrier = std::strcmp(argv[2], "-") == 0 ? "" : argv[2];
  options.heap_bytes = key("heap_kib", 4096) << 10U;
  options.nursery_bytes = key("nursery_kib", 64) << 10U;
  options.tenure = static_cast<unsigned>(key("tenure", 0));
  options.stress = key("stress", 0);
  options.verify = key("verify", 0) != 0;
  options.pacer = pacer_names()[options.collector == "gen-immix" ? key("pacer", 0) : 0];
  options.pause_target_ms = static_cast<double>(key("target_us", 0)) * 1e-3;
  options.workers = static_cast<unsigned>(key("workers", 1));
  options.pretouch = false;
  return options;
}

} // namespace

int main(int argc, char **argv) {
  Job job;
  job.seed = std::strtoull(argv[3], nullptr, 10);
  job.steps = std::strtoull(argv[4], nullptr, 10);
  for (int i = 5; i < argc; ++i) {
    const std::string word = argv[i];
    const std::size_t equals = word.find('=');
    keys[word.substr(0, equals)] = std::strtoull(word.c_str() + equals + 1, nullptr, 10);
  }
  job.table = key("table", 300);
#ifdef VMPERF_GC_FAULTS
  faults.drop_barrier = static_cast<unsigned>(key("drop_barrier", 0));
  faults.skip_slot = static_cast<unsigned>(key("skip_slot", 0));
  faults.drop_steal = static_cast<unsigned>(key("drop_steal", 0));
  faults.overlook_pins = key("overlook_pins", 0) != 0;
  faults.drop_shade = static_cast<unsigned>(key("drop_shade", 0));
#endif
  try {
    const Outcome said = with_heap(options_of(argv), [&](auto &heap) {
      Outcome outcome{Work(heap, job).run(job.steps), heap.pauses().size(), 0, 0};
      for (const Pause &pause : heap.pauses()) {
        outcome.workers = std::max(outcome.workers, pause.workers);
        outcome.steals += pause.steals;
      }
      return outcome;
    });
    std::printf("%016llx %zu %u %llu\n", static_cast<unsigned long long>(said.sum), said.pauses,
                said.workers, static_cast<unsigned long long>(said.steals));
  } catch (const std::exception &error) {
    std::printf("found: %s\n", error.what());
    return 3;
  }
  return 0;
}
