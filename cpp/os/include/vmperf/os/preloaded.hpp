// What code that was preloaded into a foreign program needs of the system: no function here
// allocates or throws, so that an allocator may use all of them, also before constructors run.
// All thread-safe. Sources: dlsym(3), dladdr(3), pthread_atfork(3), proc(5) (self/environ), open(2)
// O_APPEND (a line that is written at once stays whole among those of other processes).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vmperf::os {

/// What the program, or whatever is loaded for all of it, has by this name; nullptr where nothing.
[[nodiscard]] void *find_symbol(const char *name) noexcept;

/// The same, but only from what is loaded after the library that this code is in.
[[nodiscard]] void *find_next_symbol(const char *name) noexcept;

/// The path of the library or program that holds an address, cut to `most`; its length, 0 for none.
std::size_t path_of_code(const void *address, char *path, std::size_t most) noexcept;

/// The value that the program was started with, copied as a text with its zero; nullptr where it
/// has no such variable or the value does not fit. Also before the C library has its environment.
const char *started_with(std::string_view name, char *value, std::size_t most) noexcept;

/// The first bytes of a file, at most `most`; how many, 0 where it can't be read.
std::size_t read_file(const char *path, char *text, std::size_t most) noexcept;

/// Adds to the end of a file, which is made where there is none; opened and closed each time, since
/// a program may close or take over any descriptor. False where not all was written.
bool append_to_file(const char *path, std::string_view text) noexcept;

/// Writes to standard error, whatever streams make of it.
void write_error(std::string_view text) noexcept;

/// Starts a detached thread with a small stack that takes no signals of the program; false where
/// the system refuses.
bool start_quiet_thread(void (*run)()) noexcept;

void sleep_ns(std::int64_t time_ns) noexcept;

/// Calls before a fork in the thread that forks, and after it in the parent and in the child; any
/// may be nullptr. False without memory.
bool at_fork(void (*before)(), void (*in_parent)(), void (*in_child)()) noexcept;

} // namespace vmperf::os
