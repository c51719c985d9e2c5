// C++'s operators new and delete, so that they cost no second call. Where memory is out the C++
// library of the program is asked, which calls the new handler and throws its own bad_alloc: this
// library has no exceptions to throw.
// Source: ISO C++20 [new.delete].
#include <cstddef>
#include <cstdlib>
#include <new>

#include "misuse.hpp"
#include "vmperf/alloc/allocator.hpp"
#include "vmperf/os/preloaded.hpp"

#define VMPERF_SEEN [[gnu::visibility("default")]]

namespace {

using vmperf::alloc::Misuse;
using vmperf::alloc::Process;
using vmperf::alloc::process;
namespace os = vmperf::os;
namespace drop_in = vmperf::alloc::drop_in;

template <class F> [[gnu::cold, gnu::noinline]] F *next(const char *name) {
  auto *found = reinterpret_cast<F *>(os::find_next_symbol(name));
  if (found == nullptr) { // a program without a C++ library, which has no one to catch
    os::write_error("vmperf: operator new: no memory\n");
    std::abort();
  }
  return found;
}

inline void *make(std::size_t size) {
  void *block = Process::allocate(size);
  return block != nullptr ? block : next<void *(std::size_t)>("_Znwm")(size);
}

inline void *make_aligned(std::size_t size, std::align_val_t alignment) {
  void *block = process().aligned_allocate(static_cast<std::size_t>(alignment), size);
  return block != nullptr
             ? block
             : next<void *(std::size_t, std::align_val_t)>("_ZnwmSt11align_val_t")(size, alignment);
}

[[gnu::cold, gnu::noinline]] void drop_slowly(void *block, const void *caller) noexcept {
  if (const Misuse misuse = Process::try_deallocate(block); misuse != Misuse::none) {
    drop_in::die_of(misuse, "operator delete", block, caller);
  }
}

[[gnu::always_inline]] inline void drop(void *block) noexcept {
  if (!vmperf::alloc::t_record->fast[0]->push(block)) [[unlikely]] {
    drop_slowly(block, __builtin_return_address(0));
  }
}

} // namespace

// NOLINTBEGIN(misc-new-delete-overloads): each pair stands here
VMPERF_SEEN void *operator new(std::size_t size) {
  return make(size);
}
VMPERF_SEEN void *operator new[](std::size_t size) {
  return make(size);
}
VMPERF_SEEN void *operator new(std::size_t size, const std::nothrow_t & /*none*/) noexcept {
  return Process::allocate(size);
}
VMPERF_SEEN void *operator new[](std::size_t size, const std::nothrow_t & /*none*/) noexcept {
  return Process::allocate(size);
}
VMPERF_SEEN void *operator new(std::size_t size, std::align_val_t alignment) {
  return make_aligned(size, alignment);
}
VMPERF_SEEN void *operator new[](std::size_t size, std::align_val_t alignment) {
  return make_aligned(size, alignment);
}
VMPERF_SEEN void *operator new(std::size_t size, std::align_val_t alignment,
                               const std::nothrow_t & /*none*/) noexcept {
  return process().aligned_allocate(static_cast<std::size_t>(alignment), size);
}
VMPERF_SEEN void *operator new[](std::size_t size, std::align_val_t alignment,
                                 const std::nothrow_t & /*none*/) noexcept {
  return process().aligned_allocate(static_cast<std::size_t>(alignment), size);
}

VMPERF_SEEN void operator delete(void *block) noexcept {
  drop(block);
}
VMPERF_SEEN void operator delete[](void *block) noexcept {
  drop(block);
}
VMPERF_SEEN void operator delete(void *block, std::size_t /*size*/) noexcept {
  drop(block);
}
VMPERF_SEEN void operator delete[](void *block, std::size_t /*size*/) noexcept {
  drop(block);
}
VMPERF_SEEN void operator delete(void *block, const std::nothrow_t & /*none*/) noexcept {
  drop(block);
}
VMPERF_SEEN void operator delete[](void *block, const std::nothrow_t & /*none*/) noexcept {
  drop(block);
}
VMPERF_SEEN void operator delete(void *block, std::align_val_t /*alignment*/) noexcept {
  drop(block);
}
VMPERF_SEEN void operator delete[](void *block, std::align_val_t /*alignment*/) noexcept {
  drop(block);
}
VMPERF_SEEN void operator delete(void *block, std::size_t /*size*/,
                                 std::align_val_t /*alignment*/) noexcept {
  drop(block);
}
VMPERF_SEEN void operator delete[](void *block, std::size_t /*size*/,
                                   std::align_val_t /*alignment*/) noexcept {
  drop(block);
}
VMPERF_SEEN void operator delete(void *block, std::align_val_t /*alignment*/,
                                 const std::nothrow_t & /*none*/) noexcept {
  drop(block);
}
VMPERF_SEEN void operator delete[](void *block, std::align_val_t /*alignment*/,
                                   const std::nothrow_t & /*none*/) noexcept {
  drop(block);
}
// NOLINTEND(misc-new-delete-overloads)
