import type { BuiltBaseline } from '../../api/baselines.ts';
import { count } from '../../core/format/amounts.ts';
import type { Terminal } from '../terminal.ts';
import { formatMinute } from './format-minute.ts';

export function showBaseline(terminal: Terminal, baseline: BuiltBaseline): void {
  const { bold, dim, green, yellow } = terminal.colors;
  terminal.out(
    `${bold(baseline.name)} ${dim(`(id ${baseline.id})`)} ${baseline.active ? green('active') : 'not active'}`,
  );
  terminal.out(`  stream    ${baseline.service} ${baseline.endpoint}`);
  terminal.out(`  window    ${formatMinute(baseline.window_start)} – ${formatMinute(baseline.window_end)} UTC`);
  terminal.out(`  events    ${count(baseline.samples)}`);
  for (const [i, { path, kind }] of baseline.features.entries())
    terminal.out(
      `  ${i === 0 ? 'features' : '        '}  ${path} ${dim(kind === 'identifier' ? 'identifier, not tested' : kind)}`,
    );
  for (const warning of baseline.warnings) terminal.out(yellow(`  warning   ${warning}`));
}
