"""Writes test/golden/scipy.json: reference numbers for src/stats and src/drift. Run by hand; the tests only read the file.

    pip install scipy==1.17.1 numpy mpmath && python scripts/golden-stats.py

Inputs are made by formula (the Weyl sequence: frac((i+1)·a)·scale + shift), so that the tests rebuild them bit for bit.
"""

import json
import math
import pathlib
import warnings

import numpy as np
import scipy
from scipy import special, stats
from scipy.spatial import distance
from scipy.stats._hypotests import _cdf_cvm_inf

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


def with_values(values):
    return {"spec": {"values": values}, "make": values}


def ks_cases():
    return [
        ks_case("ties", with_values([1, 2, 2, 3, 3, 3, 4]), with_values([2, 3, 4, 4, 5, 5])),
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


def modulo(n, step, shift, modulus):
    return [float((i * step + shift) % modulus) for i in range(n)]


def sample(*spec):
    kind, args = spec[0], list(spec[1:])
    return {"spec": {kind: args}, "make": np.array(weyl(*args) if kind == "weyl" else modulo(*args))}


def two_samples(name, x, y):
    a, b = x["make"], y["make"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        anderson = stats.anderson_ksamp([a, b], midrank=True)
    cvm = stats.cramervonmises_2samp(a, b, method="asymptotic")
    mwu = stats.mannwhitneyu(a, b, method="asymptotic")
    t = stats.ttest_ind(a, b, equal_var=False)
    variance = anderson_variance(len(a), len(b))
    return {
        "name": name, "x": x["spec"], "y": y["spec"], "std": float(np.std(a)), "wasserstein": float(stats.wasserstein_distance(a, b)),
        "energy": float(stats.energy_distance(a, b)), "cvm": float(cvm.statistic), "cvm_p": float(cvm.pvalue),
        "anderson": float(anderson.statistic) * math.sqrt(variance) + 1, "anderson_variance": variance,
        "mwu": float(mwu.statistic), "mwu_p": float(mwu.pvalue), "t": float(t.statistic), "df": float(t.df), "t_p": float(t.pvalue),
    }


def anderson_variance(n, m):
    """Scholz & Stephens' variance of A2_kN for k = 2, as scipy.stats.anderson_ksamp has it."""
    total, k, h_inverse = n + m, 2, 1 / n + 1 / m
    hs_cs = (1.0 / np.arange(total - 1, 1, -1)).cumsum()
    h, g = hs_cs[-1] + 1, (hs_cs / np.arange(2, total)).sum()
    a = (4 * g - 6) * (k - 1) + (10 - 6 * g) * h_inverse
    b = (2 * g - 4) * k**2 + 8 * h * k + (2 * g - 14 * h - 4) * h_inverse - 8 * h + 4 * g - 6
    c = (6 * h + 2 * g - 2) * k**2 + (4 * h - 4 * g + 6) * k + (2 * h - 6) * h_inverse + 4 * h
    d = (2 * h + 6) * k**2 - 4 * h * k
    return float((a * total**3 + b * total**2 + c * total + d) / ((total - 1) * (total - 2) * (total - 3)))


def anderson_tail(x):
    """P(sum chi2_1/(j(j+1)) >= x) by numerical inversion with 30 digits: Imhof's integral is avoided for Smirnov's alternating one."""
    import mpmath as mp

    mp.mp.dps = 30
    total, k = mp.mpf(0), 0
    while True:
        low, high = 4 * k + 3, 4 * k + 5
        u = lambda s: (s * s - 1) / 4
        f = lambda s: s / 2 * mp.sqrt(mp.pi) / mp.pi * mp.exp(-x * u(s) / 2) / mp.sqrt(u(s) * abs(mp.cos(mp.pi * s / 2)))
        piece = mp.quad(f, [low, (low + high) / 2, high])
        total += piece if k % 2 == 0 else -piece
        if piece < mp.mpf(10) ** -25 * abs(total) or k > 60:
            return float(total)
        k += 1


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
    g = stats.chi2_contingency(used, correction=False, lambda_="log-likelihood")
    q = 1 + (n * (1 / sum(r) + 1 / sum(c)) - 1) * (n * float(np.sum(1 / used.sum(axis=0))) - 1) / (6 * n * (k - 1))
    both = 1 / sum(r) + 1 / sum(c)
    chi2_p = lambda x: float(stats.chi2.sf(x / both, len(r) - 1))
    js = float(distance.jensenshannon(*half) ** 2)
    kl, root = float(stats.entropy(half[0], half[1])), float(np.sqrt(np.sum((np.sqrt(half[0]) - np.sqrt(half[1])) ** 2) / 2))
    return {
        "g": float(g.statistic), "g_p": float(g.pvalue), "g_williams_p": float(stats.chi2.sf(g.statistic / q, k - 1)),
        "js": js, "js_distance": float(distance.jensenshannon(*half, base=2)), "js_p": chi2_p(8 * js), "kl": kl, "kl_p": chi2_p(2 * kl),
        "hellinger": root, "hellinger_p": chi2_p(8 * root**2), "tvd": float(np.abs(half[0] - half[1]).sum() / 2),
        "linf": float(np.abs(half[0] - half[1]).max()),
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
        two_counts([60, 45, 50, 30, 80, 41, 52, 63, 74, 35, 46, 57], [40, 55, 30, 40, 60, 61, 42, 33, 84, 45, 36, 47]), two_counts([6000, 4000], [310, 190]),
    ],
    "binom_sf": [{"k": k, "n": n, "p": p, "value": float(stats.binom.sf(k - 1, n, p))} for n in (5, 250, 100000) for p in (0.0005, 0.005, 0.05, 0.5) for k in (1, 2, 5, n // 100 + 1, n)],
    "betainc": [{"a": a, "b": b, "x": x, "value": float(special.betainc(a, b, x))} for a in (0.5, 3, 60.5, 5000, 1e6) for b in (0.5, 2.5, 40) for x in (0.02, 0.3, 0.9, 0.999)],
    "t_sf": [{"t": t, "df": df, "sf": float(stats.t.sf(t, df))} for df in (1, 3.5, 30, 418.7, 1e5, 2e6) for t in (-2.0, 0.01, 1.0, 5.0, 30.0)],
    "cvm_sf": [{"x": x, "sf": float(1 - _cdf_cvm_inf(np.float64(x)))} for x in (0.01, 0.05, 0.12, 0.2, 0.461, 0.743, 1.2)],
    "anderson_sf": [{"x": x, "sf": anderson_tail(x)} for x in (0.05, 0.1, 0.4, 1.0, 2.492367, 3.878125, 10.0, 50.0)],
    "exceedances": [{"k": k, "n": n, "m": m, "p": float(sum((j + 1) * special.comb(n + m - j - 2, n - 2, exact=True) for j in range(k, m + 1)) / special.comb(n + m, n, exact=True))} for k, n, m in ((0, 5, 5), (1, 50, 40), (4, 50, 40), (17, 60, 200), (200, 60, 200), (12, 1000, 700))],
    "two_samples": [
        two_samples("shifted", sample("weyl", 80, A, 0.0, 1.0), sample("weyl", 70, B, 0.2, 1.0)),
        two_samples("a little", sample("weyl", 500, A, 0.0, 1.0), sample("weyl", 300, B, 0.03, 1.0)),
        two_samples("scaled", sample("weyl", 300, A, 0.0, 100.0), sample("weyl", 400, B, -20.0, 140.0)),
        two_samples("equal", sample("weyl", 100, A, 0.0, 1.0), sample("weyl", 100, A, 0.0, 1.0)),
        two_samples("far", sample("weyl", 60, A, 0.0, 1.0), sample("weyl", 65, B, 9.0, 1.0)),
        two_samples("ties", sample("modulo", 90, 5, 0, 7), sample("modulo", 75, 3, 2, 9)),
        two_samples("ties among many", sample("modulo", 400, 137, 11, 389), sample("modulo", 350, 211, 5, 397)),
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
