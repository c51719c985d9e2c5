// The allocators that there are, as Python sees them.
#include "bind_peers.docs.hpp"

#include "bind_args.hpp"
#include "vmperf/alloc/face.hpp"

namespace vmperf::alloc {
namespace {

py::list peers() {
  // Faces are entered with the designs, which bench fills in at its first use.
  static_cast<void>(py::object(py::module_::import("vmperf._core").attr("bench").attr("catalog")));
  py::module_::import("vmperf._catalog.peers").attr("add_peer_directories")();
  py::list rows;
  for (const std::string &name : face_names()) {
    const FaceSource &source = face_source(name);
    if (source.null) {
      continue;
    }
    FoundFace found;
    {
      const py::gil_scoped_release unlocked;
      found = find_face(name);
    }
    py::dict row;
    row["name"] = name;
    row["summary"] = source.summary;
    row["peer"] = source.peer;
    row["present"] = found.reason.empty();
    row["version"] = found.face.version;
    row["path"] = found.face.path;
    row["reason"] = found.reason;
    rows.append(row);
  }
  return rows;
}

} // namespace

void bind_peers(py::module_ &m) {
  m.def("peers", &peers, docs::peers);
  m.def(
      "watch",
      [](const py::object &path) {
        return py::module_::import("vmperf._alloc.watch").attr("watch")(path);
      },
      py::arg("path"), docs::watch);
}

} // namespace vmperf::alloc
