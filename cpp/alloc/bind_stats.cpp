// The Python face of an allocator's statistics: a dict of plain values.
#include "bind_stats.docs.hpp"

#include "bind_args.hpp"

namespace vmperf::alloc {
namespace {

py::dict to_dict(const ClassStats &one) {
  py::dict row;
  row["block_bytes"] = one.block_bytes;
  row["capacity"] = one.capacity;
  row["live"] = one.live;
  row["free"] = one.free;
  row["in_magazines"] = one.in_magazines;
  row["in_flight"] = one.in_flight;
  return row;
}

py::dict stats(const SharedAllocator &self) {
  Stats found;
  {
    const py::gil_scoped_release unlocked;
    found = self.stats();
  }
  py::dict out;
  out["live_blocks"] = found.live_blocks;
  out["live_bytes"] = found.live_bytes;
  out["mapped_blocks"] = found.mapped_blocks;
  out["mapped_bytes"] = found.mapped_bytes;
  out["arena_bytes"] = found.arena_bytes;
  out["used_bytes"] = found.used_bytes;
  out["free_span_bytes"] = found.free_span_bytes;
  out["purged_bytes"] = found.purged_bytes;
  out["resident_bytes"] = found.resident_bytes;
  out["n_heaps"] = found.n_heaps;
  out["n_parked"] = found.n_parked;
  py::list classes;
  for (const ClassStats &one : found.classes) {
    if (one.capacity != 0) {
      classes.append(to_dict(one));
    }
  }
  out["classes"] = classes;
  py::dict tags;
  for (unsigned tag = 0; tag < kMostTags; ++tag) {
    if (found.tags[tag].blocks != 0) {
      py::dict row;
      row["blocks"] = found.tags[tag].blocks;
      row["bytes"] = found.tags[tag].bytes;
      tags[py::int_(tag)] = row;
    }
  }
  out["tags"] = tags;
  return out;
}

} // namespace

void bind_stats(py::module_ &m) {
  allocator_of(m).def("stats", &stats, docs::Allocator_stats);
}

} // namespace vmperf::alloc
