"""The peers of bench-compare. Usage: peer_compare.py TOOL REFERENCE.csv PRODUCTION.csv [COLUMN]

Prints one line of JSON: seconds from before the files are read, the imports' seconds apart, peak memory, and what drifted. Exit code 3: not installed.
"""

import json
import resource
import sys
import time
import warnings

warnings.filterwarnings("ignore")
tool, reference_path, production_path = sys.argv[1:4]


def evidently():
    from evidently import Report, __version__
    from evidently.presets import DataDriftPreset

    def run(reference, production):
        metrics = Report([DataDriftPreset()]).run(production, reference).dict()["metrics"]
        return [m["metric_id"] if "metric_id" in m else m["metric_name"] for m in metrics][:1] and [str(metrics[0]["value"])]

    return __version__, run


def nannyml():
    import nannyml as nml

    def run(reference, production):
        columns = list(reference.columns)
        calculator = nml.UnivariateDriftCalculator(column_names=columns, continuous_methods=["jensen_shannon"], categorical_methods=["jensen_shannon"], chunk_number=10)
        calculator.fit(reference)
        result = calculator.calculate(production)
        frame = result.filter(period="analysis").to_df()
        return [column for column in columns if bool(frame[(column, "jensen_shannon", "alert")].any())]

    return nml.__version__, run


def scipy_ks():
    import scipy
    from scipy import stats

    def run(reference, production):
        times, column = [], sys.argv[4]
        x, y = reference[column].to_numpy(), production[column].to_numpy()
        for _ in range(5):
            began = time.perf_counter()
            d = stats.ks_2samp(x, y).statistic
            times.append(time.perf_counter() - began)
        return {"d": float(d), "ks_seconds": sorted(times)[2]}

    return scipy.__version__, run


try:
    began = time.perf_counter()
    import pandas as pd

    version, run = {"evidently": evidently, "nannyml": nannyml, "scipy-ks": scipy_ks}[tool]()
    imported = time.perf_counter()
except ImportError as error:
    print(f"{tool}: {error}", file=sys.stderr)
    sys.exit(3)

reference, production = pd.read_csv(reference_path), pd.read_csv(production_path)
read = time.perf_counter()
found = run(reference, production)
done = time.perf_counter()
print(json.dumps({
    "tool": tool, "version": version, "import_seconds": imported - began, "read_seconds": read - imported, "seconds": done - imported,
    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "found": found,
}))
