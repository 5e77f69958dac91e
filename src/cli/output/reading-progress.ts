import { stat } from 'node:fs/promises';
import type { Terminal } from '../terminal.ts';

const WIDTH = 30;
/** Smaller files are read so fast that a bar is not useful. */
const MIN_SHOWN_BYTES = 16 * 1024 * 1024;

/** A progress bar on stderr while large files are read; nothing if stderr is not a terminal. */
export class ReadingProgress {
  readonly #terminal: Terminal;
  readonly #totalBytes: number;
  readonly #isShown: boolean;
  #drawnPercent = -1;

  private constructor(terminal: Terminal, totalBytes: number) {
    this.#terminal = terminal;
    this.#totalBytes = totalBytes;
    this.#isShown = terminal.isTty && totalBytes >= MIN_SHOWN_BYTES;
  }

  static async start(terminal: Terminal, paths: readonly string[]): Promise<ReadingProgress> {
    const sizes = await Promise.all(
      paths.map((path) =>
        stat(path).then(
          (file) => file.size,
          () => 0,
        ),
      ),
    );
    return new ReadingProgress(
      terminal,
      sizes.reduce((sum, size) => sum + size, 0),
    );
  }

  report(bytes: number): void {
    if (!this.#isShown) return;
    const share = Math.min(1, bytes / this.#totalBytes);
    const percent = Math.floor(share * 100);
    if (percent === this.#drawnPercent) return;
    this.#drawnPercent = percent;
    const full = Math.round(share * WIDTH);
    const megabytes = Math.round(this.#totalBytes / 1e6);
    this.#terminal.err(
      `\r${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${String(percent).padStart(3)} % of ${megabytes} MB`,
    );
  }

  end(): void {
    if (this.#drawnPercent >= 0) this.#terminal.err('\r\u001b[K');
  }
}
