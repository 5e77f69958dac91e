import { addValuesInto, emptyMoments } from '../profile/moments.ts';
import type { NumericProfile } from '../profile/profile.ts';
import { ExactNumbers, type ExactRoom } from './exact-numbers.ts';

const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;
/** Eleven years of hours. Beyond, days are counted, and the hours of the day are lost. */
const MOST_COUNTED = 100_000;
const BUFFERED = 256;

/** How many rows each hour or day has. */
export interface CalendarCounts {
  /** Hours or days since 1970-01-01T00:00Z, and how many rows lie in each. */
  readonly counts: readonly (readonly [unit: number, rows: number])[];
  readonly unit: 'hour' | 'day';
  /** Whether some moment is not midnight. */
  readonly hasTimes: boolean;
}

/** Folds the moments of a column. */
export class Calendar {
  readonly #numbers: ExactNumbers;
  readonly #moments = emptyMoments();
  readonly #buffer = new Float64Array(BUFFERED);
  #buffered = 0;
  #counts = new Map<number, number>();
  #hoursEach: 1 | 24 = 1;
  #hasTimes = false;
  n = 0;

  constructor(seed: number, room: ExactRoom) {
    this.#numbers = new ExactNumbers(seed, room);
  }

  /** @param ms - milliseconds since the Unix epoch */
  add(ms: number): void {
    this.n++;
    this.#buffer[this.#buffered++] = ms;
    if (this.#buffered === BUFFERED) this.#flush();
    if (!this.#hasTimes && ms % (DAY_HOURS * HOUR_MS) !== 0) this.#hasTimes = true;
    const unit = Math.floor(ms / (HOUR_MS * this.#hoursEach));
    this.#counts.set(unit, (this.#counts.get(unit) ?? 0) + 1);
    if (this.#counts.size > MOST_COUNTED) this.#countDays();
  }

  finish(): { numeric: NumericProfile; calendar: CalendarCounts } {
    this.#flush();
    return {
      numeric: { moments: this.#moments, sketch: this.#numbers.finish() },
      calendar: {
        counts: [...this.#counts],
        unit: this.#hoursEach === 1 ? 'hour' : 'day',
        hasTimes: this.#hasTimes,
      },
    };
  }

  #flush(): void {
    const values = this.#buffer.subarray(0, this.#buffered);
    this.#buffered = 0;
    addValuesInto(this.#moments, values);
    this.#numbers.addAll(values);
  }

  /** There are at most 3,652,059 days, those of the years 1 to 9999. */
  #countDays(): void {
    if (this.#hoursEach === DAY_HOURS) return;
    this.#hoursEach = DAY_HOURS;
    const days = new Map<number, number>();
    for (const [hour, rows] of this.#counts) {
      const day = Math.floor(hour / DAY_HOURS);
      days.set(day, (days.get(day) ?? 0) + rows);
    }
    this.#counts = days;
  }
}
