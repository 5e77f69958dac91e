"""Writes test/golden/scipy.json: reference numbers for src/stats and src/drift. Run by hand; the tests only read the file.

    pip install scipy==1.17.1 numpy && python scripts/golden-stats.py

Inputs are made by formula (the Weyl sequence: frac((i+1)·a)·scale + shift), so that the tests rebuild them bit for bit.
"""

import json
import math
import pathlib

import numpy as np
import scipy
from scipy import special, stats

A, B = 0.7548776662466927, 0.5698402909980532


def weyl(n, a, shift=0.0, scale=1.0):
    return [math.fmod((i + 1) * a, 1.0) * scale + shift for i in range(n)]


def murmur3(data, seed=0):
    """MurmurHash3_x86_32 as Appleby wrote it, on bytes."""
    mask, h = 0xFFFFFFFF, seed
    rotate = lambda x, r: ((x << r) | (x >> (32 - r))) & mask
    mix = lambda k: (rotate((k * 0xCC9E2D51) & mask, 15) * 0x1B873593) & mask
    whole = len(data) // 4 * 4
    for i in range(0, whole, 4):
        h = (rotate(h ^ mix(int.from_bytes(data[i : i + 4], "little")), 13) * 5 + 0xE6546B64) & mask
    if len(data) > whole:
        h ^= mix(int.from_bytes(data[whole:], "little"))
    h ^= len(data)
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & mask
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & mask
    return h ^ (h >> 16)


def hashes():
    texts = [("", 0), ("", 1), ("a", 0), ("ab", 0), ("abc", 7), ("amount", 0), ("request.body.amount", 42), ("žluťoučký 🐎", 3)]
    return [{"text": t, "seed": s, "hash": murmur3(t.encode("utf-16-le"), s)} for t, s in texts]


def first_largest_gap(x, y):
    """The smallest value at which |F1 - F2| is largest, in whole numbers: SciPy's own location depends on rounding when gaps tie."""
    values = np.sort(np.concatenate([x, y]))
    below = [np.searchsorted(np.sort(sample), values, side="right") for sample in (x, y)]
    return float(values[np.argmax(np.abs(below[0] * len(y) - below[1] * len(x)))])


def ks_case(name, x, y):
    nx, ny = len(x["make"]), len(y["make"])
    both = lambda method: stats.ks_2samp(x["make"], y["make"], method=method)
    d = float(both("asymp").statistic)
    exact = nx == ny or nx * ny <= 4_000_000
    case = {"name": name, "x": x["spec"], "y": y["spec"], "d": d, "at": first_largest_gap(x["make"], y["make"])}
    case["p_asymp"] = float(both("asymp").pvalue)
    if exact:
        case["p_exact"] = float(both("exact").pvalue)
    return case


def by_weyl(n, a, shift=0.0, scale=1.0):
    return {"spec": {"weyl": [n, a, shift, scale]}, "make": weyl(n, a, shift, scale)}


def given(values):
    return {"spec": {"values": values}, "make": values}


def ks_cases():
    return [
        ks_case("ties", given([1, 2, 2, 3, 3, 3, 4]), given([2, 3, 4, 4, 5, 5])),
        ks_case("equal_50", by_weyl(50, A), by_weyl(50, B)),
        ks_case("50_70", by_weyl(50, A), by_weyl(70, B, 0.05)),
        ks_case("51_odd_en", by_weyl(51, A), by_weyl(51, B, 0.2)),
        ks_case("200_300", by_weyl(200, A), by_weyl(300, B, 0.03)),
        ks_case("700_500", by_weyl(700, A), by_weyl(500, B, 0.0, 1.1)),
        ks_case("far_apart", by_weyl(300, A), by_weyl(500, B, 0.7)),
        ks_case("disjoint", by_weyl(60, A), by_weyl(300, B, 5.0)),
        ks_case("2000_1900", by_weyl(2000, A), by_weyl(1900, B, 0.02)),
        ks_case("10000_equal", by_weyl(10000, A), by_weyl(10000, B, 0.01)),
        ks_case("12000_8000", by_weyl(12000, A), by_weyl(8000, B, 0.01)),
    ]


def kstwo():
    ns = [1, 2, 5, 10, 25, 50, 100, 139, 140, 141, 200, 500, 999, 2048, 2049, 5000, 10000, 10001, 50000, 100001, 1000000]
    zs = [0.15, 0.3, 0.45, 0.6, 0.8, 1.0, 1.2, 1.4, 1.48, 1.49, 1.6, 2.0, 2.5, 4.0, 8.0, 18.0]
    ds = sorted({(n, z / math.sqrt(n)) for n in ns for z in zs if z / math.sqrt(n) < 1} | {(n, d) for n in ns[:12] for d in (0.5, 0.9, 0.99)})
    return [{"n": n, "d": d, "sf": float(stats.kstwo.sf(d, n))} for n, d in ds]


def two_counts(r, c):
    table = np.array([r, c], dtype=float)
    used = table[:, table.sum(axis=0) > 0]
    chi = stats.chi2_contingency(used, correction=False)
    n, k = used.sum(), used.shape[1]
    phi2 = max(0.0, chi.statistic / n - (k - 1) / (n - 1))
    room = min(k - (k - 1) ** 2 / (n - 1), 2 - 1 / (n - 1)) - 1
    half = [(np.array(x) + 0.5) / (sum(x) + len(x) / 2) for x in (r, c)]
    clip = [np.maximum(1e-6, np.array(x) / sum(x)) for x in (r, c)]
    psi = lambda pair: float(np.sum((pair[1] - pair[0]) * np.log(pair[1] / pair[0])))
    return {
        "reference": r, "current": c, "chi2": float(chi.statistic), "df": int(chi.dof), "p": float(chi.pvalue),
        "v": float(math.sqrt(phi2 / room)) if room > 0 else 0.0, "psi_half": psi(half), "psi_clip": psi(clip),
        "psi_half_p": float(stats.chi2.sf(psi(half) / (1 / sum(r) + 1 / sum(c)), len(r) - 1)),
    }


def proportions(k1, n1, k2, n2):
    p = (k1 + k2) / (n1 + n2)
    se = math.sqrt(p * (1 - p) * (1 / n1 + 1 / n2))
    z = (k2 / n2 - k1 / n1) / se if se > 0 else 0.0
    table = [[k2, n2 - k2], [k1, n1 - k1]]
    return {
        "k1": k1, "n1": n1, "k2": k2, "n2": n2, "z": z, "p_z": float(2 * stats.norm.sf(abs(z))), "p_z_greater": float(stats.norm.sf(z)),
        "p_fisher": float(stats.fisher_exact(table).pvalue), "p_fisher_greater": float(stats.fisher_exact(table, alternative="greater").pvalue),
    }


P = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216]
golden = {
    "made_by": "scripts/golden-stats.py", "scipy": scipy.__version__, "numpy": np.__version__,
    "hash": hashes(),
    "log_gamma": [{"x": x, "value": float(special.gammaln(x))} for x in (1e-3, 0.5, 1.5, 3.7, 10, 50.5, 171.5, 1000, 1e6)],
    "chi2_sf": [{"x": x, "df": df, "sf": float(stats.chi2.sf(x, df))} for df in (1, 2, 3, 9, 50, 999) for x in (0.1, 1.0, 3.84, 10.0, 50.0, 300.0, 1100.0)],
    "erfc": [{"x": x, "value": float(special.erfc(x))} for x in (-3.0, -0.5, 0.0, 0.1, 1.0, 3.0, 8.0, 20.0, 26.0)],
    "norm_sf": [{"z": z, "sf": float(stats.norm.sf(z))} for z in (-5.0, -1.0, 0.0, 1.0, 1.959963984540054, 5.0, 20.0)],
    "kolmogorov": [{"z": z, "sf": float(special.kolmogorov(z))} for z in (0.2, 0.5, 0.8, 1.0, 1.17, 1.18, 1.5, 2.0, 5.0)],
    "smirnov": [{"n": n, "d": d, "sf": float(special.smirnov(n, d))} for n in (1, 5, 100, 2047, 2049, 5000, 50000, 1000000) for d in (1.2 / math.sqrt(n), 3 / math.sqrt(n)) if d < 1],
    "kstwo": kstwo(),
    "ks_2samp": ks_cases(),
    "counts": [
        two_counts([500, 300, 200], [90, 70, 40]), two_counts([500, 300, 200, 0], [90, 70, 35, 5]), two_counts([700, 300], [500, 500]),
        two_counts([120, 60, 90, 40, 10], [70, 80, 95, 60, 45]), two_counts([600, 300, 100], [650, 350, 0]), two_counts([60, 40], [60, 40]),
    ],
    "proportions": [
        proportions(300, 1000, 180, 500), proportions(0, 200, 3, 200), proportions(0, 1000, 0, 10), proportions(1, 9, 11, 14),
        proportions(2, 1000000, 3, 50), proportions(90, 100, 20, 20), proportions(50, 50, 0, 50), proportions(5, 5000, 40, 8000),
    ],
    "false_discovery": {"p": P, "bh": stats.false_discovery_control(P).tolist(), "by": stats.false_discovery_control(P, method="by").tolist()},
}

path = pathlib.Path(__file__).parent.parent / "test" / "golden" / "scipy.json"
rows = ",\n".join(
    f' {json.dumps(key)}: ' + ("[\n  " + ",\n  ".join(json.dumps(row, ensure_ascii=False, allow_nan=False) for row in value) + "\n ]" if isinstance(value, list) else json.dumps(value))
    for key, value in golden.items()
)
path.write_text("{\n" + rows + "\n}\n", encoding="utf-8")
