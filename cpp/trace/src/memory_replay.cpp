// Android's memory_replay text. Source: the README of memory_replay in platform/system/extras.
#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <string_view>

#include "bytes.hpp"
#include "layout.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/trace/builder.hpp"
#include "vmperf/trace/file.hpp"

namespace vmperf::trace {
namespace {

constexpr std::size_t kMostLine = 4096;
constexpr std::size_t kMostWords = 8;

struct Line {
  std::array<std::string_view, kMostWords> words{};
  std::size_t n = 0;
};

Line to_words(std::string_view text) noexcept {
  Line line;
  while (line.n < kMostWords) {
    const std::size_t begin = text.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) {
      break;
    }
    const std::size_t end = std::min(text.find_first_of(" \t\r", begin), text.size());
    line.words[line.n++] = text.substr(begin, end - begin);
    text.remove_prefix(end);
  }
  return line;
}

std::optional<std::uint64_t> to_number(std::string_view word) noexcept {
  int base = 10;
  if (word.starts_with("0x")) {
    word.remove_prefix(2);
    base = 16;
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value, base);
  return error == std::errc{} && end == word.data() + word.size() && !word.empty()
             ? std::optional(value)
             : std::nullopt;
}

class Importer {
public:
  explicit Importer(const std::string &path)
      : path_(path), file_(path), builder_(trace_.header, trace_.ops) {
    trace_.header.source = "memory_replay";
    trace_.header.clock = "steps";
  }

  AllocationTrace run() {
    std::string text;
    for (auto piece = file_.next(kPiece); !piece.empty(); piece = file_.next(kPiece)) {
      text.append(piece.begin(), piece.end());
      std::size_t begin = 0;
      for (std::size_t end = text.find('\n'); end != std::string::npos;
           end = text.find('\n', begin)) {
        take(std::string_view(text).substr(begin, end - begin));
        begin = end + 1;
      }
      text.erase(0, begin);
      if (text.size() > kMostLine) {
        fail("a line of more than 4096 bytes");
      }
    }
    if (!text.empty()) {
      take(text);
    }
    trace_.n_slots = builder_.n_slots();
    trace_.n_threads = builder_.n_threads();
    return std::move(trace_);
  }

private:
  static constexpr std::size_t kPiece = std::size_t{1} << 20U;

  [[noreturn]] void fail(const std::string &reason) const {
    throw TraceFormatError(path_, offset_, "line " + std::to_string(line_) + ": " + reason);
  }

  [[nodiscard]] std::uint64_t number(std::string_view word) const {
    const std::optional<std::uint64_t> value = to_number(word);
    if (!value) {
      fail("not a number: " + std::string(word.substr(0, 80)));
    }
    return *value;
  }

  void take(std::string_view text) {
    ++line_;
    const Line line = to_words(text);
    if (line.n != 0) {
      take(line, text);
    }
    offset_ += text.size() + 1;
  }

  // tid: op address [argument [argument]] [start end]
  void take(const Line &line, std::string_view text) {
    std::string_view id = line.words[0];
    if (!id.ends_with(':') || line.n < 3) {
      fail("not `thread: operation address ...`: " + std::string(text.substr(0, 80)));
    }
    id.remove_suffix(1);
    const std::uint64_t thread = number(id);
    const std::string_view op = line.words[1];
    const std::size_t n_arguments = arguments_of(op);
    std::array<std::uint64_t, 5> values{}; // address, arguments, times
    const std::size_t n_values = line.n - 2;
    if (n_values != n_arguments + 1 && n_values != n_arguments + 3) {
      fail(std::string(op) + " with " + std::to_string(n_values) + " numbers");
    }
    for (std::size_t i = 0; i < n_values; ++i) {
      values[i] = number(line.words[i + 2]);
    }
    const bool timed = n_values == n_arguments + 3;
    apply(op, thread, values, timed ? std::optional(values[n_arguments + 2]) : std::nullopt);
  }

  [[nodiscard]] std::size_t arguments_of(std::string_view op) const {
    if (op == "malloc") {
      return 1;
    }
    if (op == "calloc" || op == "realloc" || op == "memalign") {
      return 2;
    }
    if (op == "free" || op == "thread_done") {
      return 0;
    }
    fail("an operation that is none: " + std::string(op.substr(0, 80)));
  }

  void apply(std::string_view op, std::uint64_t thread, const std::array<std::uint64_t, 5> &values,
             std::optional<std::uint64_t> end_ns) {
    std::uint64_t now = now_ns_ + 1;
    if (end_ns) {
      start_ns_ = start_ns_.value_or(*end_ns);
      now = std::max(*end_ns, *start_ns_) - *start_ns_;
      trace_.header.clock = "memory_replay";
    }
    now_ns_ = std::max(now_ns_, now);
    const std::uint64_t address = values[0];
    if (op == "free") {
      if (address != 0) { // of null nothing happens
        builder_.free(now_ns_, thread, address);
      }
    } else if (address == 0) {
      return; // failed, or thread_done
    } else if (op == "malloc") {
      builder_.allocate(Kind::malloc, now_ns_, thread, address, values[1]);
    } else if (op == "calloc") {
      std::uint64_t bytes = 0;
      if (__builtin_mul_overflow(values[1], values[2], &bytes)) {
        fail("a calloc of more than 2^64 bytes");
      }
      builder_.allocate(Kind::calloc, now_ns_, thread, address, bytes);
    } else if (op == "memalign") {
      const auto log2 = static_cast<unsigned>(__builtin_ctzll(values[1] | 1ULL << 63U));
      builder_.allocate(Kind::aligned, now_ns_, thread, address, values[2], log2);
    } else if (op == "realloc" && values[1] == 0) {
      builder_.allocate(Kind::malloc, now_ns_, thread, address, values[2]);
    } else if (op == "realloc") {
      builder_.reallocate(now_ns_, thread, values[1], address, values[2]);
    }
  }

  std::string path_;
  InputFile file_;
  AllocationTrace trace_;
  Builder builder_;
  std::uint64_t line_ = 0;
  std::uint64_t offset_ = 0; ///< of the line
  std::uint64_t now_ns_ = 0;
  std::optional<std::uint64_t> start_ns_;
};

} // namespace

AllocationTrace read_memory_replay(const std::string &path) {
  return Importer(path).run();
}

} // namespace vmperf::trace
