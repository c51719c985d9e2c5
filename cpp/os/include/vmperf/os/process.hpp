// What a process may do about itself: end with its parent, choose its CPU, see its own ASLR.
// All O(1) calls into the kernel; they act on the calling thread (pin_to_cpu) or process (the rest)
// and are safe from any thread. Sources: prctl(2) PR_SET_PDEATHSIG, sched_setaffinity(2),
// personality(2), proc(5) (sys/kernel/randomize_va_space).
#pragma once

#include <string>
#include <vector>

namespace vmperf::os {

/// The id of the calling process: a forked child has another. A system call, some 100 ns.
[[nodiscard]] int process_id() noexcept;

/// Tells the CPU that this is a spinning loop: tens of cycles, in which another thread of the core
/// may work.
void relax_cpu() noexcept;

/// Has the kernel kill this process (SIGKILL) when the thread that started it ends. `parent_pid` is
/// the parent's id as the parent knew it, so that a parent that died before this call is noticed
/// too (the process then ends itself at once); 0 = whoever is the parent now. OsError where
/// refused.
void die_with_parent(int parent_pid = 0);

/// The CPUs that the calling thread may run on, ascending. OsError where the kernel refuses.
[[nodiscard]] std::vector<int> allowed_cpus();

/// Keeps the calling thread, and what it starts from now on, on one CPU.
/// InvalidArgumentError where that CPU isn't allowed; OsError where the kernel refuses.
void pin_to_cpu(int cpu);

/// Lets the calling thread, and what it starts from now on, run on these CPUs, as allowed_cpus()
/// gave them; false where the kernel refuses.
bool allow_cpus(const std::vector<int> &cpus) noexcept;

/// Keeps the calling thread on one CPU for a scope's time, and then where it was allowed before.
/// Errors as pin_to_cpu().
class PinnedScope {
public:
  explicit PinnedScope(int cpu);
  PinnedScope(const PinnedScope &) = delete;
  PinnedScope &operator=(const PinnedScope &) = delete;
  PinnedScope(PinnedScope &&) = delete;
  PinnedScope &operator=(PinnedScope &&) = delete;
  ~PinnedScope();

private:
  std::vector<int> before_;
};

/// Switches the randomisation of addresses off for every program that this process starts from now
/// on by exec, itself included. UnsupportedError where the kernel or a sandbox refuses.
void disable_aslr_after_exec();

/// How addresses of this process are laid out.
struct Aslr {
  bool enabled;       ///< addresses differ from start to start
  bool known;         ///< false: the kernel's setting can't be read, see reason
  std::string reason; ///< why unknown, or what switched it off
};

[[nodiscard]] Aslr aslr();
[[nodiscard]] inline bool aslr_enabled() {
  return aslr().enabled;
}

} // namespace vmperf::os
