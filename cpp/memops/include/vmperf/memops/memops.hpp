// SIMD memory operations: all of them. A client that wants one family includes its header.
//   copy.hpp   copy, move, copy_2d, copy<N>      fill.hpp   fill, zero
//   scan.hpp   compare, mismatch, find_byte, ... batch.hpp  copy_batch, gather, scatter
//   guest.hpp  guest_copy                        crc32c.hpp crc32c, crc32c_combine, copy_crc32c
//   level.hpp, ops.hpp, thresholds.hpp  control
// The first use may raise over VMPERF_SIMD (ops.hpp). Everything is thread-safe.
#pragma once

#include "vmperf/memops/batch.hpp"
#include "vmperf/memops/copy.hpp"
#include "vmperf/memops/crc32c.hpp"
#include "vmperf/memops/fill.hpp"
#include "vmperf/memops/guest.hpp"
#include "vmperf/memops/level.hpp"
#include "vmperf/memops/ops.hpp"
#include "vmperf/memops/scan.hpp"
#include "vmperf/memops/thresholds.hpp"
