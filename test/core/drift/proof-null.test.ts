import { QUICK_NULL_SCENARIOS } from './null-scenarios.ts';
import { proveNull } from './prove-null.ts';

// With as many draws, and by the same bounds, as all of them in proof-null.long.test.ts.
proveNull(QUICK_NULL_SCENARIOS);
