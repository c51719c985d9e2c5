/* A client in C: only the installed header and the library. */
#include <stdio.h>
#include <string.h>
#include <vmperf/memops/memops.h>

int main(void) {
  unsigned char a[3000], b[3000];
  for (size_t i = 0; i < sizeof a; ++i) {
    a[i] = (unsigned char)(i * 31 + i / 256);
  }
  for (size_t n = 0; n < sizeof a; n += 1 + n / 9) {
    memset(b, 0, sizeof b);
    if (vmperf_memcpy(b, a, n) != b || memcmp(a, b, n) != 0 || vmperf_memcmp(a, b, n) != 0) {
      return printf("memcpy %zu\n", n);
    }
    if (n > 0 && n < 200) {
      b[n - 1] ^= 1;
      int theirs = memcmp(a, b, n), ours = vmperf_memcmp(a, b, n);
      if ((ours > 0) != (theirs > 0) || (ours < 0) != (theirs < 0)) {
        return printf("memcmp %zu\n", n);
      }
    }
    if (vmperf_memset(b, 0x1f3, n) != b || (n > 0 && (b[0] != 0xf3 || b[n - 1] != 0xf3))) {
      return printf("memset %zu\n", n);
    }
    if (vmperf_memchr(a, a[n / 2] + 256, n) != memchr(a, a[n / 2], n)) {
      return printf("memchr %zu\n", n);
    }
  }
  memcpy(b, a, sizeof b);
  if (vmperf_memmove(a + 5, a, 2000) != a + 5 || memcmp(a + 5, b, 2000) != 0) {
    return printf("memmove\n");
  }
  puts("ok");
  return 0;
}
