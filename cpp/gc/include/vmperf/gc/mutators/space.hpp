// What a mutator needs of memory, so that one source of it runs on a collected heap, on a foreign
// collector and on malloc with free. A space is such a memory; a program (programs.hpp) is a
// template over it, and all of its calls are inlined where the space's are.
//
//   object   [ R references | W words of 64 bits ]   make<R, W>()     all zero
//            [ n references ]                        make_refs(n)     all null
//            [ n bytes ]                             make_bytes(n)    contents undefined
//
// A collecting space may move objects at every make and collect(): what is needed afterwards stands
// in a Local (of a scope, last in first out) or a Root (a member), or is reachable from one.
// init() is a store into an object made since the last make, which needs no barrier; store() is any
// other. release() says where a program without a collector frees; it does nothing elsewhere.
// A space is one thread's.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "vmperf/gc/pause.hpp"

namespace vmperf::gc {

/// What a space is asked for; each takes what it knows.
struct SpaceSettings {
  std::size_t heap_bytes = std::size_t{64} << 20U;   ///< the limit of all that lives
  std::size_t nursery_bytes = std::size_t{1} << 20U; ///< of generational ones
  bool verify = false;                               ///< own ones: the whole heap, each time
  std::uint64_t stress = 0; ///< own ones: collect at every so manyth allocation; 0 = never
  /// Own ones that mark in slices: a pause is to take no longer; 0 = none.
  double pause_target_ms = 0;
  // As in Options, of own ones alone.
  unsigned tenure = 0, workers = 1;
  std::string pacer = "fixed";
};

/// What a space has done since it was made.
struct SpaceFigures {
  std::uint64_t heap_limit_bytes = 0; ///< 0: it has none
  std::uint64_t collections = 0;      ///< all, minor ones too
  std::uint64_t minors = 0;
  std::uint64_t used_bytes = 0; ///< live and not yet collected; 0 where it cannot tell
};

template <class S>
concept Space = requires(S &s, const S &c, S::Ref r, std::size_t n) {
  requires std::default_initializable<typename S::Ref> && std::equality_comparable<typename S::Ref>;
  requires std::constructible_from<typename S::Local, S &, typename S::Ref>;
  requires std::constructible_from<typename S::Root, S &>;
  { S::kManual } -> std::convertible_to<bool>;
  { s.template make<2, 1>() } -> std::same_as<typename S::Ref>;
  { s.make_refs(n) } -> std::same_as<typename S::Ref>;
  { s.make_bytes(n) } -> std::same_as<typename S::Ref>;
  { s.load(r, n) } -> std::same_as<typename S::Ref>;
  s.init(r, n, r);
  s.store(r, n, r);
  { s.template words<2>(r) } -> std::same_as<std::uint64_t *>;
  { s.bytes(r) } -> std::same_as<std::byte *>;
  s.release(r);
  s.collect(Kind::minor);
  { c.figures() } -> std::same_as<SpaceFigures>;
  { c.pauses() } -> std::convertible_to<std::span<const Pause>>;
};

} // namespace vmperf::gc
