// The Boehm-Demers-Weiser collector, loaded at run time: conservative, it finds references on the
// stack and in its own objects, and moves nothing. Roots that are members of a program stand in an
// object that it never collects; data segments are not scanned, as nothing of ours is there. One
// marker, so that it has one core as others have; its limit of the heap is the process's.
// Source: ivmai/bdwgc, include/gc.h (8.2).
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "library.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/gc/api.hpp"
#include "vmperf/os/clock.hpp"

namespace vmperf::peers {
namespace {

struct StackBase { // struct GC_stack_base, with room for that of any machine
  std::array<void *, 4> words;
};

struct Api {
  void (*init)();
  void (*set_no_dls)(int);
  void (*set_markers_count)(unsigned);
  void *(*malloc)(std::size_t);
  void *(*malloc_atomic)(std::size_t);
  void *(*malloc_uncollectable)(std::size_t);
  void (*free)(void *);
  void (*collect)();
  void (*set_max_heap_size)(std::size_t);
  std::size_t (*heap_size)();
  std::size_t (*free_bytes)();
  std::size_t (*collections)();
  void (*on_event)(void (*)(int));
  void (*on_warning)(void (*)(char *, std::uintptr_t));
  void (*ignore_warning)(char *, std::uintptr_t);
  void (*allow_threads)();
  int (*is_registered)();
  int (*stack_base)(StackBase *);
  int (*register_thread)(const StackBase *);
  std::string version;
};

void take(Symbols &from, Api &api) {
  unsigned (*version)() = nullptr;
  from.take("GC_init", api.init);
  from.take("GC_set_no_dls", api.set_no_dls);
  from.take("GC_set_markers_count", api.set_markers_count);
  from.take("GC_malloc", api.malloc);
  from.take("GC_malloc_atomic", api.malloc_atomic);
  from.take("GC_malloc_uncollectable", api.malloc_uncollectable);
  from.take("GC_free", api.free);
  from.take("GC_gcollect", api.collect);
  from.take("GC_set_max_heap_size", api.set_max_heap_size);
  from.take("GC_get_heap_size", api.heap_size);
  from.take("GC_get_free_bytes", api.free_bytes);
  from.take("GC_get_gc_no", api.collections);
  from.take("GC_set_on_collection_event", api.on_event);
  from.take("GC_set_warn_proc", api.on_warning);
  from.take("GC_ignore_warn_proc", api.ignore_warning);
  from.take("GC_allow_register_threads", api.allow_threads);
  from.take("GC_thread_is_registered", api.is_registered);
  from.take("GC_get_stack_base", api.stack_base);
  from.take("GC_register_my_thread", api.register_thread);
  from.take("GC_get_version", version);
  if (version != nullptr) {
    const unsigned found = version(); // major << 16 | minor << 8 | micro
    api.version = std::to_string(found >> 16U) + "." + std::to_string((found >> 8U) & 0xffU) + "." +
                  std::to_string(found & 0xffU);
  }
}

const Library<Api> &library() {
  static const Library<Api> found(
      {.names = {"libgc.so.1", "libgc.so"},
       .what = "libgc",
       .remedy = "install Debian's libgc1, or name its directory in VMPERF_PEER_PATH",
       .take = take});
  return found;
}

// Of the process: the collector is one, and calls back without a word of whose heap it is.
std::vector<gc::Pause> &pauses_now() {
  static std::vector<gc::Pause> pauses;
  return pauses;
}

// Called with the collector's lock held: it may not be asked for its sizes.
void note_event(int event) {
  constexpr int kStart = 0;
  constexpr int kEnd = 5; // GC_EVENT_START, GC_EVENT_END
  std::vector<gc::Pause> &pauses = pauses_now();
  if (event == kStart) {
    gc::Pause pause;
    pause.kind = gc::Kind::major;
    pause.cause = gc::Cause::heap_full;
    pause.start_ns = os::now_ns();
    pauses.push_back(pause);
  } else if (event == kEnd && !pauses.empty()) {
    pauses.back().ns = os::now_ns() - pauses.back().start_ns;
  }
}

const Api &started() {
  static const Api &api = []() -> const Api & {
    const Api &found = library().require();
    found.set_no_dls(1);
    found.set_markers_count(1);
    found.init();
    found.on_warning(found.ignore_warning);
    found.on_event(note_event);
    return found;
  }();
  return api;
}

class BoehmSpace {
public:
  static constexpr bool kManual = false;
  using Ref = std::uint64_t *;

  class Local { // on the stack, which is scanned
  public:
    Local(BoehmSpace & /*space*/, Ref ref) : ref_(ref) {}
    [[nodiscard]] Ref get() const { return ref_; }
    void set(Ref ref) { ref_ = ref; }

  private:
    Ref ref_;
  };

  class Root {
  public:
    explicit Root(BoehmSpace &space)
        : free_(space.api_.free),
          slot_(static_cast<Ref *>(space.checked(space.api_.malloc_uncollectable(sizeof(Ref))))) {
      *slot_ = nullptr;
    }
    Root(const Root &) = delete;
    Root &operator=(const Root &) = delete;
    Root(Root &&) = delete;
    Root &operator=(Root &&) = delete;
    ~Root() { free_(static_cast<void *>(slot_)); }
    [[nodiscard]] Ref get() const { return *slot_; }
    void set(Ref ref) { *slot_ = ref; }

  private:
    void (*free_)(void *);
    Ref *slot_;
  };

  explicit BoehmSpace(const gc::SpaceSettings &settings)
      : api_(started()), limit_bytes_(settings.heap_bytes) {
    if (api_.is_registered() == 0) { // from then on it locks, which others are spared
      api_.allow_threads();
      StackBase base{};
      if (api_.stack_base(&base) != 0 || api_.register_thread(&base) != 0) {
        throw UnsupportedError("libgc cannot tell where the stack of this thread begins");
      }
    }
    api_.set_max_heap_size(limit_bytes_);
    pauses_now().clear();
    before_ = api_.collections();
  }

  template <unsigned R, unsigned W> [[gnu::always_inline]] Ref make() {
    return static_cast<Ref>(checked(api_.malloc(static_cast<std::size_t>(8 * (R + W))))); // zeroed
  }
  Ref make_refs(std::size_t n) { return static_cast<Ref>(checked(api_.malloc(8 * n))); }
  Ref make_bytes(std::size_t n) { return static_cast<Ref>(checked(api_.malloc_atomic(n))); }

  [[nodiscard]] static Ref load(Ref object, std::size_t i) { return std::bit_cast<Ref>(object[i]); }
  static void init(Ref object, std::size_t i, Ref value) { store(object, i, value); }
  static void store(Ref object, std::size_t i, Ref value) {
    object[i] = std::bit_cast<std::uint64_t>(value);
  }
  template <unsigned R> [[nodiscard]] std::uint64_t *words(Ref object) const { return object + R; }
  [[nodiscard]] static std::byte *bytes(Ref object) {
    return reinterpret_cast<std::byte *>(object);
  }
  void release(Ref /*object*/) {}
  void collect(gc::Kind /*kind*/) const { api_.collect(); }
  [[nodiscard]] gc::SpaceFigures figures() const {
    return {.heap_limit_bytes = limit_bytes_,
            .collections = api_.collections() - before_,
            .minors = 0,
            .used_bytes = api_.heap_size() - api_.free_bytes()};
  }
  [[nodiscard]] static std::span<const gc::Pause> pauses() { return pauses_now(); }

private:
  [[gnu::always_inline]] void *checked(void *block) const {
    if (block == nullptr) [[unlikely]] {
      throw CapacityError("heap of libgc", api_.heap_size(), limit_bytes_);
    }
    return block;
  }

  const Api &api_;
  std::size_t limit_bytes_;
  std::size_t before_ = 0;
};
static_assert(gc::Space<BoehmSpace>);

std::unique_ptr<gc::Machine> make(const gc::SpaceSettings &settings, std::string_view program,
                                  const gc::ProgramSettings &demand) {
  const auto space = [](const gc::SpaceSettings &of) { return std::make_unique<BoehmSpace>(of); };
  return gc::machine_on<BoehmSpace>(space, settings, program, demand);
}

} // namespace

void declare_boehm(bench::Registry &registry) {
  gc::add_gc_design(registry, {.name = "boehm",
                               .summary = "the Boehm-Demers-Weiser collector, with one marker",
                               .collects = true,
                               .make = make})
      .peer()
      .available([] { return library().probe(); });
}

} // namespace vmperf::peers
