// What the benchmarks of Python calls share: Python text that draws contents and proves them byte
// by byte with Python's own means, and probes. The rest of the text of each design stands in its
// file, as a user would write it; what a text sees and sets: bench/python.hpp.
#pragma once

#include "vmperf/bench/python.hpp"

namespace vmperf::memops {

inline constexpr const char *kProof = R"py(
poison, rounds = 0xA5, 0
memops = core.memops


def pattern(n_bytes, salt):
    step = 2654435761 + 2 * seed
    line = bytes(((i * step >> 7) + salt) % 89 for i in range(4093))
    return (line * (n_bytes // 4093 + 1))[:n_bytes]


def differ(what, found, wanted):
    found = bytes(found)
    if found == wanted:
        return ""
    at = next(i for i, (one, other) in enumerate(zip(found, wanted)) if one != other)
    return f"{what} is wrong at offset {at}"


def crc32c_by_bytes(data):
    crc = 0xFFFFFFFF
    for byte in bytes(data):
        crc = crc >> 8 ^ crc_table[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF


crc_table = list(range(256))
for _ in range(8):
    crc_table = [crc >> 1 ^ (0x82F63B78 if crc & 1 else 0) for crc in crc_table]


def write(buffer, contents):
    memoryview(buffer)[:] = contents
)py";

/// The project's own designs carry no version.
[[nodiscard]] inline bench::Availability without_version(bench::Availability found) {
  found.version.clear();
  return found;
}

[[nodiscard]] inline bench::Availability probe_numpy() {
  return bench::find_python_module("numpy");
}

} // namespace vmperf::memops
