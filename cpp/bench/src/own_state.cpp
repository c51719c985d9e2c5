#include "own_state.hpp"

#include <algorithm>
#include <iterator>

namespace vmperf::bench {
namespace {

constexpr std::int64_t kMiB = std::int64_t{1024} * 1024;
constexpr std::int64_t kLeastLeftBytes = 4 * kMiB; // less is the allocator's own reserve

std::vector<int> without(const std::vector<int> &all, const std::vector<int> &some) {
  std::vector<int> rest;
  std::ranges::set_difference(all, some, std::back_inserter(rest));
  return rest;
}

} // namespace

OwnState::OwnState(OwnStates &own)
    : own_(own), base_(os::ProcessState::read()), before_(os::read_footprint()) {
  if (own_.state) {
    own_.state->apply();
  }
}

OwnState::~OwnState() {
  note(os::ProcessState::read());
  note(os::read_footprint());
}

void OwnState::note(const os::ProcessState &now) {
  const std::vector<std::string> changes = base_.changes_to(now);
  own_.state.reset();
  if (!changes.empty()) {
    own_.changes.insert(changes.begin(), changes.end());
    own_.state = now;
    base_.apply();
  }
}

void OwnState::note(const os::Footprint &now) {
  own_.threads += now.threads - before_.threads;
  own_.locked_bytes += now.locked_bytes - before_.locked_bytes;
  own_.resident_bytes += now.resident_bytes - before_.resident_bytes;
  const std::vector<int> added = without(now.children, before_.children);
  own_.children.insert(own_.children.end(), added.begin(), added.end());
}

std::vector<std::string> end_own_states(OwnStates &own) {
  std::vector<std::string> words(own.changes.begin(), own.changes.end());
  if (own.threads > 0) {
    words.push_back("leaves threads running: " + std::to_string(own.threads));
  }
  if (own.locked_bytes > 0) {
    words.push_back("leaves memory locked: " + std::to_string(own.locked_bytes / 1024) + " KiB");
  }
  if (own.resident_bytes >= kLeastLeftBytes) {
    words.push_back("leaves memory allocated: " + std::to_string(own.resident_bytes / kMiB) +
                    " MiB");
  }
  std::ranges::sort(own.children);
  const std::vector<int> alive = [&own] {
    std::vector<int> both;
    std::ranges::set_intersection(own.children, os::read_footprint().children,
                                  std::back_inserter(both));
    return both;
  }();
  if (!alive.empty()) {
    words.push_back("left children running, which were ended: " + std::to_string(alive.size()));
    os::end_children(alive);
  }
  own.children.clear();
  return words;
}

} // namespace vmperf::bench
