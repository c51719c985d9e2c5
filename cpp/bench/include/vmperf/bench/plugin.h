/* The C interface between vmperf and a shared library of own benchmarks and designs. Only plain C
 * types cross it, so compiler and C++ library may differ. No exception crosses it: errors are text.
 * Write against plugin.hpp, which wraps it; this file is the contract.
 *
 * A library exports two symbols:
 *   const uint32_t vmperf_plugin_abi           VMPERF_PLUGIN_ABI as it was compiled
 *   int vmperf_plugin_register(const vmperf_host *, char *error)
 * The host copies all texts and values it is given; `self` pointers live as long as the library,
 * which is never unloaded. Calls come from one thread at a time. A failed call writes a text of at
 * most VMPERF_ERROR_BYTES, with its final 0, into `error`.
 *
 * What is declared travels as fields: a name and a flat row of values (plugin_fields.hpp has the
 * one description from which both sides come), so that a new property changes no structure here. */
#ifndef VMPERF_BENCH_PLUGIN_H
#define VMPERF_BENCH_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Grows with every change of the structures below or of a field; other numbers are refused. */
#define VMPERF_PLUGIN_ABI 3u

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
  const vmperf_param *axes;
  size_t n_axes;
  uint64_t seed; /* of the data that a maker draws */
} vmperf_params;

/* Where a workload delivers what it says beside time; wants_all is 0 where only metrics of scope
 * `sample` are taken. A distribution comes as stats::Histogram::to_bytes() has it. */
typedef struct {
  void *self;
  int wants_all;
  int (*metric)(void *self, const char *name, double value, char *error);
  int (*distribution)(void *self, const char *name, const void *bytes, size_t n_bytes, char *error);
  int (*series)(void *self, const char *name, const double *x, const double *y, size_t n,
                char *error);
  int (*row)(void *self, const char *table, const vmperf_value *cells, size_t n, char *error);
} vmperf_report;

/* Where single ops are recorded: `count` of them took `ticks` of the CPU's ordered counter. */
typedef struct {
  void *self;
  void (*record)(void *self, uint64_t ticks, uint64_t count);
} vmperf_recorder;

typedef struct {
  void *self;
  uint64_t max_n;
  uint32_t max_copies;
  int (*run)(void *self, uint32_t copies, uint64_t n, uint64_t *checksum, char *error);
  int (*run_stamped)(void *self, uint64_t n, const vmperf_recorder *recorder, uint64_t *checksum,
                     char *error);
  int (*prepare)(void *self, uint64_t n, char *error);
  int (*report)(void *self, const vmperf_report *report, char *error);
  int (*verify)(void *self, char *error); /* VMPERF_OK when the work is proved */
  void (*destroy)(void *self);
} vmperf_workload;

typedef struct {
  void *self;
  int (*make)(void *self, const vmperf_params *params, vmperf_workload *out, char *error);
} vmperf_maker;

typedef struct {
  const char *name;
  const vmperf_value *values;
  size_t n_values;
} vmperf_field;

typedef struct {
  const vmperf_field *fields;
  size_t n_fields;
} vmperf_description;

/* Whether a design can run: status is 0 = ok, 1 = not installed, 2 = unsupported; the texts have
 * VMPERF_ERROR_BYTES each. `available` may be null: it can. */
typedef struct {
  int status;
  char *reason;
  char *version;
} vmperf_availability;

/* A design for one benchmark. `api` as the benchmark's, or "" for a design of that benchmark alone.
 * Designs of the same api and name are one design that runs several benchmarks. */
typedef struct {
  const char *api;
  const char *benchmark;
  vmperf_description description;
  vmperf_maker maker;
  void *available_self;
  int (*available)(void *self, vmperf_availability *out, char *error);
} vmperf_design;

/* The host's answers: VMPERF_OK, or why the declaration is refused. */
typedef struct {
  uint32_t abi;
  void *self;
  int (*add_benchmark)(void *self, const vmperf_description *benchmark, char *error);
  int (*add_design)(void *self, const vmperf_design *design, char *error);
} vmperf_host;

#ifdef __cplusplus
}
#endif

#endif
