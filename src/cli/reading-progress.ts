import { stat } from 'node:fs/promises';
import type { Terminal } from './terminal.ts';

const WIDTH = 30;
/** Smaller files are read before anybody could look. */
const WORTH_SHOWING_BYTES = 16 * 1024 * 1024;

/** A bar on stderr while large files are read; nothing where stderr is no terminal. */
export class ReadingProgress {
  private readonly terminal: Terminal;
  private readonly total: number;
  private readonly isShown: boolean;
  private drawn = -1;

  private constructor(terminal: Terminal, total: number) {
    this.terminal = terminal;
    this.total = total;
    this.isShown = terminal.isTty && total >= WORTH_SHOWING_BYTES;
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

  tell(bytes: number): void {
    if (!this.isShown) return;
    const share = Math.min(1, bytes / this.total);
    const percent = Math.floor(share * 100);
    if (percent === this.drawn) return;
    this.drawn = percent;
    const full = Math.round(share * WIDTH);
    const megabytes = Math.round(this.total / 1e6);
    this.terminal.err(
      `\r${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${String(percent).padStart(3)} % of ${megabytes} MB`,
    );
  }

  end(): void {
    if (this.drawn >= 0) this.terminal.err('\r\u001b[K');
  }
}
