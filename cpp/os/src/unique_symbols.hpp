// Symbols that a library would share with one that was loaded before it. g++ marks inline
// variables, and static ones of inline functions and templates, STB_GNU_UNIQUE: the loader then
// binds their name once per process, RTLD_LOCAL or not, so that `inline int steps = STEPS;` of a
// second library reads the first one's value. The remedy is what the linker would have made of the
// same objects under -fno-gnu-unique: a copy of the file in memory in which those symbols are
// global, hence local to the library under RTLD_LOCAL. Code and data are the same byte for byte.
// Names of the C++ library and of vmperf::bench stay shared: they mean the same in all.
// O(symbols); guarded by a lock. Sources: gcc's -fgnu-unique; ELF-64 object file format, chapter 4.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace vmperf::os {

/// A symbol, demangled where it can be, and the path of the library that had it first.
struct SharedSymbol {
  std::string name, first_in;
};

/// Of the library at `path`: the first symbol that it would share with a library that was noted
/// under another path; nothing where the file is no ELF library or has no such symbol.
[[nodiscard]] std::optional<SharedSymbol> find_shared_symbol(const std::string &path);

/// Notes the symbols of a library that was loaded.
void note_symbols(const std::string &path);

/// A file in memory that is the library with all its symbols its own, as a path for dlopen(); the
/// file stays open for good. OsError where the system has no such files.
[[nodiscard]] std::string make_private_copy(const std::string &path);

/// Whether the library looks for others relative to the place where it lies ($ORIGIN).
[[nodiscard]] bool looks_beside_itself(const std::string &path);

} // namespace vmperf::os
