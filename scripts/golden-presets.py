"""Writes test/golden/presets.json: what Evidently, NannyML and whylogs say of inputs made by formula. Run by hand; the tests only read the file.

    pip install evidently==0.7.23 nannyml==0.13.1 "whylogs[viz]==1.6.4" "pandas<3" && python scripts/golden-presets.py
"""

import json
import math
import pathlib
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
A, B = 0.7548776662466927, 0.5698402909980532


def weyl(n, a, shift=0.0, scale=1.0):
    return [math.fmod((i + 1) * a, 1.0) * scale + shift for i in range(n)]


def modulo(n, step, shift, modulus):
    return [float((i * step + shift) % modulus) for i in range(n)]


def numbers(x, y):
    make = lambda spec: weyl(*spec["weyl"]) if "weyl" in spec else modulo(*spec["modulo"])
    return {"x": x, "y": y}, pd.Series(make(x)), pd.Series(make(y)), "numeric"


def names(x, y):
    make = lambda counts: pd.Series([f"c{i}" for i, count in enumerate(counts) for _ in range(count)])
    return {"reference": x, "current": y}, make(x), make(y), "categorical"


W = lambda *spec: {"weyl": list(spec)}
M = lambda *spec: {"modulo": list(spec)}
CASES = {
    "shifted, small": numbers(W(200, A, 0.0, 1.0), W(150, B, 0.1, 1.0)),
    "quiet, small": numbers(W(240, A, 0.0, 10.0), W(220, B, 0.0, 10.0)),
    "scaled, large": numbers(W(1500, A, 0.0, 100.0), W(1200, B, -10.0, 130.0)),
    "quiet, large": numbers(W(1100, A, 5.0, 1.0), W(900, B, 5.0, 1.0)),
    "four values": numbers(M(200, 1, 0, 4), M(150, 3, 1, 4)),
    "four values, large": numbers(M(1200, 1, 0, 4), M(901, 7, 1, 4)),
    "two values": numbers(M(200, 1, 0, 2), M(151, 1, 1, 2)),
    "three names": names([120, 80, 50], [60, 70, 50]),
    "two names": names([150, 100], [90, 110]),
    "two names, quiet": names([150, 100], [151, 99]),
    "a new name": names([130, 100, 0], [100, 70, 30]),
    "a lost name": names([130, 80, 40], [110, 90, 0]),
    "many names, large": names([400, 300, 200, 150, 100], [200, 310, 180, 160, 90]),
}


def evidently(reference, current, kind):
    from evidently.legacy.calculations.stattests.registry import _get_default_stattest
    from evidently.legacy.core import ColumnType
    from evidently.legacy.calculations.stattests.registry import get_stattest

    feature = ColumnType.Numerical if kind == "numeric" else ColumnType.Categorical
    test = get_stattest(reference, current, feature, None)
    result = test(reference, current, feature, None)
    return {"test": test.name, "value": float(result.drift_score), "drift": bool(result.drifted)}


def nannyml(reference, current, kind):
    from nannyml.drift.univariate.methods import FeatureType, MethodFactory
    from nannyml.chunk import DefaultChunker
    from nannyml.thresholds import ConstantThreshold

    feature = FeatureType.CONTINUOUS if kind == "numeric" else FeatureType.CATEGORICAL
    method = MethodFactory.create("jensen_shannon", feature, chunker=DefaultChunker(), threshold=ConstantThreshold(upper=0.1), computation_params=None)
    method._fit(reference)
    value = float(method._calculate(current))
    return {"test": "jensen_shannon", "value": value, "drift": value > 0.1}


def whylogs(reference, current, kind):
    import whylogs as why
    from whylogs.viz.drift.column_drift_algorithms import calculate_drift_scores

    view = lambda series: why.log(pandas=pd.DataFrame({"x": series})).view()
    score = calculate_drift_scores(view(current), view(reference), with_thresholds=True)["x"]
    return {"test": score["algorithm"], "value": float(score["pvalue"]), "statistic": float(score["statistic"]), "drift": score["drift_category"] == "DRIFT"}


def cases():
    for name, (spec, reference, current, kind) in CASES.items():
        row = {"name": name, **spec, "evidently": evidently(reference, current, kind), "nannyml": nannyml(reference, current, kind)}
        # whylogs' sketches hold about so many values exactly.
        if max(len(reference), len(current)) <= 250:
            row["whylogs"] = whylogs(reference, current, kind)
        yield row


def finite(row):
    return {k: finite(v) if isinstance(v, dict) else None if isinstance(v, float) and not math.isfinite(v) else v for k, v in row.items()}


import evidently as evidently_package
import nannyml as nannyml_package
import whylogs as whylogs_package

golden = {
    "made_by": "scripts/golden-presets.py",
    "versions": {"evidently": evidently_package.__version__, "nannyml": nannyml_package.__version__, "whylogs": whylogs_package.__version__, "numpy": np.__version__},
    "cases": [finite(row) for row in cases()],
}
path = pathlib.Path(__file__).parent.parent / "test" / "golden" / "presets.json"
rows = ",\n  ".join(json.dumps(row, allow_nan=False) for row in golden["cases"])
path.write_text(f'{{\n "made_by": {json.dumps(golden["made_by"])},\n "versions": {json.dumps(golden["versions"])},\n "cases": [\n  {rows}\n ]\n}}\n')
