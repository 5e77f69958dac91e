const BIG = 2 ** 128;
const SMALL = 2 ** -128;

/**
 * P(Dₙ ≤ d) for the two-sided Kolmogorov–Smirnov statistic, by Durbin's matrix.
 *
 * With nd = k − h, the answer is n!/nⁿ times the middle element of H ⁿ, H a matrix of 2k − 1 rows. Cost k³ log n.
 *
 * @param n - sample size, a whole number from 1
 * @param d - the statistic, 1/(2n) < d < 1
 * @returns a probability, [0, 1], to about 1e-13
 * Source: Durbin 1968; Marsaglia, Tsang & Wang, J. Stat. Software 8 (2003); checked against SciPy's kstwo.
 *
 * @example kolmogorovDurbin(10, 0.274) // 0.6284796154565043
 */
export function kolmogorovDurbin(n: number, d: number): number {
  const k = Math.ceil(n * d);
  const size = 2 * k - 1;
  const middle = (k - 1) * size + (k - 1);
  let base = durbinMatrix(size, k - n * d);
  let power = identity(size);
  let [baseScale, powerScale] = [0, 0];
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) {
      power = multiply(power, base, size);
      powerScale += baseScale;
    }
    base = multiply(base, base, size);
    baseScale *= 2;
    if (Math.abs(base[middle] as number) > BIG) {
      for (let i = 0; i < base.length; i++) base[i] = (base[i] as number) * SMALL;
      baseScale += 128;
    }
  }
  return timesFactorialShare(power[middle] as number, n, powerScale);
}

/** p · 2^scale · n!/nⁿ, without leaving the range of a double. */
function timesFactorialShare(p: number, n: number, scale: number): number {
  let [value, exponent] = [p, scale];
  for (let i = 1; i <= n; i++) {
    value = (value * i) / n;
    if (value < SMALL) {
      value *= BIG;
      exponent -= 128;
    }
  }
  return Math.min(1, value * 2 ** exponent);
}

function durbinMatrix(size: number, h: number): Float64Array {
  const inverseFactorial = new Float64Array(size + 1);
  inverseFactorial[0] = 1;
  for (let i = 1; i <= size; i++) inverseFactorial[i] = (inverseFactorial[i - 1] as number) / i;
  const edge = (i: number) => (1 - h ** (i + 1)) * (inverseFactorial[i + 1] as number);
  const matrix = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= Math.min(row + 1, size - 1); column++) {
      matrix[row * size + column] = inverseFactorial[row - column + 1] as number;
    }
    matrix[row * size] = edge(row);
  }
  for (let column = 0; column < size; column++) matrix[(size - 1) * size + column] = edge(size - 1 - column);
  const corner = 1 - 2 * h ** size + Math.max(2 * h - 1, 0) ** size;
  matrix[(size - 1) * size] = corner * (inverseFactorial[size] as number);
  return matrix;
}

function identity(size: number): Float64Array {
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) matrix[i * size + i] = 1;
  return matrix;
}

function multiply(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const product = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      const factor = a[i * size + k] as number;
      if (factor === 0) continue;
      for (let j = 0; j < size; j++) {
        product[i * size + j] = (product[i * size + j] as number) + factor * (b[k * size + j] as number);
      }
    }
  }
  return product;
}
