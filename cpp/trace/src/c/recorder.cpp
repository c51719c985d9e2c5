// A recording's beginning, its full buffers, forks and ends of threads: all that is not the few
// stores of record(). One short lock guards the session and the list of buffers to be had; nothing
// here allocates, and what it calls is not recorded.
#include "recorder.hpp"

#include <array>
#include <string_view>

#include "vmperf/os/preloaded.hpp"
#include "vmperf/os/shared_buffer.hpp"
#include "vmperf/os/thread_exit.hpp"
#include "vmperf/os/tick.hpp"

namespace vmperf::trace {

constinit thread_local Recorder g_recorder{};

namespace {

enum class State : std::uint8_t { unstarted, on, off };
constexpr std::size_t kMostPath = 4096;
constexpr unsigned kMostImages = 100'000; // programs that one process becomes, one after another

struct Session {
  std::atomic<bool> locked = false;
  std::atomic<State> state = State::unstarted;
  bool forked = false;
  bool hooked = false; ///< the hook of forks is set
  SessionHead *head = nullptr;
  BlockHead *spare = nullptr;            ///< buffers that ended threads left, linked by first_ticks
  std::array<char, kMostPath> buffers{}; ///< path of the .buf
  std::array<char, kMostPath> blocks{};  ///< path of the .rec
};
constinit Session g_session{};

void on_thread_exit(void *armed) noexcept;
constinit os::ThreadExit g_exits(on_thread_exit);

class Lock {
public:
  Lock() noexcept {
    while (g_session.locked.exchange(true, std::memory_order_acquire)) {
    }
  }
  Lock(const Lock &) = delete;
  Lock &operator=(const Lock &) = delete;
  Lock(Lock &&) = delete;
  Lock &operator=(Lock &&) = delete;
  ~Lock() { g_session.locked.store(false, std::memory_order_release); }
};

// What is called here may allocate: that is not the program's.
class Busy {
public:
  explicit Busy(Recorder &self) noexcept : self_(self) { self_.busy = true; }
  Busy(const Busy &) = delete;
  Busy &operator=(const Busy &) = delete;
  Busy(Busy &&) = delete;
  Busy &operator=(Busy &&) = delete;
  ~Busy() { self_.busy = false; }

private:
  Recorder &self_;
};

// ---- the session

// Writes `folder/process-image.ending`; false where it does not fit.
bool write_path(std::array<char, kMostPath> &path, const char *folder, std::uint32_t process,
                unsigned image, const char *ending) noexcept {
  const std::size_t length = std::strlen(folder);
  if (length + 32 > path.size()) {
    return false;
  }
  std::memcpy(path.data(), folder, length);
  char *at = path.data() + length;
  *at++ = '/';
  const auto put = [&at](std::uint64_t number) {
    std::array<char, 20> digits{};
    std::size_t n = 0;
    do {
      digits[n++] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number != 0);
    while (n != 0) {
      *at++ = digits[--n];
    }
  };
  put(process);
  *at++ = '-';
  put(image);
  std::strcpy(at, ending);
  return true;
}

// The first image whose file is not there yet: exec keeps the process and begins anew.
bool make_files(const char *folder, std::uint32_t process) noexcept {
  for (unsigned image = 0; image < kMostImages; ++image) {
    if (!write_path(g_session.buffers, folder, process, image, ".buf") ||
        !write_path(g_session.blocks, folder, process, image, ".rec")) {
      return false;
    }
    switch (os::make_file(g_session.buffers.data())) {
    case os::Made::made:
      return true;
    case os::Made::failed:
      return false;
    case os::Made::exists:
      break;
    }
  }
  return false;
}

void on_forked() noexcept {
  g_session.locked.store(false, std::memory_order_relaxed); // its holder is the parent's thread
  g_session.state.store(State::unstarted, std::memory_order_relaxed);
  g_session.forked = true;
  g_session.head = nullptr;
  g_session.spare = nullptr;
  g_recorder = Recorder{}; // the parent's buffer stays its own
}

void on_thread_exit(void * /*armed*/) noexcept {
  Recorder &self = g_recorder;
  const Busy busy(self);
  self.gone = true;
  if (self.block != nullptr) {
    flush_late(self);
  }
}

State begin() noexcept {
  std::array<char, kMostPath> value{};
  const char *folder = os::started_with("VMPERF_TRACE_FOLDER", value.data(), value.size());
  const os::Identity self = os::identity();
  if (folder == nullptr || !make_files(folder, self.process)) {
    return State::off;
  }
  auto *head =
      static_cast<SessionHead *>(os::map_shared(g_session.buffers.data(), 0, kSessionBytes));
  if (head == nullptr) {
    return State::off;
  }
  if (!g_session.hooked) {
    g_session.hooked = os::at_fork(nullptr, nullptr, on_forked);
  }
  head->process = self.process;
  head->parent = self.parent;
  head->forked = g_session.forked ? 1 : 0;
  head->start_ticks = os::read_ticks();
  head->command_bytes = static_cast<std::uint32_t>(os::read_file(
      "/proc/self/cmdline", static_cast<char *>(head->command), sizeof head->command));
  head->magic = kSessionMagic;
  g_session.head = head;
  return State::on;
}

// ---- buffers

BlockHead *take_buffer() noexcept {
  if (BlockHead *spare = g_session.spare; spare != nullptr) {
    g_session.spare = reinterpret_cast<BlockHead *>(spare->first_ticks); // NOLINT
    return spare;
  }
  const std::uint32_t n = g_session.head->n_buffers;
  auto *block = static_cast<BlockHead *>(os::map_shared(
      g_session.buffers.data(), kSessionBytes + std::size_t{n} * kBufferBytes, kBufferBytes));
  if (block != nullptr) {
    g_session.head->n_buffers = n + 1;
    block->magic = kBlockMagic;
    block->buffer = n;
  }
  return block;
}

std::uint8_t *records_of(BlockHead *block) noexcept {
  return reinterpret_cast<std::uint8_t *>(block + 1);
}

void open_block(Recorder &self, std::uint64_t ticks) noexcept {
  self.block->thread = self.thread;
  self.block->first_ticks = ticks;
  self.last_ticks = self.block->first_ticks;
  self.last_address = 0;
  self.n_events = 0;
  self.at = records_of(self.block);
  self.limit = reinterpret_cast<std::uint8_t *>(self.block) + kBufferBytes - kMostRecordBytes;
}

std::string_view whole(const BlockHead &block, std::size_t used) noexcept {
  return {reinterpret_cast<const char *>(&block), sizeof block + used};
}

// To the file, and empty again. Where the disk is full the events are lost, and counted.
void write_block(Recorder &self) noexcept {
  BlockHead &block = *self.block;
  const auto used = static_cast<std::size_t>(self.at - records_of(&block));
  block.n_events = self.n_events;
  block.used_bytes = static_cast<std::uint32_t>(used);
  if (used != 0 && !os::append_to_file(g_session.blocks.data(), whole(block, used))) {
    const Lock lock;
    g_session.head->lost_events += self.n_events;
  }
  ++block.sequence;
  block.used_bytes = 0;
  std::memset(records_of(&block), 0, used);
}

bool attach(Recorder &self, std::uint64_t ticks) noexcept {
  {
    const Lock lock;
    if (g_session.state.load(std::memory_order_relaxed) == State::unstarted) {
      g_session.state.store(begin(), std::memory_order_relaxed);
    }
    if (g_session.state.load(std::memory_order_relaxed) == State::off) {
      return false;
    }
    self.block = take_buffer();
    if (self.block == nullptr) {
      ++g_session.head->lost_events;
      return false;
    }
    if (!self.named) {
      self.thread = g_session.head->n_threads++;
      self.named = true;
    }
  }
  if (!self.gone) {
    g_exits.arm(&self);
  }
  open_block(self, ticks);
  return true;
}

} // namespace

bool refill(Recorder &self, std::uint64_t ticks) noexcept {
  if (self.busy || g_session.state.load(std::memory_order_relaxed) == State::off) {
    return false;
  }
  const Busy busy(self);
  if (self.block == nullptr) {
    return attach(self, ticks);
  }
  write_block(self);
  open_block(self, ticks);
  return true;
}

// A thread whose hook was called may allocate and free once more, and nobody would tell when it
// has done so for the last time: from there on each event is a block of its own, and its buffer is
// another thread's again.
void flush_late(Recorder &self) noexcept {
  write_block(self);
  const Lock lock;
  self.block->first_ticks = reinterpret_cast<std::uintptr_t>(g_session.spare);
  g_session.spare = self.block;
  self.block = nullptr;
  self.at = nullptr;
  self.limit = nullptr;
}

} // namespace vmperf::trace
