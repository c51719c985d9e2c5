"""Charts and sentences from data: what the report draws, for notebooks and scripts of your own.

Every figure is an estimate of `vmperf.stats`. Charts take `vmperf.Results`, or the Dataset of one
benchmark, and are Altair charts of the report's own theme; sentences and tables are text.

====================== ===========================================================================
over axes              `curve`, `heat`, `ratios`; lines for `limits_of`, `limits_near`
of one benchmark       `samples`, `histogram`, `percentiles`, `series`
of replayed traces     `front`, `resident`
of a watched program   `memory_chart`
of comparisons         `pairs_chart`, `power_chart`, `power`, `trend_chart`
sentences              `conclude`, `compare_designs`, `spread`, `conclude_comparison`,
                       `conclude_noise`
Markdown tables        `machine_table`, `figures_table`, `metrics_table`, `failures_table`
in notebooks           `enable_offline`: charts that need no network
====================== ===========================================================================
"""

TYPE_CHECKING = False  # as in the package itself: importing this costs nothing
if TYPE_CHECKING:
    from typing import Any

    from .bins import histogram as histogram
    from .charts import enable_offline as enable_offline
    from .charts import samples as samples
    from .conclusions import Conclusion as Conclusion
    from .conclusions import compare_designs as compare_designs
    from .conclusions import conclude as conclude
    from .conclusions import spread as spread
    from .details import percentiles as percentiles
    from .details import series as series
    from .limits import limits_near as limits_near
    from .limits import limits_of as limits_of
    from .memory import memory_chart as memory_chart
    from .noise import conclude_comparison as conclude_comparison
    from .noise import conclude_noise as conclude_noise
    from .noise import pairs_chart as pairs_chart
    from .noise import power as power
    from .noise import power_chart as power_chart
    from .over_axes import curve as curve
    from .over_axes import heat as heat
    from .over_axes import ratios as ratios
    from .replays import front as front
    from .replays import resident as resident
    from .tables import failures_table as failures_table
    from .tables import figures_table as figures_table
    from .tables import machine_table as machine_table
    from .tables import metrics_table as metrics_table
    from .trend import trend_chart as trend_chart

# Where each name lives. No module of this folder may have the name of a function.
_LAZY = {
    "Conclusion": "conclusions",
    "compare_designs": "conclusions",
    "conclude": "conclusions",
    "conclude_comparison": "noise",
    "conclude_noise": "noise",
    "curve": "over_axes",
    "enable_offline": "charts",
    "failures_table": "tables",
    "figures_table": "tables",
    "front": "replays",
    "heat": "over_axes",
    "histogram": "bins",
    "limits_near": "limits",
    "limits_of": "limits",
    "machine_table": "tables",
    "memory_chart": "memory",
    "metrics_table": "tables",
    "pairs_chart": "noise",
    "percentiles": "details",
    "power": "noise",
    "power_chart": "noise",
    "ratios": "over_axes",
    "resident": "replays",
    "samples": "charts",
    "series": "details",
    "spread": "conclusions",
    "trend_chart": "trend",
}

__all__ = [*_LAZY]


def __getattr__(name: str) -> "Any":
    if name not in _LAZY:
        raise AttributeError(f"module 'vmperf.plot' has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(f"{__name__}.{_LAZY[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> "Any":
    return sorted({*globals(), *_LAZY})
