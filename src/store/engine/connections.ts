import { Socket } from 'node:net';
import pg from 'pg';
import type { StoreLog } from '../database.ts';
import { parseInt8 } from './int8.ts';

const CONNECTION_TIMEOUT_MS = 4_000;
const IDLE_TIMEOUT_MS = 30_000;
/** How long locks of a transaction last whose connection is dead on the way: its client has given up, and its server does not know. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;
/** A connection that was ended has this long to say goodbye; on a dead one nobody answers. */
const GOODBYE_MS = 1_000;

export interface ConnectionOptions {
  readonly databaseUrl: string;
  readonly poolSize: number;
  readonly log: StoreLog;
  readonly statementTimeoutMs: number;
}

const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, parseInt8);

interface PoolWithSockets {
  readonly pool: pg.Pool;
  readonly sockets: ReadonlySet<Socket>;
}

/** The pool of connections to a server. One that is dead speaks for all that are open: the pool is replaced by an empty one. */
export class Connections {
  readonly #options: ConnectionOptions;
  #current: PoolWithSockets;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#current = openPool(options);
  }

  get pool(): pg.Pool {
    return this.#current.pool;
  }

  /** What runs in the old pool goes on. */
  replace(silent: pg.Pool): void {
    if (silent !== this.#current.pool || silent.ending) return;
    this.#options.log.warn({}, 'a connection to Postgres is silent: all are replaced');
    const old = this.#current;
    this.#current = openPool(this.#options);
    void endPool(old);
  }

  close(): Promise<void> {
    return endPool(this.#current);
  }
}

function openPool({ databaseUrl, poolSize, log, statementTimeoutMs }: ConnectionOptions): PoolWithSockets {
  const sockets = new Set<Socket>();
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: poolSize,
    types,
    keepAlive: true,
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    application_name: 'plumbline',
    stream: () => {
      const socket = new Socket();
      sockets.add(socket);
      return socket.once('close', () => sockets.delete(socket));
    },
  });
  const onLoss = (error: Error): void => log.warn({ reason: error.message }, 'lost a connection to Postgres');
  pool.on('error', onLoss);
  pool.on('connect', (client) => void client.on('error', onLoss));
  return { pool, sockets };
}

/** Ends what is idle, waits for what runs, and does not wait for the farewell of a connection that is dead. */
async function endPool({ pool, sockets }: PoolWithSockets): Promise<void> {
  const hangUp = setInterval(() => {
    for (const socket of sockets) if (socket.writableEnded) socket.destroy();
  }, GOODBYE_MS);
  try {
    await pool.end();
  } finally {
    clearInterval(hangUp);
  }
}
