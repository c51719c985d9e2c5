// Mapping, DynLib and allowed CPUs, checked against the kernel. Arguments: a directory that holds
// the library libvmperf_probe.so, whose probe() returns 42.
#include <sys/mman.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "vmperf/base/error.hpp"
#include "vmperf/os/child.hpp"
#include "vmperf/os/clock.hpp"
#include "vmperf/os/dynlib.hpp"
#include "vmperf/os/pages.hpp"
#include "vmperf/os/process.hpp"

using namespace vmperf;

namespace {

void require(bool condition, const char *what) {
  if (!condition) {
    std::fprintf(stderr, "failed: %s\n", what);
    std::exit(1);
  }
}

template <class E, class F> E raises(F call, const char *what) {
  try {
    call();
  } catch (const E &error) {
    return error;
  }
  std::fprintf(stderr, "failed: no error: %s\n", what);
  std::exit(1);
}

// An emulator has the kernel's pages, not its own, behind an address: then residency isn't checked.
void mapping(bool exact) {
  const std::size_t page = os::page_bytes();
  constexpr std::size_t kAlignment = std::size_t{1} << 22U;
  os::Mapping map(5 * page + 1, kAlignment);
  require(map.size_bytes() == 6 * page, "whole pages");
  require(reinterpret_cast<std::uintptr_t>(map.data()) % kAlignment == 0, "aligned");
  map.advise(os::Advice::no_huge_page);
  map.data()[0] = std::byte{1};
  map.data()[map.size_bytes() - 1] = std::byte{2};
  if (exact) {
    require(os::resident_bytes(map.data(), map.size_bytes()) == 2 * page, "two pages touched");
    map.advise(os::Advice::dont_need);
    require(os::resident_bytes(map.data(), map.size_bytes()) == 0, "dropped");
    require(map.data()[0] == std::byte{0}, "zeros again");
  }
  std::byte *where = map.data();
  os::Mapping moved = std::move(map);
  require(moved.data() == where && !map, "moved"); // NOLINT(bugprone-use-after-move)
  moved = os::Mapping(page);
  const auto gone = raises<OsError>([&] { (void)os::resident_bytes(where, page); }, "unmapped");
  require(gone.code == ENOMEM && gone.call == "mincore", "says why");
  moved.release();
  moved.release();
  require(!moved && moved.size_bytes() == 0, "released");
}

void guarded() {
  const std::size_t page = os::page_bytes();
  const os::Mapping map(3 * page);
  raises<InvalidArgumentError>([&] { map.guard(3 * page); }, "beyond the end");
  raises<InvalidArgumentError>([&] { map.guard(page + 1); }, "within a page");
  map.guard(2 * page);
  map.data()[2 * page - 1] = std::byte{1};
  const auto touch = [&] { *static_cast<volatile std::byte *>(map.data() + 2 * page); };
  const auto touched = os::run_in_child(touch, 10'000'000'000);
  require(touched.text() == "killed by SIGSEGV", "a touch of the guard is a fault");
}

void mapping_refuses() {
  raises<InvalidArgumentError>([] { const os::Mapping none(0); }, "no bytes");
  raises<InvalidArgumentError>([] { const os::Mapping odd(1, 3); }, "odd alignment");
  raises<InvalidArgumentError>([] { const os::Mapping all(SIZE_MAX); }, "address space");
  const auto huge = raises<OsError>([] { const os::Mapping map(SIZE_MAX / 8); }, "too much");
  require(huge.call == "mmap" && huge.code == ENOMEM, "the kernel's word");
  raises<OsError>([] { (void)os::resident_bytes("", SIZE_MAX); }, "past the end");
}

void libraries(const std::string &directory) {
  const std::vector<std::string> missing{"libvmperf_no_such.so", ""};
  require(!os::DynLib::open_first(missing), "missing");
  const std::vector<std::string> names{"libvmperf_no_such.so", "libvmperf_probe.so"};
  require(!os::DynLib::open_first(names), "not on the path yet");
  os::add_library_directory(directory);
  os::add_library_directory(directory);
  require(os::library_directories().size() == 1, "added once");
  auto found = os::DynLib::open_first(names);
  require(found.has_value(), "found");
  require(found->path() == directory + "/libvmperf_probe.so", "its path");
  require(found->file_name() == "libvmperf_probe.so", "its file");
  const std::vector<std::string> patterns{"libvmperf_q*.so", "libvmperf_p*e.so"};
  require(os::DynLib::open_first(patterns)->path() == found->path(), "by a pattern");
  auto *probe = found->function<int()>("probe");
  require(probe != nullptr && probe() == 42, "its function");
  require(found->find("no_such_symbol") == nullptr, "no symbol");
  os::DynLib moved = std::move(*found);
  require(found->find("probe") == nullptr, "moved from"); // NOLINT(bugprone-use-after-move)
  require(moved.find("probe") != nullptr, "moved to");
  require(moved.find_own("probe") == moved.find("probe"), "a symbol of its own");
  require(moved.find("malloc") != nullptr, "of what it depends on");
  require(moved.find_own("malloc") == nullptr, "not of its own");
  const os::DynLib bound = os::DynLib::open_self_bound(directory + "/libvmperf_probe.so");
  require(bound.find_own("probe") != nullptr, "self-bound");
  require(os::DynLib::open_first_self_bound(names)->find_own("probe") != nullptr, "and by name");
  raises<OsError>([&] { (void)os::DynLib::open_self_bound(directory + "/none.so"); }, "no file");
  ::setenv("VMPERF_PEER_PATH", ("/tmp::" + directory).c_str(), 1);
  require(os::library_directories().size() == 3, "environment, empty parts skipped");
}

void children() {
  using Kind = os::ChildOutcome::Kind;
  constexpr std::int64_t kSecond = 1'000'000'000;
  static int here = 0;
  require(os::run_in_child([] { here = 1; }, 30 * kSecond).ok(), "finished");
  require(here == 0, "the child changes nothing here");
  require(os::run_in_child([] { throw 1; }, 30 * kSecond).ok(), "an exception comes again");
  const auto left = os::run_in_child([] { std::_Exit(0); }, 30 * kSecond);
  require(left.kind == Kind::exited && left.text() == "exited with code 0", "exit is no return");
  const auto killed = os::run_in_child([] { std::abort(); }, 30 * kSecond);
  require(killed.kind == Kind::killed && killed.text() == "killed by SIGABRT", "a signal");
  const std::int64_t begin = os::now_ns();
  const auto stuck = os::run_in_child(
      [] {
        while (true) {
          asm volatile("");
        }
      },
      kSecond / 10);
  require(stuck.kind == Kind::timed_out && !stuck.ok(), "a hang");
  require(os::now_ns() - begin >= kSecond / 10, "not before its time");
}

} // namespace

int main(int argc, char **argv) {
  require(argc == 3, "two arguments");
  mapping(std::strcmp(argv[2], "exact") == 0);
  mapping_refuses();
  guarded();
  libraries(argv[1]);
  children();
  require(!os::allowed_cpus().empty(), "some CPU");
}
