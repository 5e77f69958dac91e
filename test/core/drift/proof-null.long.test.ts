import { NULL_SCENARIOS } from './null-scenarios.ts';
import { proveNull } from './prove-null.ts';

proveNull(NULL_SCENARIOS);
