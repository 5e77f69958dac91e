import { openEmbedded } from '../../../src/store/engine/embedded.ts';
import { SILENT } from '../../silent-log.ts';

/** Run as a process of its own, to be killed: writes row after row and says each number once it is committed. */
const db = await openEmbedded({ dataDir: process.argv[2] ?? '', log: SILENT });
await db.query('create table written (x int primary key, filler text)');
for (let x = 1; ; x++) {
  await db.transaction((tx) => tx.query(`insert into written values ($1, repeat(md5($2::text), 500))`, [x, String(x)]));
  process.stdout.write(`${x}\n`);
}
