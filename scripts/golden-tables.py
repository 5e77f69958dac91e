"""Writes test/golden/tables.json: what Sentinel and Evidently say of two tables made by formula. Run by hand; the tests only read the file.

    pip install evidently==0.7.23 "pandas<3" && python scripts/golden-tables.py

Sentinel is no package: its formulas (detector.py at commit 67436ed) are repeated here, and first held against what its own code said of
other inputs, in test/golden/replaced-systems.json.
"""

import datetime
import json
import math
import pathlib
import warnings

import evidently
import numpy as np
import pandas as pd
import scipy
from evidently import Dataset, Report
from evidently.presets import DataDriftPreset
from scipy.stats import chi2_contingency, ks_2samp

warnings.filterwarnings("ignore")
GOLDEN = pathlib.Path(__file__).parent.parent / "test" / "golden"


def w(i, k):
    """The Weyl sequence number k; test/services/datasets/formula-tables.ts has the same."""
    return math.fmod((i + 1) * (0.7548776662466927, 0.5698402909980532, 0.8191725133961645, 0.6710436067037893, 0.5497004779019703)[k], 1.0)


def row(i, moved):
    """`moved` is 0 for the reference, and how far production has moved; 0.2 is little."""
    day = datetime.date(2024 + (moved > 0), 1, 1) + datetime.timedelta(days=i % 300)
    return {
        "number": i + 1,
        "day": day.isoformat(),
        "age": 18 + math.floor(62 * w(i, 0) ** (1 + 0.2 * moved)),
        "income": 20000 + 80000 * w(i, 1) ** 2 * (1 + moved / 4),
        "balance": (w(i, 2) - 0.5) * (1000 + 20 * moved),
        "pay": math.floor(12 * w(i, 3)) - 2,
        "level": math.floor(4 * w(i, 4) ** (1 + 0.1 * moved)),
        "score": None if i % 7 == 0 else w(i, 0) * w(i, 1) + 0.3 * moved,
        "sex": "f" if w(i, 2) < 0.52 + 0.02 * moved else "m",
        "plan": "abc"[math.floor(3 * w(i, 3))],
        "region": "north",
    }


def table(n, moved):
    return pd.DataFrame([row(i, moved) for i in range(n)])


def sentinel_ks(x, y, level=0.05):
    found = ks_2samp(x, y)
    return {"statistic": float(found.statistic), "p_value": float(found.pvalue), "drift": bool(found.pvalue < level)}


def sentinel_psi(x, y, threshold=0.25):
    edges = np.unique(np.percentile(x, np.linspace(0, 100, 11)))
    share = lambda values: np.histogram(values, bins=edges)[0] / len(values)
    filled = lambda shares: np.where(shares == 0, 0.0001, shares)
    r, c = filled(share(x)), filled(share(y))
    psi = float(np.sum((c - r) * np.log(c / r)))
    return {"psi_value": psi, "drift": bool(psi >= threshold)}


def sentinel_chi2(x, y, level=0.05):
    counts = [[int((side == name).sum()) for name in sorted(set(x) | set(y))] for side in (x, y)]
    statistic, p, _, _ = chi2_contingency(np.array(counts))
    return {"statistic": float(statistic), "p_value": float(p), "drift": bool(p < level)}


def sentinel(reference, production):
    columns = {}
    for name in reference.columns:
        x, y = reference[name].dropna(), production[name].dropna()
        if reference[name].dtype == object or reference[name].nunique() < 10:
            columns[name] = {"type": "categorical", "chi_square": sentinel_chi2(x, y)}
        else:
            columns[name] = {"type": "continuous", "ks_test": sentinel_ks(x, y), "psi": sentinel_psi(x, y)}
    return columns


def check_formulas():
    """They give what Sentinel's own code gave."""
    golden = json.loads((GOLDEN / "replaced-systems.json").read_text())["numeric"]
    x = np.array([((i * 7919) % 1009) / 10.09 for i in range(500)])
    y = np.array([((i * 6271 + 13) % 1013) / 10.13 * 1.1 + 5 for i in range(300)])
    for name, current in {"ref_vs_cur": y, "ref_vs_cur60": y + 60, "ref_vs_cur_far": y + 1000}.items():
        assert abs(sentinel_psi(x, current)["psi_value"] - golden[name]["sentinel"]["psi"]) < 1e-12, name
        assert abs(sentinel_ks(x, current)["p_value"] - golden[name]["sentinel"]["p"]) < 1e-12, name


METHODS = {"Wasserstein distance (normed)": "wasserstein", "Jensen-Shannon distance": "js", "K-S p_value": "ks", "chi-square p_value": "chi2", "Z-test p_value": "ztest"}


def evidently_table(reference, production):
    report = Report([DataDriftPreset()]).run(Dataset.from_pandas(production), Dataset.from_pandas(reference))
    columns, share = {}, None
    for metric in json.loads(report.json())["metrics"]:
        config, value = metric["config"], metric["value"]
        if "column" not in config:
            share = value["share"]
            continue
        method = METHODS[config["method"]]
        threshold = config["threshold"]
        drift = value >= threshold if method in ("wasserstein", "js") else value < threshold
        columns[config["column"]] = {"test": method, "value": value, "drift": bool(drift)}
    return {"columns": columns, "share": share}


def main():
    check_formulas()
    cases = [
        {"name": "quiet", "rows": [21000, 9000], "moved": 0.2},
        {"name": "moved", "rows": [21000, 9000], "moved": 1},
    ]
    tables = [(case, table(case["rows"][0], 0), table(case["rows"][1], case["moved"])) for case in cases]
    out = {
        "made_by": "scripts/golden-tables.py",
        "versions": {"evidently": evidently.__version__, "scipy": scipy.__version__, "numpy": np.__version__, "pandas": pd.__version__},
        "generator_check": row(6, 1),
        "cases": [
            {**case, "sentinel": sentinel(x, y), "evidently": evidently_table(x.drop(columns="region"), y.drop(columns="region"))}
            for case, x, y in tables
        ],
    }
    small = table(900, 0), table(700, 1)
    drop = ["region", "day", "number"]
    out["cases"].append(
        {"name": "small", "rows": [900, 700], "moved": 1, "evidently": evidently_table(*(side.drop(columns=drop) for side in small))}
    )
    (GOLDEN / "tables.json").write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
