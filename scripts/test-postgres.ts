import { spawnSync } from 'node:child_process';

if (!process.env.DATABASE_URL) {
  console.error('Set DATABASE_URL to a server where databases may be created, for example');
  console.error('  DATABASE_URL=postgres://dev:dev@127.0.0.1:5432/drift npm run test:postgres');
  process.exit(1);
}

const { status } = spawnSync('npx', ['vitest', 'run', '--project', 'quick', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
