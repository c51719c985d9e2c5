#include "vmperf/gc/mutators/naive_space.hpp"

#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>
#include <string>
#include <utility>

#include "vmperf/base/error.hpp"
#include "vmperf/os/clock.hpp"

namespace vmperf::gc {

NaiveSpace::NaiveSpace(const SpaceSettings &settings) : limit_bytes_(settings.heap_bytes) {}

NaiveSpace::~NaiveSpace() {
  while (all_ != nullptr) {
    std::free(std::exchange(all_, all_->next));
  }
}

NaiveSpace::Ref NaiveSpace::take(std::size_t n_refs, std::size_t bytes) {
  const std::size_t body = (bytes + 7) / 8 * 8;
  if (body > std::numeric_limits<std::uint32_t>::max()) {
    throw CapacityError("object", body, std::numeric_limits<std::uint32_t>::max());
  }
  const std::size_t whole = sizeof(Object) + body;
  if (used_bytes_ + whole > limit_bytes_) [[unlikely]] {
    collect_for(Cause::heap_full);
    if (used_bytes_ + whole > limit_bytes_) {
      throw CapacityError("heap full with " + std::to_string(used_bytes_) + " bytes live", whole,
                          limit_bytes_);
    }
  }
  void *block = std::malloc(whole);
  if (block == nullptr) {
    throw std::bad_alloc();
  }
  all_ = new (block) Object{.next = all_,
                            .n_refs = static_cast<std::uint32_t>(n_refs),
                            .bytes_and_mark = static_cast<std::uint32_t>(body)};
  std::memset(all_->body(), 0, body);
  used_bytes_ += whole;
  return all_;
}

void NaiveSpace::collect(Kind /*extent*/) {
  collect_for(Cause::requested);
}

void NaiveSpace::collect_for(Cause cause) {
  Pause pause;
  pause.start_ns = os::now_ns();
  pause.live_before_bytes = used_bytes_;
  mark();
  const std::int64_t marked_ns = os::now_ns();
  sweep();
  pause.mark_ns = marked_ns - pause.start_ns;
  pause.ns = os::now_ns() - pause.start_ns;
  pause.sweep_ns = pause.ns - pause.mark_ns;
  pause.live_after_bytes = used_bytes_;
  pause.workers = 1;
  pause.cause = cause;
  pause.kind = Kind::major;
  pauses_.push_back(pause);
}

void NaiveSpace::mark() {
  const auto reach = [this](Object *object) {
    if (object != nullptr && (object->bytes_and_mark & 1U) == 0) {
      object->bytes_and_mark |= 1U;
      stack_.push_back(object);
    }
  };
  for (const Local *local : locals_) {
    reach(local->ref_);
  }
  for (const Root *root : roots_) {
    reach(root->ref_);
  }
  while (!stack_.empty()) {
    Object *const object = stack_.back();
    stack_.pop_back();
    for (std::uint32_t i = 0; i < object->n_refs; ++i) {
      reach(object->refs()[i]);
    }
  }
}

void NaiveSpace::sweep() {
  for (Object **link = &all_; *link != nullptr;) {
    Object *const object = *link;
    if ((object->bytes_and_mark & 1U) != 0) {
      object->bytes_and_mark &= ~1U;
      link = &object->next;
    } else {
      *link = object->next;
      used_bytes_ -= sizeof(Object) + object->bytes_and_mark;
      std::free(object);
    }
  }
}

SpaceFigures NaiveSpace::figures() const {
  return {.heap_limit_bytes = limit_bytes_,
          .collections = pauses_.size(),
          .minors = 0,
          .used_bytes = used_bytes_};
}

} // namespace vmperf::gc
