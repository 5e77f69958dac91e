"""The peer of bench-report: the window's rows out of Postgres, then SciPy. Usage: peer_report.py URL SERVICE FROM TO BASELINE_FILE"""
import io
import json
import subprocess
import sys
import time

import numpy as np
from scipy import stats

url, service, start, end, baseline_file = sys.argv[1:]
baseline = np.loadtxt(baseline_file)
query = f"""\\copy (select payload->'request'->'body'->>'amount', payload->'response'->>'duration_ms',
 payload->'response'->>'status', payload->'request'->'body'->>'currency' from peer
 where service = '{service}' and endpoint = 'POST /v2/payments' and ts >= '{start}' and ts < '{end}') to stdout"""
began = time.perf_counter()
text = subprocess.run(["psql", url, "-Atqc", query.replace("\n", " ")], check=True, capture_output=True).stdout
rows = [line.split(b"\t") for line in io.BytesIO(text).read().splitlines()]
amount, duration = (np.array([float(row[i]) for row in rows]) for i in (0, 1))
status = np.array([int(row[2]) for row in rows])
names, counts = np.unique([row[3] for row in rows], return_counts=True)
ks = stats.ks_2samp(baseline, amount)
result = {
    "rows": len(rows),
    "d": ks.statistic,
    "duration_mean": duration.mean(),
    "p95": float(np.quantile(duration, 0.95)),
    "success": float(np.mean((status >= 200) & (status < 300))),
    "currencies": {name.decode(): int(count) for name, count in zip(names, counts)},
}
print(json.dumps({"seconds": time.perf_counter() - began, **result}))
