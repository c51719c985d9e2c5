#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>

#include "vmperf/base/error.hpp"
#include "vmperf/bench/load.hpp"
#include "vmperf/os/dynlib.hpp"

namespace vmperf::bench {
namespace {

struct Imported {
  Import import;
  std::vector<std::string> added;
};

std::vector<Imported> &all_imports() {
  static std::vector<Imported> all;
  return all;
}

// FNV-1a, 64 bits: tells two builds of a library apart. It guards against mix-ups, not attackers.
std::string hash_of_file(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  std::uint64_t hash = 0xcbf29ce484222325U;
  std::array<char, 1U << 16U> block{};
  while (file.read(block.data(), block.size()) || file.gcount() > 0) {
    for (std::streamsize i = 0; i < file.gcount(); ++i) {
      hash =
          (hash ^ static_cast<unsigned char>(block[static_cast<std::size_t>(i)])) * 0x100000001b3U;
    }
  }
  std::string text;
  for (int shift = 60; shift >= 0; shift -= 4) {
    text += "0123456789abcdef"[(hash >> static_cast<unsigned>(shift)) & 15U];
  }
  return text;
}

void check_name(const std::string &name) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
  };
  if (name.empty() || name == "null" || !std::ranges::all_of(name, plain)) {
    throw InvalidArgumentError(
        "design", "'" + name + "'",
        "NAME=PATH with a name of letters, digits, '_', '-' and '.'; null is "
        "the design of the stamps");
  }
}

Import describe(const std::string &name, const std::string &path, const std::string &prefix) {
  const std::filesystem::path absolute = std::filesystem::absolute(path).lexically_normal();
  if (!std::filesystem::is_regular_file(absolute)) {
    throw InvalidArgumentError("library of design " + name, "'" + path + "'",
                               "an existing shared library");
  }
  std::string version = absolute.string() + (prefix.empty() ? "" : ":" + prefix);
  version += " fnv1a:" + hash_of_file(absolute);
  return {.name = name, .path = absolute, .prefix = prefix, .version = version};
}

// The addresses of an API's functions in the library, of the optional ones too where all others are
// there; what is missing is added to `missing`.
std::vector<void *> find_all(const os::DynLib &library, const Importer &importer,
                             const std::string &prefix, std::string &missing) {
  std::vector<void *> functions;
  for (const std::string &symbol : importer.symbols) {
    void *found = library.find_own((prefix + symbol).c_str());
    if (found == nullptr) {
      missing.append(missing.empty() ? "" : ", ").append(prefix).append(symbol);
      missing.append(" (API ").append(importer.api).append(")");
    } else {
      functions.push_back(found);
    }
  }
  if (functions.size() == importer.symbols.size()) {
    for (const std::string &symbol : importer.optional) {
      functions.push_back(library.find_own((prefix + symbol).c_str()));
    }
  }
  return functions;
}

bool is_taken(const Registry &registry, const std::string &api, const std::string &name) {
  const auto found = registry.apis().find(api);
  return found != registry.apis().end() &&
         std::ranges::any_of(found->second,
                             [&name](const auto &one) { return one->name() == name; });
}

void check_free(const Registry &registry, const Import &import, const std::string &api) {
  if (is_taken(registry, api, import.name)) {
    throw InvalidArgumentError("design of " + api, "'" + import.name + "' twice",
                               "a name that does not exist yet");
  }
}

// The one of this name, or nullptr; another library of the same name is refused.
const Imported *find_known(const Import &import) {
  const auto &all = all_imports();
  const auto known = std::ranges::find_if(
      all, [&import](const Imported &one) { return one.import.name == import.name; });
  if (known == all.end()) {
    return nullptr;
  }
  if (known->import.version != import.version) {
    throw InvalidArgumentError("design", "'" + import.name + "' from " + import.version,
                               "another name: in this process it is " + known->import.version +
                                   " already");
  }
  return &*known;
}

} // namespace

std::vector<std::string> import_design(Registry &registry, const std::string &name,
                                       const std::string &path, const std::string &prefix) {
  static std::vector<os::DynLib> handles; // never unloaded: items of it may be live anywhere
  check_name(name);
  const Import import = describe(name, path, prefix);
  if (const Imported *known = find_known(import); known != nullptr) {
    return known->added;
  }
  try_in_child("'" + import.path + "'",
               [&import] { const auto trial = os::DynLib::open_self_bound(import.path); });
  os::DynLib library = os::DynLib::open_self_bound(import.path);
  std::string missing;
  std::vector<std::pair<const Importer *, std::vector<void *>>> entries;
  for (const Importer &importer : registry.importers()) {
    auto functions = find_all(library, importer, prefix, missing);
    if (functions.size() >= importer.symbols.size()) {
      check_free(registry, import, importer.api);
      entries.emplace_back(&importer, std::move(functions));
    }
  }
  if (entries.empty()) {
    throw InvalidArgumentError("design " + name, "'" + import.path + "' without " + missing,
                               "a library that exports all functions of an API; NAME=PATH:PREFIX "
                               "where their names have a prefix");
  }
  Imported entered{.import = import, .added = {}};
  for (const auto &[importer, functions] : entries) {
    importer->enter(registry, name, "own code in " + import.path, functions)
        .available([version = import.version] {
          return Availability{.status = Status::ok, .reason = "", .version = version};
        });
    entered.added.push_back(importer->api + ":" + name);
  }
  handles.push_back(std::move(library));
  return all_imports().emplace_back(std::move(entered)).added;
}

std::vector<Import> imports() {
  std::vector<Import> found;
  for (const Imported &one : all_imports()) {
    found.push_back(one.import);
  }
  return found;
}

} // namespace vmperf::bench
