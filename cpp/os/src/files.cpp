#include "files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

namespace vmperf::os {
namespace {

constexpr std::string_view kBlank = " \t\n\r\0";

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::string failure(const std::string &path, int code) {
  return path + ": " + std::strerror(code);
}

struct CloseDirectory {
  void operator()(DIR *directory) const noexcept { ::closedir(directory); }
};

} // namespace

FileText read_text(const std::string &path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return {std::nullopt, failure(path, errno)};
  }
  std::string text;
  std::array<char, 4096> buffer{};
  ssize_t n = 0;
  while ((n = ::read(fd, buffer.data(), buffer.size())) > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(n));
  }
  const int code = errno;
  ::close(fd);
  if (n < 0) {
    return {std::nullopt, failure(path, code)};
  }
  return {std::string(trim(text)), ""};
}

Fact text_fact(const std::string &path) {
  FileText file = read_text(path);
  return file.text ? Fact(std::move(*file.text)) : Fact(Unknown{std::move(file.reason)});
}

Fact integer_fact(const std::string &path, std::int64_t factor) {
  const FileText file = read_text(path);
  if (!file.text) {
    return Unknown{file.reason};
  }
  const auto value = parse_integer(*file.text);
  return value ? Fact(*value * factor) : Fact(Unknown{path + ": not a number"});
}

FileText read_key(const std::string &path, std::string_view key) {
  FileText file = read_text(path);
  if (!file.text) {
    return file;
  }
  std::string_view rest = *file.text;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && trim(line.substr(0, colon)) == key) {
      return {std::string(trim(line.substr(colon + 1))), ""};
    }
  }
  return {std::nullopt, path + ": no line '" + std::string(key) + "'"};
}

Fact kib_fact(const std::string &path, std::string_view key) {
  const FileText value = read_key(path, key);
  if (!value.text) {
    return Unknown{value.reason};
  }
  const auto kib = parse_integer(*value.text);
  return kib ? Fact(*kib * 1024) : Fact(Unknown{path + ": not a number"});
}

Fact selected_fact(const std::string &path) {
  const FileText file = read_text(path);
  if (!file.text) {
    return Unknown{file.reason};
  }
  const auto open = file.text->find('[');
  const auto close = file.text->find(']', open);
  if (open == std::string::npos || close == std::string::npos) {
    return Unknown{path + ": no word in brackets"};
  }
  return file.text->substr(open + 1, close - open - 1);
}

std::string join(const std::vector<std::string> &parts, std::string_view separator) {
  std::string text;
  for (const std::string &part : parts) {
    if (!text.empty()) {
      text += separator;
    }
    text += part;
  }
  return text;
}

std::string join_path(std::string_view directory, std::string_view name) {
  std::string path(directory);
  path += '/';
  path += name;
  return path;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc()) {
    return std::nullopt;
  }
  return value;
}

std::vector<std::string> split_words(std::string_view text, std::string_view separators) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(separators), text.size());
    if (end != 0) {
      words.emplace_back(text.substr(0, end));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::vector<std::string> list_directory(const std::string &path, std::string_view prefix) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, CloseDirectory> directory(::opendir(path.c_str()));
  if (!directory) {
    return names;
  }
  while (const dirent *entry = ::readdir(directory.get())) { // NOLINT(concurrency-mt-unsafe)
    if (std::string_view(entry->d_name).starts_with(prefix)) {
      names.emplace_back(entry->d_name);
    }
  }
  std::ranges::sort(names, [](const std::string &a, const std::string &b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  });
  return names;
}

} // namespace vmperf::os
