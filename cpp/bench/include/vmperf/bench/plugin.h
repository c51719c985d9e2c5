/* The C interface between vmperf and a shared library of own benchmarks and designs. Only plain C
 * types cross it, so compiler and C++ library may differ. No exception crosses it: errors are text.
 * Write against plugin.hpp, which wraps it; this file is the contract.
 *
 * A library exports two symbols:
 *   const uint32_t vmperf_plugin_abi           VMPERF_PLUGIN_ABI as it was compiled
 *   void vmperf_plugin_register(const vmperf_host *)
 * The host copies all texts and values it is given; `self` pointers live as long as the library,
 * which is never unloaded. Calls come from one thread at a time. */
#ifndef VMPERF_BENCH_PLUGIN_H
#define VMPERF_BENCH_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Grows with every change of the structures below; other numbers are refused. */
#define VMPERF_PLUGIN_ABI 1u

enum { VMPERF_ERROR_BYTES = 512 };
enum { VMPERF_INT = 0, VMPERF_DOUBLE = 1, VMPERF_TEXT = 2 };
/* What a failed call means: the caller's parameters, a missing feature, anything else. */
enum { VMPERF_OK = 0, VMPERF_INVALID_ARGUMENT = 1, VMPERF_UNSUPPORTED = 2, VMPERF_FAILED = 3 };

typedef struct {
  int kind;
  int64_t integer;
  double real;
  const char *text;
} vmperf_value;

typedef struct {
  const char *name;
  vmperf_value value;
} vmperf_param;

typedef struct {
  const char *name;
  const vmperf_value *values;
  size_t n_values;
  const vmperf_value *defaults;
  size_t n_defaults;
} vmperf_axis;

/* A failed call writes a text of at most VMPERF_ERROR_BYTES, with its final 0, into `error`. */
typedef struct {
  void *self;
  uint64_t max_n;
  uint32_t max_copies;
  int (*run)(void *self, uint32_t copies, uint64_t n, uint64_t *checksum, char *error);
  int (*verify)(void *self, char *error); /* VMPERF_OK when the work is proved */
  void (*destroy)(void *self);
} vmperf_workload;

typedef struct {
  void *self;
  int (*make)(void *self, const vmperf_param *params, size_t n_params, vmperf_workload *out,
              char *error);
} vmperf_maker;

typedef struct {
  const char *id;
  const char *summary;
  const char *op;
  const char *api;      /* whose designs it takes; "" = its own alone */
  const char *subcycle; /* why one op may cost under a cycle; "" = it may not */
  const char *const *tags;
  size_t n_tags;
  const char *const *fooled_by;
  size_t n_fooled_by;
  const vmperf_axis *axes;
  size_t n_axes;
} vmperf_benchmark;

/* A design for one benchmark: `api` as the benchmark's, or "" for a design of that benchmark alone.
 * Designs of the same api and name are one design that runs several benchmarks. */
typedef struct {
  const char *api;
  const char *name;
  const char *summary;
  const char *benchmark;
  vmperf_maker maker;
} vmperf_design;

typedef struct {
  uint32_t abi;
  void *self;
  void (*add_benchmark)(void *self, const vmperf_benchmark *benchmark);
  void (*add_design)(void *self, const vmperf_design *design);
} vmperf_host;

#ifdef __cplusplus
}
#endif

#endif
