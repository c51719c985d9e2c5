// Dirty pages: a byte a page, set after the data was written, taken by an atomic exchange of eight.
//
//   writer    the data, then 1 into the byte (release), whatever it was
//   harvest   0 in exchange for the word (acquire), then the data of the pages that had 1
//
// Either the exchange gets the 1, and then its caller sees the data; or the 1 comes later, and the
// next harvest gets it. A line of 64 clean pages costs eight loads.
#include <new>

#include "state.hpp"
#include "vmperf/guestmem/flat_window.hpp"
#include "vmperf/guestmem/guest_memory.hpp"

namespace vmperf::guestmem {
namespace {

constexpr std::size_t kPagesAWord = 8, kWordsALine = 8;

// Bytes that others set one by one, eight at a time.
using Word [[gnu::may_alias]] = std::uint64_t;

bool is_clean(const Word *line) noexcept {
  std::uint64_t any = 0;
  for (std::size_t i = 0; i < kWordsALine; ++i) {
    any |= __atomic_load_n(line + i, __ATOMIC_RELAXED);
  }
  return any == 0;
}

// NOLINTNEXTLINE(readability-non-const-parameter): the exchange writes
void take(Word *word, std::uint64_t gpa, std::vector<std::uint64_t> &pages) {
  if (__atomic_load_n(word, __ATOMIC_RELAXED) == 0) {
    return;
  }
  if (pages.capacity() - pages.size() < kPagesAWord) { // before marks are taken: it may throw
    pages.reserve(2 * pages.capacity() + kPagesAWord);
  }
  const std::uint64_t marks = __atomic_exchange_n(word, 0, __ATOMIC_ACQ_REL);
  for (std::size_t i = 0; i < kPagesAWord; ++i) {
    if ((marks >> (8 * i) & 0xffU) != 0) { // little-endian: the lowest page in the lowest byte
      pages.push_back(gpa + i * kPageBytes);
    }
  }
}

void take_all(const Placed &one, std::vector<std::uint64_t> &pages) {
  auto *const words = reinterpret_cast<Word *>(one.dirty); // whole lines: place_dirty()
  const std::uint64_t count = one.region.size_bytes >> kPageShift;
  for (std::uint64_t page = 0; page < count; page += kPagesAWord * kWordsALine) {
    Word *const line = words + page / kPagesAWord;
    const std::size_t dirty_words = is_clean(line) ? 0 : kWordsALine;
    for (std::size_t i = 0; i < dirty_words; ++i) {
      take(line + i, one.region.start + (page + i * kPagesAWord) * kPageBytes, pages);
    }
  }
}

} // namespace

std::vector<std::uint64_t> GuestMemory::dirty_pages() {
  std::vector<std::uint64_t> pages;
  try {
    for (const Placed &one : state_->placed) {
      take_all(one, pages);
    }
  } catch (const std::bad_alloc &) { // nobody gets the list: the marks go back
    for (const std::uint64_t gpa : pages) {
      state_->mark(gpa, 1);
    }
    throw;
  }
  return pages;
}

void GuestMemory::mark_dirty(std::uint64_t gpa, std::uint64_t size_bytes) {
  if (size_bytes == 0) {
    return;
  }
  const Found found = state_->find_run(gpa, size_bytes, Access::read);
  if (found.status != Status::ok) {
    raise(*state_, found.status, gpa, size_bytes, Access::write);
  }
  if (is_tracking_dirty()) {
    state_->mark(gpa, size_bytes);
  }
}

FlatWindow::FlatWindow(GuestMemory &memory, std::uint64_t gpa) : memory_(&memory) {
  const State &state = *memory.state_;
  const Placed *one = state.find(gpa);
  if (one == nullptr) {
    raise(state, Status::out_of_range, gpa, 1, Access::read);
  }
  start_ = one->region.start;
  read_limit_ = one->region.size_bytes - 7;
  write_limit_ = one->region.read_only ? 0 : read_limit_;
  host_ = one->host;
  dirty_ = memory.is_tracking_dirty() ? one->dirty : nullptr;
}

} // namespace vmperf::guestmem
