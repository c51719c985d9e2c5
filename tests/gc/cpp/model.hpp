// A heap as it should be: objects by number, what they refer to, which of them are reachable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace model {

enum class Sort : unsigned char { node, refs, bytes };

struct Object {
  Sort sort;
  std::uint64_t value;             // of a node; seed of a byte array's content
  std::vector<std::size_t> fields; // 0 = null
  std::size_t length = 0;
};

struct Ephemeron {
  std::size_t key, value;
};

class Model {
public:
  Model() { objects.push_back({Sort::node, 0, {}, 0}); }

  std::size_t add(Sort sort, std::uint64_t value, std::size_t fields, std::size_t length) {
    objects.push_back({sort, value, std::vector<std::size_t>(fields), length});
    return objects.size() - 1;
  }

  [[nodiscard]] std::vector<char> reachable() const {
    std::vector<char> seen(objects.size());
    std::vector<std::size_t> todo(table);
    todo.insert(todo.end(), pinned.begin(), pinned.end());
    for (bool more = true; more;) {
      while (!todo.empty()) {
        const std::size_t at = todo.back();
        todo.pop_back();
        if (at != 0 && seen[at] == 0) {
          seen[at] = 1;
          todo.insert(todo.end(), objects[at].fields.begin(), objects[at].fields.end());
        }
      }
      more = false;
      for (const Ephemeron &entry : ephemerons) {
        if (seen[entry.key] != 0 && seen[entry.value] == 0) {
          todo.push_back(entry.value);
          more = true;
        }
      }
    }
    return seen;
  }

  std::vector<Object> objects;
  std::vector<std::size_t> table;  // the roots
  std::vector<std::size_t> pinned; // which are alive, and do not move
  std::vector<Ephemeron> ephemerons;
};

} // namespace model
