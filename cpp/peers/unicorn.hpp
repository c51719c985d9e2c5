// How Unicorn comes in, for every design that calls it: where its library is searched for, what all
// of them take of it, and its version. An Api has open, close and version; `more` takes the rest.
// Source: unicorn-engine/unicorn, include/unicorn/unicorn.h.
#pragma once

#include <string>

#include "library.hpp"

namespace vmperf::peers {

struct UnicornEngine; // uc_engine

template <class Api, class Take> Recipe<Api> unicorn_recipe(Take more) {
  return {
      .names = {"libunicorn.so.2", "libunicorn.so"},
      .what = "libunicorn.so.2",
      .remedy = "pip install unicorn, or name its directory in VMPERF_PEER_PATH",
      .take =
          [more](Symbols &from, Api &api) {
            unsigned (*version)(unsigned *, unsigned *) = nullptr;
            from.take("uc_open", api.open);
            from.take("uc_close", api.close);
            more(from, api);
            from.take("uc_version", version);
            if (version != nullptr) {
              const unsigned parts = version(nullptr, nullptr);
              api.version = std::to_string(parts >> 24U) + "." +
                            std::to_string(parts >> 16U & 0xffU) + "." +
                            std::to_string(parts >> 8U & 0xffU);
            }
          },
  };
}

} // namespace vmperf::peers
