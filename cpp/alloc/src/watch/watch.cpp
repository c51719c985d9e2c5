// libvmperf_watch.so: preloaded into a program, before its allocator, it writes at intervals what
// the process has in memory and what its allocator says of that, a line of JSON each:
//   {"process":7,"command":...,"allocator":...,"interval_ms":...}   once, at the start
//   {"p":7,"t":<ns since then>,"rss":...,"live":...,"held":...}     bytes; null: unknown
//   {"p":7,"t":...,"end":true}                                      left out by who is killed
// A program that is started by the first one writes to the same file; a forked child that starts
// none is not watched. The thread that writes takes no signals and allocates nothing.
#include <array>
#include <atomic>
#include <charconv>
#include <string_view>

#include "line.hpp"
#include "readings.hpp"
#include "vmperf/os/allocator_in_use.hpp"
#include "vmperf/os/clock.hpp"
#include "vmperf/os/memory_use.hpp"
#include "vmperf/os/preloaded.hpp"
#include "vmperf/os/process.hpp"

namespace vmperf::alloc::watch {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kMostIntervals =
    2000; // then one is twice as long, so that a file stays small

struct State {
  std::array<char, 4096> path{};
  std::int64_t start_ns = 0, interval_ns = 0;
  std::int64_t process = 0;
  Reader reader{};
  std::atomic_flag busy;
  bool stopped = false;
};

constinit State g_state;

class Turn {
public:
  Turn() noexcept { take(); }
  Turn(const Turn &) = delete;
  Turn &operator=(const Turn &) = delete;
  Turn(Turn &&) = delete;
  Turn &operator=(Turn &&) = delete;
  ~Turn() { give(); }

  static void take() noexcept {
    while (g_state.busy.test_and_set(std::memory_order_acquire)) {
      os::sleep_ns(kMillisecond);
    }
  }
  static void give() noexcept { g_state.busy.clear(std::memory_order_release); }
};

Line line_of(const char *first) noexcept {
  Line line;
  line.put("{\"");
  line.put(first);
  line.put("\":");
  line.put(g_state.process);
  return line;
}

void append(Line &line) noexcept {
  line.put("}\n");
  os::append_to_file(g_state.path.data(), line.text());
}

void write_sample(bool last) noexcept {
  const Reading found = g_state.reader.read();
  Line line = line_of("p");
  line.field("t", os::now_ns() - g_state.start_ns);
  line.field("rss", os::resident_bytes());
  line.field("live", found.live_bytes);
  line.field("held", found.held_bytes);
  if (last) {
    line.begin("end");
    line.put("true");
  }
  append(line);
}

void write_start() noexcept {
  const os::AllocatorInUse allocator = os::allocator_in_use();
  g_state.reader = reader_of(allocator.name.data());
  std::array<char, 1024> command{};
  const std::size_t n = os::read_file("/proc/self/cmdline", command.data(), command.size());
  for (std::size_t i = 0; i + 1 < n; ++i) {
    command[i] = command[i] == '\0' ? ' ' : command[i];
  }
  Line line = line_of("process");
  line.field("command", std::string_view(command.data(), n == 0 ? 0 : n - 1));
  line.field("allocator", allocator.name);
  line.field("version", allocator.version.data());
  line.field("library", allocator.library.data());
  line.field("interval_ms", g_state.interval_ns / kMillisecond);
  line.field("live_is", g_state.reader.live_is);
  line.field("held_is", g_state.reader.held_is);
  line.begin("settings");
  line.put("{\"\":\"\""); // so that each of them follows a comma
  os::each_allocator_setting(
      [](std::string_view entry, void *to) {
        const auto equals = entry.find('=');
        static_cast<Line *>(to)->field(entry.substr(0, equals), entry.substr(equals + 1));
      },
      &line);
  line.put("}");
  append(line);
}

void run() noexcept {
  for (std::int64_t k = 1;; ++k) {
    os::sleep_ns(g_state.interval_ns);
    const Turn turn;
    if (g_state.stopped) {
      return;
    }
    write_sample(false);
    if (k % kMostIntervals == 0) {
      g_state.interval_ns *= 2;
    }
  }
}

std::int64_t interval_ms() noexcept {
  constexpr std::int64_t kUsual = 50;
  std::array<char, 24> text{};
  std::int64_t found = 0;
  if (const char *said = os::started_with("VMPERF_ALLOC_WATCH_MS", text.data(), text.size())) {
    const std::string_view digits = said;
    std::from_chars(digits.data(), digits.data() + digits.size(), found);
  }
  return found > 0 && found <= 3'600'000 ? found : kUsual;
}

[[gnu::constructor]] void start() {
  if (os::started_with("VMPERF_ALLOC_WATCH", g_state.path.data(), g_state.path.size()) == nullptr) {
    return;
  }
  g_state.interval_ns = interval_ms() * kMillisecond;
  g_state.start_ns = os::now_ns();
  g_state.process = os::process_id();
  write_start();
  write_sample(false);
  os::at_fork(&Turn::take, &Turn::give, [] {
    g_state.stopped = true; // its thread is not in the child
    Turn::give();
  });
  os::start_quiet_thread(&run);
}

[[gnu::destructor]] void stop() {
  const Turn turn;
  if (g_state.interval_ns != 0 && !g_state.stopped) {
    g_state.stopped = true;
    write_sample(true);
  }
}

} // namespace
} // namespace vmperf::alloc::watch
