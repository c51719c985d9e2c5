/* The C face of memops: the C library's own functions under other names, with the same arguments
 * and results, in the shared library libvmperf_memops. vmperf_memcpy is right for overlapping
 * ranges, too; vmperf_memchr may read all n bytes, whatever it finds. Thread-safe. The first call
 * reads the CPU and the environment variable VMPERF_SIMD; a level there that is unknown or that the
 * CPU lacks is a line on stderr and abort(). */
#ifndef VMPERF_MEMOPS_H
#define VMPERF_MEMOPS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

__attribute__((visibility("default"))) void *vmperf_memcpy(void *dst, const void *src, size_t n);
__attribute__((visibility("default"))) void *vmperf_memmove(void *dst, const void *src, size_t n);
__attribute__((visibility("default"))) void *vmperf_memset(void *dst, int byte, size_t n);
__attribute__((visibility("default"))) int vmperf_memcmp(const void *a, const void *b, size_t n);
__attribute__((visibility("default"))) void *vmperf_memchr(const void *p, int byte, size_t n);

#ifdef __cplusplus
}
#endif

#endif
