import { count } from '../../core/format/amounts.ts';
import type { Colors } from '../terminal.ts';
import type { Tally, TallyEntry } from './tally.ts';

/** The summary at the end: counts, rate, and each kind of refusal with its first line. */
export function summarizeReplay(tally: Tally, elapsedMs: number, colors: Colors): string[] {
  const seconds = elapsedMs / 1_000;
  const rate = Math.round(tally.sent / seconds);
  const lines = [
    `${colors.bold(`${count(tally.sent)} events`)} in ${seconds.toFixed(1)} s (${count(rate)}/s): ${count(tally.accepted)} accepted, ` +
      `${count(tally.refusedEvents)} refused, ${count(tally.duplicates)} duplicates`,
  ];
  if (tally.repeated > 0) lines.push(`${count(tally.repeated)} of them had been sent before and were not stored again`);
  lines.push(...describeEntries('refused by the service', tally.refused, colors));
  lines.push(...describeEntries('skipped, never sent', tally.skipped, colors));
  if (tally.refused.has('ts_too_old'))
    lines.push(colors.yellow('use --shift-to now to shift old events to the present'));
  return lines;
}

function describeEntries(title: string, entries: ReadonlyMap<string, TallyEntry>, colors: Colors): string[] {
  if (entries.size === 0) return [];
  const sorted = [...entries].sort(([, a], [, b]) => b.count - a.count);
  const width = Math.max(...sorted.map(([code]) => code.length));
  return [
    `${title}:`,
    ...sorted.map(
      ([code, { count: n, line, message }]) =>
        `  ${colors.red(code.padEnd(width))}  ${count(n).padStart(7)}  ${colors.dim(`first at line ${count(line)}: ${message}`)}`,
    ),
  ];
}
