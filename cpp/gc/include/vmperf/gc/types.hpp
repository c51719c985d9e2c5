// Types of a heap's objects: how many references, how many bytes of scalars.
// A TypeId carries the whole header of its objects, so that an allocation looks nothing up; the
// registry is there for names, checks and the verifier. References come first.
// Registration O(1), under no lock: types are made before threads allocate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "vmperf/base/error.hpp"
#include "vmperf/gc/object.hpp"

namespace vmperf::gc {

enum class TypeKind : unsigned char { fixed, ref_array, byte_array };

struct TypeInfo {
  TypeKind kind;
  std::uint32_t words;      ///< of 8 bytes with the header; 0 for arrays
  std::uint32_t references; ///< at the object's begin; 0 for arrays
};

/// What an allocation needs to know; valid for the heap whose Types gave it.
struct TypeId {
  std::uint64_t header = 0; ///< of a new object; of an array without its length
  std::uint32_t bytes = 0;  ///< 0 for arrays

  [[nodiscard]] std::uint32_t index() const noexcept {
    return static_cast<std::uint32_t>(header >> kTypeShift) & 0xFFFFU;
  }
};

class Types {
public:
  /// An object of `references` (0 to 253) and `scalar_bytes` (up to 64 KiB, rounded up to 8).
  TypeId fixed(std::uint32_t references, std::uint32_t scalar_bytes) {
    if (references >= kByteArrayMark) {
      throw InvalidArgumentError("references", std::to_string(references), "0 to 253");
    }
    if (scalar_bytes > 65536) {
      throw InvalidArgumentError("scalar_bytes", std::to_string(scalar_bytes), "0 to 65536");
    }
    const std::uint32_t words = 1 + (references + 1) / 2 + ((scalar_bytes + 7) / 8);
    return add({TypeKind::fixed, words < 2 ? 2 : words, references}, references);
  }
  TypeId ref_array() { return add({TypeKind::ref_array, 0, 0}, kRefArrayMark); }
  TypeId byte_array() { return add({TypeKind::byte_array, 0, 0}, kByteArrayMark); }

  [[nodiscard]] std::size_t count() const noexcept { return infos_.size(); }
  [[nodiscard]] const TypeInfo &info(std::size_t index) const { return infos_.at(index); }

  /// Whether an object of some type of these may have this header.
  [[nodiscard]] bool valid(std::uint64_t header) const noexcept {
    const std::size_t index = (header >> kTypeShift) & 0xFFFFU;
    if (index >= infos_.size()) {
      return false;
    }
    const TypeInfo &type = infos_[index];
    const std::uint64_t mark = references_mark(header);
    switch (type.kind) {
    case TypeKind::fixed:
      return mark == type.references && size_field(header) == type.words;
    case TypeKind::ref_array:
      return mark == kRefArrayMark;
    default:
      return mark == kByteArrayMark;
    }
  }

private:
  TypeId add(TypeInfo info, std::uint64_t mark) {
    if (infos_.size() >= 65535) {
      throw CapacityError("types", infos_.size() + 1, 65535);
    }
    const std::uint64_t header = (std::uint64_t{info.words} << kSizeShift) |
                                 (std::uint64_t{infos_.size()} << kTypeShift) |
                                 (mark << kReferencesShift);
    infos_.push_back(info);
    return {header, info.words * 8};
  }

  std::vector<TypeInfo> infos_;
};

} // namespace vmperf::gc
