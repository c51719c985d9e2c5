// C functions whose arguments and results a test looks at.
#include <cstdint>
#include <cstdlib>
#include <unistd.h>

extern "C" {
std::uint64_t n_calls = 0;

std::int64_t six(std::int8_t a, std::uint16_t b, std::int32_t c, std::int64_t d, bool e,
                 const char *f) {
  return a + b * 10LL + c * 100LL + d * 1000 + (e ? 10000 : 0) + f[0] * 100000LL;
}
double eight(double a, float b, double c, double d, float e, double f, double g, double h) {
  return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h;
}
double mixed(int a, double b, const double *c, float d) {
  return a + b + *c + d;
}
float half(float x) {
  return x / 2;
}
void count() {
  ++n_calls;
}
std::int64_t spin(std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) {
    asm volatile("");
  }
  return n;
}
void crash() {
  volatile int *nowhere = nullptr;
  asm volatile("" : "+r"(nowhere));
  *nowhere = 1;
}
void crash_later() {
  static int n = 0;
  if (++n > 100) {
    std::abort();
  }
}
void hang() {
  for (;;) {
    pause();
  }
}
void leave() {
  _exit(7);
}
double with_data(double x, void *data) {
  return data == nullptr ? -1 : x + *static_cast<double *>(data);
}
}
