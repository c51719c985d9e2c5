// Everything that can be declared crosses the plugin's interface: what a registry hands over and
// what is read back are the same, field by field; rows that no library of ours writes are refused.
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>

#include "vmperf/bench/plugin.hpp"
#include "vmperf/bench/plugin_fields.hpp"

using namespace vmperf;
using namespace vmperf::bench;

namespace {

void check(bool condition, const char *what) {
  if (!condition) {
    std::fprintf(stderr, "%s\n", what);
    std::exit(1);
  }
}

template <class T> std::string dump(const T &declared) {
  std::ostringstream text;
  T::each_field(declared, [&text](const char *name, const auto &member) {
    std::vector<vmperf_value> row;
    plugin::Writer(row).put(member);
    text << name << ':';
    for (const vmperf_value &value : row) {
      text << value.kind << ' ' << value.integer << ' ' << value.real << ' '
           << (value.text == nullptr ? "" : value.text) << ';';
    }
    text << '\n';
  });
  return text.str();
}

Benchmark everything() {
  Benchmark b("mine/everything");
  b.summary("s").op("o").fooled_by("a").fooled_by("b").tag("t").headline().hidden();
  b.subcycle("why").designs("pool").isolated().latency().comparable().varies("why").uncounted(
      "slow");
  b.axis("width", {std::int64_t{1}, 2.5, std::string("three")}, std::int64_t{1});
  b.axis_all("depth", {std::int64_t{4}});
  b.metric("hits", "1", Better::higher, Scope::sample, Merge::max);
  b.metric("misses", "1");
  b.distribution("ages", "ms", Better::neither).series("growth", "s", "B");
  b.table("parts", {{"name", ""}, {"bytes", "B"}});
  return b;
}

template <class T> bool refused(const vmperf_description &description) {
  T read{""};
  try {
    plugin::read_fields(description, read);
  } catch (const InvalidArgumentError &) {
    return true;
  }
  return false;
}

void round_trips() {
  const Benchmark declared = everything();
  const plugin::Description description(declared);
  Benchmark read("");
  plugin::read_fields(description.c(), read);
  check(dump(read) == dump(declared), "a benchmark changed on its way");
  check(dump(Benchmark("")) != dump(declared), "the dump sees nothing");
  read.check();

  Design design("d", "text");
  design.peer().limit().null();
  const plugin::Description words(design);
  Design back("", "");
  plugin::read_fields(words.c(), back);
  check(dump(back) == dump(design) && back.is_peer() && back.is_limit(), "a design changed");
}

// Each field cut short, lengthened, of a wrong kind, with a list longer than the row, or missing.
void refuses_bad_rows() {
  const Benchmark declared = everything();
  const plugin::Description description(declared);
  const vmperf_description good = description.c();
  for (std::size_t i = 0; i < good.n_fields; ++i) {
    std::vector<vmperf_field> fields(good.fields, good.fields + good.n_fields);
    std::vector<vmperf_value> row(fields[i].values, fields[i].values + fields[i].n_values);
    const auto bad = [&](std::vector<vmperf_value> changed) {
      fields[i].values = changed.data();
      fields[i].n_values = changed.size();
      return refused<Benchmark>({fields.data(), fields.size()});
    };
    auto changed = row;
    changed.pop_back();
    check(bad(changed), "a row too short was taken");
    changed = row;
    changed.push_back(row.front());
    check(bad(changed), "a row too long was taken");
    changed = row;
    changed.front() = {7, 1, 0, nullptr};
    check(bad(changed), "an unknown kind was taken");
    changed.front() = {VMPERF_TEXT, 1, 0, nullptr};
    check(bad(changed), "a text of null was taken");
    if (row.front().kind == VMPERF_INT && row.size() > 1) {
      changed.front() = {VMPERF_INT, 1 << 30, 0, ""};
      check(bad(changed), "a list longer than its row was taken");
      changed.front().integer = -1;
      check(bad(changed), "a list of less than nothing was taken");
    }
    fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(i));
    check(refused<Benchmark>({fields.data(), fields.size()}), "a missing field was not missed");
  }
}

} // namespace

int main() {
  round_trips();
  refuses_bad_rows();
}
