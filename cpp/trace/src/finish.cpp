#include "vmperf/trace/finish.hpp"

#include <algorithm>
#include <memory>
#include <queue>
#include <tuple>
#include <vector>

#include "blocks.hpp"
#include "vmperf/os/ordered_ticks.hpp"
#include "vmperf/os/tick.hpp"
#include "vmperf/trace/builder.hpp"
#include "vmperf/trace/file.hpp"

namespace vmperf::trace {
namespace {

constexpr std::size_t kMostWaiting = 65536; // operations before they are written

// The events of one thread; its blocks are read one at a time.
struct Stream {
  const BlockPlace *next;
  const BlockPlace *end;
  BlockEvents events;
  RecordedEvent now{};
  std::uint64_t n_decoded = 0;
  std::uint64_t expected = 0; ///< events of the block, where its head says so

  [[nodiscard]] bool advance(InputFile &buffers, InputFile *blocks, std::uint64_t &lost) {
    for (;;) {
      if (const auto event = events.next()) {
        now = *event;
        ++n_decoded;
        return true;
      }
      lost += n_decoded < expected ? expected - n_decoded : 0;
      expected = 0;
      if (next == end) {
        return false;
      }
      InputFile &file = next->in_buffer ? buffers : *blocks;
      file.seek(next->offset);
      events = BlockEvents(file.next(next->used_bytes), next->first_ticks);
      expected = next->n_events;
      n_decoded = 0;
      ++next;
    }
  }
};

// What is next: the earlier event, of two at once the one that gives an address back.
struct Later {
  bool operator()(const Stream *a, const Stream *b) const noexcept {
    const auto key = [](const Stream &s) {
      const bool gives = s.now.event == Event::free || s.now.event == Event::release;
      return std::tuple(s.now.ticks, gives ? 0 : 1, s.next);
    };
    return key(*a) > key(*b);
  }
};

std::string words_of(const SessionHead &head) {
  const std::size_t most = std::min<std::size_t>(head.command_bytes, sizeof head.command);
  std::string words(static_cast<const char *>(head.command), most);
  while (!words.empty() && words.back() == '\0') {
    words.pop_back();
  }
  std::ranges::replace(words, '\0', ' ');
  return words;
}

void apply(const RecordedEvent &event, std::uint64_t time_ns, std::uint64_t thread,
           Builder &builder) {
  switch (event.event) {
  case Event::malloc:
    builder.allocate(Kind::malloc, time_ns, thread, event.address, event.size);
    break;
  case Event::calloc:
    builder.allocate(Kind::calloc, time_ns, thread, event.address, event.size);
    break;
  case Event::aligned:
    builder.allocate(Kind::aligned, time_ns, thread, event.address, event.size >> 6U,
                     static_cast<unsigned>(event.size & 63U));
    break;
  case Event::free:
    builder.free(time_ns, thread, event.address);
    break;
  case Event::release:
    builder.release(thread, event.address);
    break;
  case Event::renew:
    builder.renew(time_ns, thread, event.address, event.size);
    break;
  case Event::keep:
    builder.keep(time_ns, thread, event.address);
    break;
  case Event::end:
    return;
  }
}

class Merge {
public:
  Merge(const std::string &stem, Recording recording)
      : recording_(std::move(recording)), buffers_(stem + ".buf"),
        ns_per_tick_(os::ordered_cost().ns_per_tick) {
    const auto written = [](const BlockPlace &block) { return !block.in_buffer; };
    if (std::ranges::any_of(recording_.blocks, written)) {
      blocks_ = std::make_unique<InputFile>(stem + ".rec");
    }
    const BlockPlace *at = recording_.blocks.data();
    const BlockPlace *const end = at + recording_.blocks.size();
    while (at != end) {
      const BlockPlace *last = at;
      while (last != end && last->thread == at->thread) {
        ++last;
      }
      streams_.push_back(std::make_unique<Stream>(Stream{at, last, {}}));
      at = last;
    }
  }

  void run(Writer &writer, Header &header, Finished &finished) {
    std::vector<Op> ops;
    Builder builder(header, ops);
    for (const auto &stream : streams_) {
      push(*stream);
    }
    while (!heap_.empty()) {
      Stream &stream = *heap_.top();
      heap_.pop();
      apply(stream.now, to_ns(stream.now.ticks), (stream.next - 1)->thread, builder);
      push(stream);
      if (ops.size() >= kMostWaiting) {
        writer.add(ops);
        finished.n_ops += ops.size();
        ops.clear();
      }
    }
    writer.add(ops);
    finished.n_ops += ops.size();
    finished.n_slots = builder.n_slots();
    finished.n_threads = builder.n_threads();
    header.lost_ops = recording_.lost_events;
  }

private:
  void push(Stream &stream) {
    if (stream.advance(buffers_, blocks_.get(), recording_.lost_events)) {
      heap_.push(&stream);
    }
  }
  [[nodiscard]] std::uint64_t to_ns(std::uint64_t ticks) const noexcept {
    const std::uint64_t since =
        ticks > recording_.head.start_ticks ? ticks - recording_.head.start_ticks : 0;
    return static_cast<std::uint64_t>(static_cast<double>(since) * ns_per_tick_);
  }

  Recording recording_;
  InputFile buffers_;
  std::unique_ptr<InputFile> blocks_;
  double ns_per_tick_;
  std::vector<std::unique_ptr<Stream>> streams_;
  std::priority_queue<Stream *, std::vector<Stream *>, Later> heap_;
};

} // namespace

Finished finish(const std::string &stem, const std::string &output, const std::string &machine) {
  Recording recording = find_blocks(stem);
  Finished finished{};
  finished.parent = recording.head.parent;
  finished.forked = recording.head.forked != 0;
  Header &header = finished.header;
  header.command = words_of(recording.head);
  header.machine = machine;
  header.clock = os::kTickName;
  header.source = "recorded";
  header.process_id = recording.head.process;
  Writer writer(output);
  writer.begin(header);
  Merge(stem, std::move(recording)).run(writer, header, finished);
  writer.close(header);
  return finished;
}

} // namespace vmperf::trace
