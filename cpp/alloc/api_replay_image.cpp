#include "api_replay_image.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <type_traits>

#include "vmperf/base/error.hpp"
#include "vmperf/bench/sink.hpp"
#include "vmperf/os/pages.hpp"
#include "vmperf/os/shared_page.hpp"

namespace vmperf::alloc {
namespace {

constexpr std::uint64_t kMagic = 0x314e'414c'5052'4d56; // "VMRPLAN1"
constexpr std::size_t kWord = 8;

static_assert(std::is_trivially_copyable_v<PlanCounts> && std::is_trivially_copyable_v<ReplayStep>);
static_assert(sizeof(PlanCounts) % kWord == 0 && sizeof(ReplayStep) == 16);

// What stands of each thread before the arrays.
struct ThreadWords {
  std::uint64_t steps, tickets, due_ns, stops, first, last;
};

struct Head {
  std::uint64_t magic;
  PlanCounts counts;
  std::uint64_t threads, points;
};

// Visits the arrays of a thread in the order of the image.
template <class Thread, class Visit> void each_array(Thread &thread, Visit visit) {
  visit(thread.steps);
  visit(thread.tickets);
  visit(thread.due_ns);
  visit(thread.stops);
  visit(thread.stop_ids);
}

constexpr std::size_t padded(std::size_t bytes) {
  return (bytes + kWord - 1) & ~(kWord - 1);
}

// Puts values one after another; without memory it counts their bytes alone.
class Writer {
public:
  explicit Writer(std::byte *to) : to_(to) {}

  template <class T> void value(const T &one) { put(&one, sizeof one); }
  template <class T> void array(const std::vector<T> &values) {
    put(values.data(), values.size() * sizeof(T));
  }
  [[nodiscard]] std::size_t written() const noexcept { return at_; }

private:
  void put(const void *from, std::size_t bytes) {
    if (to_ != nullptr && bytes != 0) {
      std::memcpy(to_ + at_, from, bytes);
    }
    at_ += padded(bytes);
  }

  std::byte *to_;
  std::size_t at_ = 0;
};

std::size_t put_draft(const PlanDraft &draft, std::byte *to) {
  Writer writer(to);
  writer.value(Head{kMagic, draft.counts, draft.threads.size(), draft.point_ops.size()});
  for (const ThreadDraft &one : draft.threads) {
    writer.value(ThreadWords{one.steps.size(), one.tickets.size(), one.due_ns.size(),
                             one.stops.size(), one.first, one.last});
  }
  writer.array(draft.point_ops);
  writer.array(draft.point_live_bytes);
  for (const ThreadDraft &one : draft.threads) {
    each_array(one, [&](const auto &values) { writer.array(values); });
  }
  return writer.written();
}

class Reader {
public:
  Reader(std::span<const std::byte> bytes, const std::string &path) : bytes_(bytes), path_(path) {}

  template <class T> const T &value() { return array<T>(1).front(); }
  template <class T> std::span<const T> array(std::uint64_t count) {
    if (count > (bytes_.size() - at_) / sizeof(T)) {
      throw TraceFormatError(path_, at_, "a plan that ends early");
    }
    const std::span<const T> found(reinterpret_cast<const T *>(bytes_.data() + at_), count);
    at_ = std::min(bytes_.size(), at_ + padded(count * sizeof(T)));
    return found;
  }
  template <class T> void array(std::span<const T> &into, std::uint64_t count) {
    into = array<T>(count);
  }

private:
  std::span<const std::byte> bytes_;
  const std::string &path_;
  std::size_t at_ = 0;
};

} // namespace

PlanImage make_image(const PlanDraft &draft) {
  const std::size_t bytes = put_draft(draft, nullptr);
  auto mapping = std::make_shared<const os::Mapping>(bytes);
  put_draft(draft, mapping->data());
  return {mapping, std::span<const std::byte>(mapping->data(), bytes)};
}

ReplayPlan::ReplayPlan(std::shared_ptr<const void> memory, std::span<const std::byte> image,
                       const std::string &path)
    : memory_(std::move(memory)), image_(image) {
  Reader reader(image, path);
  const Head &head = reader.value<Head>();
  if (head.magic != kMagic) {
    throw TraceFormatError(path, 0, "no plan of a replay");
  }
  counts_ = head.counts;
  const auto words = reader.array<ThreadWords>(head.threads);
  reader.array(point_ops_, head.points);
  reader.array(point_live_bytes_, head.points);
  for (const ThreadWords &one : words) {
    ThreadPlan &thread = threads_.emplace_back();
    reader.array(thread.steps, one.steps);
    reader.array(thread.tickets, one.tickets);
    reader.array(thread.due_ns, one.due_ns);
    reader.array(thread.stops, one.stops);
    reader.array(thread.stop_ids, one.stops);
    thread.first = one.first;
    thread.last = one.last;
  }
}

void ReplayPlan::save(const std::string &path) const {
  std::FILE *file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) {
    throw OsError("fopen", errno, path + ": " + std::generic_category().message(errno));
  }
  const bool written = std::fwrite(image_.data(), 1, image_.size(), file) == image_.size();
  const int error = errno;
  if (std::fclose(file) != 0 || !written) {
    throw OsError("fwrite", error, path + ": " + std::generic_category().message(error));
  }
}

ReplayPlan ReplayPlan::open(const std::string &path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) {
    throw OsError("stat", error.value(), path + ": " + error.message());
  }
  if (size < sizeof(Head)) {
    throw TraceFormatError(path, size, "no plan of a replay");
  }
  auto mapped = std::make_shared<const os::SharedPage>(path, size);
  const auto *start = static_cast<const std::byte *>(mapped->data());
  std::uint64_t sum = 0;
  for (std::size_t at = 0; at < size; at += 4096) { // resident before anything is measured
    sum += static_cast<std::uint64_t>(start[at]);
  }
  bench::sink(sum);
  return {mapped, std::span<const std::byte>(start, size), path};
}

} // namespace vmperf::alloc
