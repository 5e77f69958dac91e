import type { Clock } from '../../core/time/clock.ts';
import type { Terminal } from '../terminal.ts';

const BAR_CHARS = 24;

/** A progress bar on a terminal; in a log or in CI one line every five seconds. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  readonly #startMs: number;
  #drawnMs: number;

  constructor(terminal: Terminal, clock: Clock) {
    this.#terminal = terminal;
    this.#clock = clock;
    this.#startMs = clock.now();
    this.#drawnMs = this.#startMs;
  }

  get elapsedMs(): number {
    return Math.max(1, this.#clock.now() - this.#startMs);
  }

  /** @param share - share that is done, in [0, 1] */
  update(share: number, text: string): void {
    const { isTty, colors } = this.#terminal;
    if (this.#clock.now() - this.#drawnMs < (isTty ? 100 : 5_000)) return;
    this.#drawnMs = this.#clock.now();
    const percent = `${Math.floor(share * 100)} %`.padStart(5);
    const full = Math.round(Math.min(1, share) * BAR_CHARS);
    const bar = `${colors.cyan('█'.repeat(full))}${colors.dim('░'.repeat(BAR_CHARS - full))}`;
    this.#terminal.err(isTty ? `\r\x1b[2K${bar}${percent}  ${text}` : `${percent}  ${text}\n`);
  }

  /** Removes the bar, so that the next output starts on an empty line. */
  clear(): void {
    if (this.#terminal.isTty) this.#terminal.err('\r\x1b[2K');
  }
}
