import type { Reporter, TestCase, TestModule } from 'vitest/node';
import { TEST_NAMES } from '../../../src/core/drift/test-name.ts';

const PROOFS = ['golden', 'law', 'null', 'power', 'edges'] as const;
const SUITE = new RegExp(`^(${PROOFS.join('|')}): (\\w+)$`);

declare module 'vitest' {
  interface TaskMeta {
    /** In how many scenarios a test of the table was asked, where one test case stands for all of them. */
    scenarios?: number;
  }
}

interface Tally {
  passed: number;
  failed: number;
}

/** Prints, after a run that proved something, a table of the drift tests and their five proofs. */
export default class ProofReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tallies = new Map<string, Tally>();
    for (const module of modules) for (const test of module.children.allTests()) count(test, tallies);
    if (tallies.size === 0) return;
    const cells = TEST_NAMES.map((name) => [name, ...PROOFS.map((proof) => cellOf(tallies.get(`${proof}: ${name}`)))]);
    const head = ['drift test', ...PROOFS];
    const widths = head.map((title, i) => Math.max(title.length, ...cells.map((row) => (row[i] ?? '').length)));
    const line = (row: readonly string[]) =>
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
    const lines = [line(head), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)];
    process.stdout.write(
      `\nThe five proofs: cases that hold (null: scenarios of 2,000 draws)\n\n${lines.join('\n')}\n\n`,
    );
  }
}

function count(test: TestCase, tallies: Map<string, Tally>): void {
  const suite = test.parent.type === 'suite' ? test.parent.name : '';
  if (!SUITE.test(suite)) return;
  const tally = tallies.get(suite) ?? { passed: 0, failed: 0 };
  const cases = test.meta().scenarios ?? 1;
  if (test.result().state === 'passed') tally.passed += cases;
  else tally.failed += cases;
  tallies.set(suite, tally);
}

function cellOf(tally: Tally | undefined): string {
  if (tally === undefined) return 'not run';
  return tally.failed > 0 ? `${tally.failed} FAILED` : String(tally.passed);
}
