// Small reads of /proc and /sys, with the reason where they fail. O(size); thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vmperf/os/machine.hpp"

namespace vmperf::os {

struct FileText {
  std::optional<std::string> text; ///< without blanks at either end
  std::string reason;              ///< why there is none
};

[[nodiscard]] FileText read_text(const std::string &path);

/// The content of a one-line file as a fact.
[[nodiscard]] Fact text_fact(const std::string &path);
/// The first integer of a file, times a factor.
[[nodiscard]] Fact integer_fact(const std::string &path, std::int64_t factor = 1);

/// The value behind "key:" in a file of "key: value" lines (/proc/cpuinfo, /proc/meminfo).
[[nodiscard]] FileText read_key(const std::string &path, std::string_view key);
/// The same as bytes, where the value is in kB.
[[nodiscard]] Fact kib_fact(const std::string &path, std::string_view key);

/// The word in brackets: "madvise" of "always [madvise] never".
[[nodiscard]] Fact selected_fact(const std::string &path);

[[nodiscard]] std::string join(const std::vector<std::string> &parts, std::string_view separator);
[[nodiscard]] std::string join_path(std::string_view directory, std::string_view name);
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);
/// The parts of a text between any of the separators; empty parts are left out.
[[nodiscard]] std::vector<std::string> split_words(std::string_view text,
                                                   std::string_view separators = " \t\n");
/// Names in a directory, sorted by length and then text (node2 before node10).
[[nodiscard]] std::vector<std::string> list_directory(const std::string &path,
                                                      std::string_view prefix);

} // namespace vmperf::os
