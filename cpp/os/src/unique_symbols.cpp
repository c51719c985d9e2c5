#include "unique_symbols.hpp"

#include <cxxabi.h>
#include <elf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "vmperf/base/error.hpp"

namespace vmperf::os {
namespace {

using Bytes = std::vector<char>;

Bytes read_file(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A header of the file, or nothing where it ends before.
template <class T> std::optional<T> at(const Bytes &file, std::uint64_t offset) {
  if (offset > file.size() || sizeof(T) > file.size() - offset) {
    return std::nullopt;
  }
  T value;
  std::memcpy(&value, file.data() + offset, sizeof value);
  return value;
}

std::string_view text_at(const Bytes &file, std::uint64_t offset) {
  if (offset >= file.size()) {
    return {};
  }
  const std::string_view rest(file.data() + offset, file.size() - offset);
  return rest.substr(0, rest.find('\0'));
}

std::optional<Elf64_Ehdr> header_of(const Bytes &file) {
  const auto header = at<Elf64_Ehdr>(file, 0);
  const bool known = header && std::memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
                     header->e_ident[EI_CLASS] == ELFCLASS64 &&
                     header->e_shentsize == sizeof(Elf64_Shdr);
  return known ? header : std::nullopt;
}

// Calls use(section, strings) for each section of the kind, with the table of its strings.
template <class Use> void each_section(const Bytes &file, std::uint32_t kind, Use use) {
  const auto header = header_of(file);
  for (std::uint64_t i = 0; header && i < header->e_shnum; ++i) {
    const auto section = at<Elf64_Shdr>(file, header->e_shoff + i * sizeof(Elf64_Shdr));
    if (!section || section->sh_type != kind || section->sh_link >= header->e_shnum) {
      continue;
    }
    const auto strings =
        at<Elf64_Shdr>(file, header->e_shoff + section->sh_link * sizeof(Elf64_Shdr));
    if (strings) {
      use(*section, *strings);
    }
  }
}

struct Place {
  std::string_view name; // mangled
  std::uint64_t info;    // offset of the byte that has its binding
};

// Names that mean the same in every library, whichever it is that has them.
bool is_common(std::string_view name) {
  for (const std::string_view word : {"_Z", "GV", "Z", "N", "K"}) {
    name.remove_prefix(name.starts_with(word) ? word.size() : 0);
  }
  const auto begins = [name](std::string_view word) { return name.starts_with(word); };
  return begins("St") || begins("9__gnu_cxx") || begins("6vmperf5bench");
}

std::vector<Place> unique_symbols(const Bytes &file) {
  std::vector<Place> found;
  each_section(file, SHT_DYNSYM, [&](const Elf64_Shdr &section, const Elf64_Shdr &strings) {
    for (std::uint64_t i = 0; i < section.sh_size / sizeof(Elf64_Sym); ++i) {
      const std::uint64_t offset = section.sh_offset + i * sizeof(Elf64_Sym);
      const auto symbol = at<Elf64_Sym>(file, offset);
      if (!symbol || ELF64_ST_BIND(symbol->st_info) != STB_GNU_UNIQUE ||
          symbol->st_shndx == SHN_UNDEF) {
        continue;
      }
      const std::string_view name = text_at(file, strings.sh_offset + symbol->st_name);
      if (!is_common(name)) {
        found.push_back({.name = name, .info = offset + offsetof(Elf64_Sym, st_info)});
      }
    }
  });
  return found;
}

std::string demangled(const std::string &name) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), &std::free);
  return status == 0 && text != nullptr ? text.get() : name;
}

struct Noted {
  std::mutex mutex;
  std::map<std::string, std::string, std::less<>> first; // mangled name -> path
};

Noted &noted() {
  static Noted instance;
  return instance;
}

} // namespace

std::optional<SharedSymbol> find_shared_symbol(const std::string &path) {
  const Bytes file = read_file(path);
  Noted &all = noted();
  const std::scoped_lock lock(all.mutex);
  for (const Place &symbol : unique_symbols(file)) {
    const auto known = all.first.find(symbol.name);
    if (known != all.first.end() && known->second != path) {
      return SharedSymbol{.name = demangled(known->first), .first_in = known->second};
    }
  }
  return std::nullopt;
}

void note_symbols(const std::string &path) {
  const Bytes file = read_file(path);
  Noted &all = noted();
  const std::scoped_lock lock(all.mutex);
  for (const Place &symbol : unique_symbols(file)) {
    all.first.try_emplace(std::string(symbol.name), path);
  }
}

std::string make_private_copy(const std::string &path) {
  Bytes file = read_file(path);
  for (const Place &symbol : unique_symbols(file)) {
    char &info = file[symbol.info];
    info = static_cast<char>(ELF64_ST_INFO(STB_GLOBAL, ELF64_ST_TYPE(info)));
  }
  const int copy = ::memfd_create("vmperf-library", MFD_CLOEXEC);
  std::span<const char> left(file);
  while (copy >= 0 && !left.empty()) {
    const ::ssize_t n = ::write(copy, left.data(), left.size());
    if (n <= 0 && errno != EINTR) {
      break;
    }
    left = left.subspan(static_cast<std::size_t>(std::max<::ssize_t>(n, 0)));
  }
  if (copy < 0 || !left.empty()) {
    throw OsError("memfd_create", errno, std::system_category().message(errno));
  }
  return "/proc/self/fd/" + std::to_string(copy);
}

bool looks_beside_itself(const std::string &path) {
  const Bytes file = read_file(path);
  bool found = false;
  each_section(file, SHT_DYNAMIC, [&](const Elf64_Shdr &section, const Elf64_Shdr &strings) {
    for (std::uint64_t i = 0; i < section.sh_size / sizeof(Elf64_Dyn); ++i) {
      const auto entry = at<Elf64_Dyn>(file, section.sh_offset + i * sizeof(Elf64_Dyn));
      if (entry && (entry->d_tag == DT_RPATH || entry->d_tag == DT_RUNPATH)) {
        const std::string_view where = text_at(file, strings.sh_offset + entry->d_un.d_val);
        found = found || where.find("ORIGIN") != std::string_view::npos;
      }
    }
  });
  return found;
}

} // namespace vmperf::os
