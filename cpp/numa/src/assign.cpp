#include "assign.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace vmperf::numa {
namespace {

constexpr std::int64_t kFar = std::numeric_limits<std::int64_t>::max() / 4;
constexpr std::size_t kSample = std::size_t{1} << 14U;

struct Entry {
  std::int64_t added; ///< by a move of the page from the heap's first node to its second
  std::uint32_t page;
};

// The least on top; of those alike the first page, so that the outcome is a function of the costs.
bool is_after(const Entry &a, const Entry &b) noexcept {
  return a.added != b.added ? a.added > b.added : a.page > b.page;
}

class Augmenting {
public:
  Augmenting(std::span<const std::int64_t> cost, std::vector<std::uint8_t> node,
             const std::vector<std::int64_t> &rooms)
      : cost_(cost), n_(rooms.size()), node_(std::move(node)), room_(rooms), heaps_(n_ * n_),
        step_(n_ * n_, kFar), far_(n_), from_(n_) {
    for (const std::uint8_t at : node_) {
      --room_[at];
    }
  }

  void solve() {
    if (std::ranges::all_of(room_, [](std::int64_t room) { return room >= 0; }) && !priced_) {
      return; // each page is where it is cheapest
    }
    fill_heaps();
    is_filled_ = true;
    while (std::ranges::any_of(room_, [](std::int64_t room) { return room < 0; })) {
      find_paths(true);
      move_along(nearest_with_room());
    }
    for (find_paths(false);; find_paths(false)) {
      const std::size_t end = nearest_with_room();
      if (end == n_ || far_[end] >= 0) {
        return;
      }
      move_along(end);
    }
  }

  /// Prices were used to place pages, so the placement is no best one by itself.
  void set_priced() noexcept { priced_ = true; }

  [[nodiscard]] std::vector<std::int64_t> prices() const {
    if (!is_filled_) {
      return std::vector<std::int64_t>(n_, 0);
    }
    // What one more page on a node costs is what the cheapest chain from there to room adds; where
    // no node has room, to any one of them.
    std::vector<std::int64_t> price(n_, kFar);
    bool has_room = false;
    for (std::size_t node = 0; node < n_; ++node) {
      has_room = has_room || room_[node] > 0;
      price[node] = room_[node] > 0 ? 0 : kFar;
    }
    price[0] = has_room ? price[0] : 0;
    for (std::size_t round = 0; round < n_; ++round) {
      for (std::size_t a = 0; a < n_; ++a) {
        for (std::size_t b = 0; b < n_; ++b) {
          if (step_[a * n_ + b] < kFar && price[b] < kFar) {
            price[a] = std::min(price[a], price[b] + step_[a * n_ + b]);
          }
        }
      }
    }
    return price;
  }

  [[nodiscard]] std::vector<std::uint8_t> take() noexcept { return std::move(node_); }

private:
  [[nodiscard]] std::int64_t added(std::uint32_t page, std::size_t from, std::size_t to) const {
    return cost_[page * n_ + to] - cost_[page * n_ + from];
  }

  void fill_heaps() {
    for (std::size_t page = 0; page < node_.size(); ++page) {
      const std::size_t at = node_[page];
      for (std::size_t to = 0; to < n_; ++to) {
        if (to != at) {
          const auto number = static_cast<std::uint32_t>(page);
          heaps_[at * n_ + to].push_back({added(number, at, to), number});
        }
      }
    }
    for (std::size_t pair = 0; pair < heaps_.size(); ++pair) {
      std::ranges::make_heap(heaps_[pair], is_after);
      look_at_top(pair);
    }
  }

  // Pages that have left since are dropped; the pair's step is what its top adds.
  void look_at_top(std::size_t pair) {
    std::vector<Entry> &heap = heaps_[pair];
    while (!heap.empty() && node_[heap.front().page] != pair / n_) {
      std::ranges::pop_heap(heap, is_after);
      heap.pop_back();
    }
    step_[pair] = heap.empty() ? kFar : heap.front().added;
  }

  // Bellman and Ford over nodes: from those that are too full, or from all.
  void find_paths(bool from_full) {
    for (std::size_t node = 0; node < n_; ++node) {
      far_[node] = !from_full || room_[node] < 0 ? 0 : kFar;
      from_[node] = node;
    }
    bool changed = true;
    for (std::size_t round = 0; changed && round < n_; ++round) { // there are no negative cycles
      changed = false;
      for (std::size_t a = 0; a < n_; ++a) {
        for (std::size_t b = 0; b < n_ && far_[a] < kFar; ++b) {
          const std::int64_t step = step_[a * n_ + b];
          if (a != b && step < kFar && far_[a] + step < far_[b]) {
            far_[b] = far_[a] + step;
            from_[b] = a;
            changed = true;
          }
        }
      }
    }
  }

  [[nodiscard]] std::size_t nearest_with_room() const {
    std::size_t best = n_;
    for (std::size_t node = 0; node < n_; ++node) {
      if (room_[node] > 0 && far_[node] < kFar && (best == n_ || far_[node] < far_[best])) {
        best = node;
      }
    }
    return best;
  }

  void move_along(std::size_t end) {
    std::vector<std::size_t> touched;
    --room_[end];
    for (std::size_t to = end; from_[to] != to; to = from_[to]) {
      const std::size_t from = from_[to];
      move_top(from, to);
      touched.push_back(from);
      touched.push_back(to);
      if (from_[from] == from) {
        ++room_[from];
      }
    }
    for (const std::size_t node : touched) {
      for (std::size_t other = 0; other < n_; ++other) {
        if (other != node) {
          look_at_top(node * n_ + other);
        }
      }
    }
  }

  void move_top(std::size_t from, std::size_t to) {
    const std::uint32_t page = heaps_[from * n_ + to].front().page;
    node_[page] = static_cast<std::uint8_t>(to);
    for (std::size_t other = 0; other < n_; ++other) {
      if (other != to) {
        std::vector<Entry> &heap = heaps_[to * n_ + other];
        heap.push_back({added(page, to, other), page});
        std::ranges::push_heap(heap, is_after);
      }
    }
  }

  std::span<const std::int64_t> cost_;
  std::size_t n_;
  std::vector<std::uint8_t> node_;
  std::vector<std::int64_t> room_; ///< below 0: so many pages too many
  std::vector<std::vector<Entry>> heaps_;
  std::vector<std::int64_t> step_; ///< what the cheapest move adds, by pair of nodes
  std::vector<std::int64_t> far_;
  std::vector<std::size_t> from_;
  bool priced_ = false, is_filled_ = false;
};

// Each page to the node where cost and price are least; where several are, to the one it is on, or
// else one that has room still.
std::vector<std::uint8_t> place(std::span<const std::int64_t> cost,
                                std::span<const std::uint8_t> first,
                                const std::vector<std::int64_t> &rooms,
                                const std::vector<std::int64_t> &price) {
  const std::size_t n = rooms.size();
  std::vector<std::int64_t> left = rooms;
  std::vector<std::uint8_t> node(first.size());
  for (std::size_t page = 0; page < first.size(); ++page) {
    const std::int64_t *row = cost.data() + page * n;
    const auto with_price = [&](std::size_t at) { return row[at] + price[at]; };
    std::size_t best = first[page];
    for (std::size_t at = 0; at < n; ++at) {
      const std::int64_t gain = with_price(best) - with_price(at);
      best = gain > 0 || (gain == 0 && left[best] <= 0 && left[at] > 0) ? at : best;
    }
    --left[best];
    node[page] = static_cast<std::uint8_t>(best);
  }
  return node;
}

// The prices of every k-th page, given every k-th place.
std::vector<std::int64_t> sample_prices(std::span<const std::int64_t> cost,
                                        std::span<const std::uint8_t> first,
                                        const std::vector<std::int64_t> &rooms) {
  const std::size_t n = rooms.size();
  const std::size_t stride = first.size() / kSample;
  std::vector<std::int64_t> some_cost;
  std::vector<std::uint8_t> some_first;
  for (std::size_t page = 0; page < first.size(); page += stride) {
    some_cost.insert(some_cost.end(), cost.begin() + static_cast<std::ptrdiff_t>(page * n),
                     cost.begin() + static_cast<std::ptrdiff_t>((page + 1) * n));
    some_first.push_back(first[page]);
  }
  std::vector<std::int64_t> some_rooms;
  some_rooms.reserve(rooms.size());
  for (const std::int64_t room : rooms) {
    some_rooms.push_back((room + static_cast<std::int64_t>(stride) - 1) /
                         static_cast<std::int64_t>(stride));
  }
  return assign(some_cost, some_first, some_rooms).price;
}

} // namespace

Assignment assign(std::span<const std::int64_t> cost, std::span<const std::uint8_t> first,
                  const std::vector<std::int64_t> &rooms) {
  const std::vector<std::int64_t> free(rooms.size(), 0);
  const bool is_large = first.size() >= 4 * kSample;
  std::vector<std::uint8_t> node = place(cost, first, rooms, free);
  std::vector<std::int64_t> left = rooms;
  for (const std::uint8_t at : node) {
    --left[at];
  }
  const bool fits = std::ranges::all_of(left, [](std::int64_t room) { return room >= 0; });
  const std::vector<std::int64_t> prices =
      is_large && !fits ? sample_prices(cost, first, rooms) : free;
  if (prices != free) {
    node = place(cost, first, rooms, prices);
  }
  Augmenting augmenting(cost, std::move(node), rooms);
  if (prices != free) {
    augmenting.set_priced();
  }
  augmenting.solve();
  Assignment out;
  out.price = augmenting.prices();
  out.node = augmenting.take();
  return out;
}

} // namespace vmperf::numa
