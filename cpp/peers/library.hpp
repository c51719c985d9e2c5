// A foreign library found at run time: all that a peer of that kind needs beside its own functions.
// `Api` is a struct of function pointers and a `std::string version`. A peer says which files may
// be the library, how to get it, and which symbols it takes:
//
//   const Library<Api> &library() {
//     static const Library<Api> found({
//         .names = {"libx.so.2", "libx.so"}, // as DynLib::open_first() has them
//         .what = "libx",
//         .remedy = "pip install x, or name its directory in VMPERF_PEER_PATH",
//         .take = [](Symbols &from, Api &api) { from.take("x_work", api.work); ... },
//     });
//     return found;
//   }
//
// The library stays loaded once it was found whole, as what it made may be live anywhere. Not
// finding it is not remembered: directories may be added later. Safe from any thread.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vmperf/base/error.hpp"
#include "vmperf/bench/status.hpp"
#include "vmperf/os/dynlib.hpp"

namespace vmperf::peers {

/// The symbols of a library as they are taken, and which of them it lacks.
class Symbols {
public:
  explicit Symbols(const os::DynLib &library) : library_(&library) {}

  /// Null where there is none; the library then does not count as found.
  template <class F> void take(const char *symbol, F *&function) {
    function = library_->function<F>(symbol);
    note(symbol, function != nullptr);
  }

  /// One that the library defines itself: of what has names of the C library, on which it depends.
  template <class F> void take_own(const char *symbol, F *&function) {
    own_ = " of its own";
    function = reinterpret_cast<F *>(library_->find_own(symbol));
    note(symbol, function != nullptr);
  }

  /// One that may be missing.
  template <class F> [[nodiscard]] F *find(const char *symbol) const {
    return library_->function<F>(symbol);
  }

  /// The same of one that the library defines itself.
  template <class F> [[nodiscard]] F *find_own(const char *symbol) const {
    return reinterpret_cast<F *>(library_->find_own(symbol));
  }

  [[nodiscard]] const std::string &path() const noexcept { return library_->path(); }

  /// All that many libraries tell of their version.
  [[nodiscard]] std::string file_name() const { return library_->file_name(); }

  /// Empty, or "'path' has no a, b".
  [[nodiscard]] std::string fault() const {
    return missing_.empty() ? "" : "'" + library_->path() + "' has no " + missing_ + own_;
  }

private:
  void note(const char *symbol, bool found) {
    if (!found) {
      missing_ += (missing_.empty() ? "" : ", ") + std::string(symbol);
    }
  }

  const os::DynLib *library_;
  std::string missing_;
  const char *own_ = "";
};

template <class Api> struct Recipe {
  std::vector<std::string> names;
  std::string what;   ///< its name in a reason
  std::string remedy; ///< what would supply it
  std::function<void(Symbols &, Api &)> take;
  bool self_bound = false; ///< its calls of the C library's names reach its own functions
};

template <class Api> class Library {
public:
  explicit Library(Recipe<Api> recipe) : recipe_(std::move(recipe)) {}

  [[nodiscard]] bench::Availability probe() const {
    std::string reason;
    const Api *api = find(reason);
    if (api == nullptr) {
      return {.status = bench::Status::not_installed, .reason = std::move(reason), .version = ""};
    }
    return {.status = bench::Status::ok, .reason = "", .version = api->version};
  }

  /// UnsupportedError with the reason of probe() where it isn't there.
  [[nodiscard]] const Api &require() const {
    std::string reason;
    const Api *api = find(reason);
    if (api == nullptr) {
      throw UnsupportedError(reason);
    }
    return *api;
  }

private:
  const Api *find(std::string &reason) const {
    const std::scoped_lock lock(mutex_);
    if (api_) {
      return &*api_;
    }
    library_ = recipe_.self_bound ? os::DynLib::open_first_self_bound(recipe_.names)
                                  : os::DynLib::open_first(recipe_.names);
    if (!library_) {
      reason = recipe_.what + " was not found: " + recipe_.remedy;
      return nullptr;
    }
    Symbols symbols(*library_);
    Api found{};
    recipe_.take(symbols, found);
    reason = symbols.fault();
    if (!reason.empty()) {
      reason += ": " + recipe_.remedy;
      return nullptr;
    }
    api_ = std::move(found);
    return &*api_;
  }

  Recipe<Api> recipe_;
  mutable std::mutex mutex_;
  mutable std::optional<os::DynLib> library_;
  mutable std::optional<Api> api_;
};

} // namespace vmperf::peers
