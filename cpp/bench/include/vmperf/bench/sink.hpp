// The one sink of all designs: a value handed to sink() must be computed, and memory it may point
// to must be up to date, at no instruction of cost. One register constraint and one memory clobber
// per value: a second clobber costs a pool pair a whole cycle (3.0 against 2.0), so call it once
// per value handed out, in every design alike.
#pragma once

#include <type_traits>

#include "vmperf/os/keep_real.hpp"

namespace vmperf::bench {

template <class T>
concept InRealRegister = std::is_same_v<T, float> || std::is_same_v<T, double>;

template <class T> [[gnu::always_inline]] inline void sink(const T &value) noexcept {
  static_assert(sizeof(T) <= sizeof(void *), "sink a pointer or a register-sized value");
  if constexpr (InRealRegister<T>) {
    os::keep_real(value);
  } else {
    asm volatile("" : : "r"(value) : "memory");
  }
}

/// Makes a value opaque: the compiler may neither fold nor hoist what is computed from it.
template <class T> [[gnu::always_inline]] inline T opaque(T value) noexcept {
  static_assert(sizeof(T) <= sizeof(void *), "a pointer or a register-sized value");
  if constexpr (InRealRegister<T>) {
    return os::opaque_real(value);
  } else {
    asm volatile("" : "+r"(value));
    return value;
  }
}

} // namespace vmperf::bench
