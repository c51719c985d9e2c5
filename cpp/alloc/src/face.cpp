#include "vmperf/alloc/face.hpp"

#include <algorithm>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "vmperf/base/error.hpp"

namespace vmperf::alloc {
namespace {

struct Entry {
  FaceSource source;
  std::optional<Face> opened;
};

struct Faces {
  std::mutex mutex;
  std::deque<Entry> entries; // references stay
};

Faces &faces() {
  static Faces all;
  return all;
}

// The caller holds the mutex.
Entry *find_entry(Faces &all, const std::string &name) {
  const auto found = std::ranges::find_if(
      all.entries, [&name](const Entry &entry) { return entry.source.name == name; });
  return found == all.entries.end() ? nullptr : &*found;
}

Entry &require_entry(Faces &all, const std::string &name) {
  Entry *entry = find_entry(all, name);
  if (entry == nullptr) {
    std::string names;
    for (const Entry &one : all.entries) {
      names += (names.empty() ? "" : ", ") + one.source.name;
    }
    throw InvalidArgumentError("allocator", "'" + name + "'", names);
  }
  return *entry;
}

} // namespace

void add_face(FaceSource source) {
  Faces &all = faces();
  const std::scoped_lock lock(all.mutex);
  if (find_entry(all, source.name) != nullptr) {
    throw InvalidArgumentError("allocator", "'" + source.name + "' twice",
                               "a name that does not exist yet");
  }
  all.entries.push_back({std::move(source), std::nullopt});
}

std::vector<std::string> face_names() {
  Faces &all = faces();
  const std::scoped_lock lock(all.mutex);
  std::vector<std::string> names;
  names.reserve(all.entries.size());
  for (const Entry &entry : all.entries) {
    names.push_back(entry.source.name);
  }
  return names;
}

const FaceSource &face_source(const std::string &name) {
  Faces &all = faces();
  const std::scoped_lock lock(all.mutex);
  return require_entry(all, name).source;
}

FoundFace find_face(const std::string &name) {
  Faces &all = faces();
  const std::scoped_lock lock(all.mutex);
  Entry &entry = require_entry(all, name);
  if (!entry.opened) {
    FoundFace found = entry.source.open(name);
    if (!found.reason.empty()) {
      return found;
    }
    found.face.name = name;
    found.face.allocates_nothing = entry.source.null;
    entry.opened = std::move(found.face);
  }
  return {.face = *entry.opened, .reason = {}};
}

Face open_face(const std::string &name) {
  FoundFace found = find_face(name);
  if (!found.reason.empty()) {
    throw UnsupportedError(found.reason);
  }
  return std::move(found.face);
}

} // namespace vmperf::alloc
