// Bindings: builds that differ in layout alone, as a random effect.
#include "bind_arrays.hpp"
#include "bind_random_effects.docs.hpp"
#include "vmperf/stats/random_effects.hpp"

namespace vmperf::stats {
namespace {} // namespace

void bind_random_effects(py::module_ &m) {
  m.def(
      "random_effects",
      [](const Doubles &values, const Ints &group, double trim, double confidence,
         const std::string &side, std::optional<double> known_std, double known_df) {
        const auto view = span_of(values, "values");
        const auto from = span_of(group, "group");
        const Side which = side_of(side);
        std::optional<KnownSpread> known;
        if (known_std) {
          known = KnownSpread{*known_std, known_df};
        }
        const auto found = without_gil([&] { return random_effects(view, from, trim, known); });
        const Interval interval = interval_of(found.location, confidence, which);
        Numbers result = to_dict(found.location);
        result["low"] = interval.low;
        result["high"] = interval.high;
        result["between_std"] = found.between_std;
        result["within_std"] = found.within_std;
        return result;
      },
      py::arg("values").noconvert(), py::arg("group").noconvert(), py::kw_only(),
      py::arg("trim") = kDefaultTrim, py::arg("confidence") = 0.95, py::arg("side") = "two",
      py::arg("known_std") = py::none(), py::arg("known_df") = kMaxKnownDf, docs::random_effects);
  m.def(
      "layout_floor",
      [](const Doubles &values, const Ints &group, double trim) {
        const auto view = span_of(values, "values");
        const auto from = span_of(group, "group");
        const auto found = without_gil([&] { return layout_floor(view, from, trim); });
        Record result;
        result["std"] = found.std;
        result["spread"] = found.spread;
        result["noise"] = found.noise;
        result["groups"] = found.groups;
        return result;
      },
      py::arg("values").noconvert(), py::arg("group").noconvert(), py::kw_only(),
      py::arg("trim") = kDefaultTrim, docs::layout_floor);
}

} // namespace vmperf::stats
