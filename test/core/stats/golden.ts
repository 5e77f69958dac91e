import { readFileSync } from 'node:fs';

export type Sample =
  | { weyl: [n: number, a: number, shift: number, scale: number] }
  | { modulo: [n: number, step: number, shift: number, modulus: number] }
  | { values: number[] };

interface Golden {
  scipy: string;
  hash: { text: string; seed: number; hash: number }[];
  log_gamma: { x: number; value: number }[];
  chi2_sf: { x: number; df: number; sf: number }[];
  erfc: { x: number; value: number }[];
  norm_sf: { z: number; sf: number }[];
  kolmogorov: { z: number; sf: number }[];
  smirnov: { n: number; d: number; sf: number }[];
  kstwo: { n: number; d: number; sf: number }[];
  ks_2samp: { name: string; x: Sample; y: Sample; d: number; at: number; p_asymp: number; p_exact?: number }[];
  counts: {
    reference: number[];
    current: number[];
    chi2: number;
    df: number;
    p: number;
    v: number;
    psi_half: number;
    psi_half_p: number;
    psi_clip: number;
    g: number;
    g_p: number;
    g_williams_p: number;
    js: number;
    js_distance: number;
    js_p: number;
    kl: number;
    kl_p: number;
    hellinger: number;
    hellinger_p: number;
    tvd: number;
    linf: number;
  }[];
  proportions: {
    k1: number;
    n1: number;
    k2: number;
    n2: number;
    z: number;
    p_z: number;
    p_z_greater: number;
    p_fisher: number;
    p_fisher_greater: number;
  }[];
  binom_sf: { k: number; n: number; p: number; value: number }[];
  betainc: { a: number; b: number; x: number; value: number }[];
  t_sf: { t: number; df: number; sf: number }[];
  cvm_sf: { x: number; sf: number }[];
  anderson_sf: { x: number; sf: number }[];
  exceedances: { k: number; n: number; m: number; p: number }[];
  two_samples: {
    name: string;
    x: Sample;
    y: Sample;
    std: number;
    wasserstein: number;
    energy: number;
    cvm: number;
    cvm_p: number;
    anderson: number;
    anderson_variance: number;
    mwu: number;
    mwu_p: number;
    t: number;
    df: number;
    t_p: number;
  }[];
  false_discovery: { p: number[]; bh: number[]; by: number[] };
}

/** Reference numbers of SciPy; scripts/golden-stats.py makes them. */
export const golden: Golden = JSON.parse(readFileSync(new URL('../../golden/scipy.json', import.meta.url), 'utf8'));

/** Rebuilds a sample bit for bit. */
export function sampleOf(sample: Sample): number[] {
  if ('values' in sample) return sample.values;
  if ('modulo' in sample) {
    const [n, step, shift, modulus] = sample.modulo;
    return Array.from({ length: n }, (_, i) => (i * step + shift) % modulus);
  }
  const [n, a, shift, scale] = sample.weyl;
  return Array.from({ length: n }, (_, i) => (((i + 1) * a) % 1) * scale + shift);
}

/** |actual − expected| / |expected|; 0 when equal. */
export function relativeError(actual: number, expected: number): number {
  return actual === expected ? 0 : Math.abs(actual - expected) / Math.abs(expected);
}
