// The allocator of this process and its settings: what each figure was made with, whether or not
// somebody thought of it.
#include "machine_sections.hpp"
#include "vmperf/os/allocator_in_use.hpp"

namespace vmperf::os {

Facts allocator_facts() {
  const AllocatorInUse found = allocator_in_use();
  Facts settings;
  each_allocator_setting(
      [](std::string_view entry, void *all) {
        const auto equals = entry.find('=');
        static_cast<Facts *>(all)->push_back(
            {std::string(entry.substr(0, equals)), std::string(entry.substr(equals + 1))});
      },
      &settings);
  return {
      {"name", std::string(found.name)},
      {"version", text_or(found.version.data(), "the library does not say")},
      {"library", text_or(found.library.data(), "the loader does not say")},
      {"settings", std::move(settings)},
  };
}

} // namespace vmperf::os
