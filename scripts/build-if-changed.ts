/** `npm start`: builds only what `npm ci` has not built already. */
import { execFileSync } from 'node:child_process';
import { isBuilt } from './build/is-built.ts';

const SOURCES = ['src', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];

if (!isBuilt(SOURCES, 'dist/main.js')) execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
