// The system for code that stands in for malloc: it is called before constructors run, inside the
// loader and between fork and exec, so nothing here allocates, throws or needs a library beside the
// C library; failures are values, and errno is left as it was. src/preload.cpp is compiled into
// such a library alone. Files are opened for each call: a program that closes all descriptors, or
// counts them, meets none of ours. Thread-safe where not said otherwise.
// Sources: dlsym(3) RTLD_NEXT, pthread_atfork(3), pthread_key_create(3), open(2) O_APPEND.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vmperf::os {

/// The function of that name that this library's one hides; nullptr where there is none.
[[nodiscard]] void *next_function(const char *name) noexcept;

/// Whether the C library has come as far as having an environment.
[[nodiscard]] bool has_environment() noexcept;
/// A variable's value, nullptr where there is none.
[[nodiscard]] const char *environment(const char *name) noexcept;

struct Identity {
  std::uint32_t process;
  std::uint32_t parent;
};
[[nodiscard]] Identity identity() noexcept;

enum class Made : unsigned char { made, exists, failed };
/// Makes an empty file, for its owner alone.
[[nodiscard]] Made make_file(const char *path) noexcept;
/// Appends all bytes by one write; false where that is not possible.
[[nodiscard]] bool append_file(const char *path, const void *data, std::size_t bytes) noexcept;
/// At most `bytes` of a file's beginning; how many there were.
[[nodiscard]] std::size_t read_file(const char *path, char *data, std::size_t bytes) noexcept;
/// Maps a part of a file shared, which grows to hold it; nullptr where that fails.
[[nodiscard]] void *map_file(const char *path, std::size_t offset, std::size_t bytes) noexcept;

/// Has `child` called in every forked child, in the thread that forked; false where refused.
[[nodiscard]] bool on_fork(void (*child)()) noexcept;

/// Has `leave` called with its value when a thread ends that armed it; make it once.
class ThreadExit {
public:
  [[nodiscard]] bool make(void (*leave)(void *)) noexcept;
  void arm(void *value) const noexcept;

private:
  unsigned key_ = 0;
};

/// A page's size, for allocators that align to it.
[[nodiscard]] std::size_t page_size() noexcept;

} // namespace vmperf::os
