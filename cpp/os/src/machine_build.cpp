// How this library was built. The VMPERF_BUILD_* texts come from cpp/cmake/BuildFlags.cmake.
#include <elf.h>
#include <link.h>

#include <cstring>

#include "machine_sections.hpp"

namespace vmperf::os {
namespace {

#ifdef VMPERF_BUILD_COMPILER
constexpr const char *kCompiler = VMPERF_BUILD_COMPILER;
constexpr const char *kFlags = VMPERF_BUILD_FLAGS;
constexpr const char *kType = VMPERF_BUILD_TYPE;
#else
constexpr const char *kCompiler = "";
constexpr const char *kFlags = "";
constexpr const char *kType = "";
#endif

struct Search {
  ElfW(Addr) address; // something within the object sought
  std::string id;     // hexadecimal
};

// The description of an NT_GNU_BUILD_ID note in [at, at + bytes); empty if there is none.
// A note: | namesz | descsz | type | name, padded to 4 | desc, padded to 4 |
std::string find_build_id(const char *at, std::size_t bytes) {
  ElfW(Nhdr) note{};
  while (bytes >= sizeof(note)) {
    std::memcpy(&note, at, sizeof(note));
    const std::size_t name = (note.n_namesz + 3U) & ~std::size_t{3};
    const std::size_t description = (note.n_descsz + 3U) & ~std::size_t{3};
    const std::size_t whole = sizeof(note) + name + description;
    if (whole > bytes) {
      break;
    }
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
        std::memcmp(at + sizeof(note), "GNU", 4) == 0) {
      std::string id;
      for (std::size_t i = 0; i < note.n_descsz; ++i) {
        constexpr std::string_view kDigits = "0123456789abcdef";
        const auto byte = static_cast<unsigned char>(at[sizeof(note) + name + i]);
        id += {kDigits[byte >> 4U], kDigits[byte & 15U]};
      }
      return id;
    }
    at += whole;
    bytes -= whole;
  }
  return "";
}

int visit(dl_phdr_info *info, std::size_t /*bytes*/, void *data) {
  auto &search = *static_cast<Search *>(data);
  bool holds = false;
  std::string id;
  for (int i = 0; i < int{info->dlpi_phnum}; ++i) {
    const auto &segment = info->dlpi_phdr[i];
    const ElfW(Addr) start = info->dlpi_addr + segment.p_vaddr;
    if (segment.p_type == std::uint32_t{PT_LOAD}) {
      holds = holds || (search.address >= start && search.address < start + segment.p_memsz);
    } else if (segment.p_type == std::uint32_t{PT_NOTE} && id.empty()) {
      // NOLINTNEXTLINE(performance-no-int-to-ptr): program headers hold addresses as integers
      id = find_build_id(reinterpret_cast<const char *>(start), segment.p_memsz);
    }
  }
  if (holds) {
    search.id = id;
  }
  return holds ? 1 : 0;
}

// The linker's identity of this very binary: two builds that differ have different ones.
Fact build_id_fact() {
  Search search{reinterpret_cast<ElfW(Addr)>(&visit), ""};
  ::dl_iterate_phdr(visit, &search);
  return text_or(search.id, "the linker wrote no build id");
}

} // namespace

Facts build_facts() {
  const std::string reason = "not built by the project's CMake";
  return {
      {"compiler", text_or(kCompiler, reason)},
      {"flags", text_or(kFlags, reason)},
      {"type", text_or(kType, reason)},
      {"standard", static_cast<std::int64_t>(__cplusplus)},
      {"build_id", build_id_fact()},
  };
}

} // namespace vmperf::os
