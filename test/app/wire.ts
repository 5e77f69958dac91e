import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Which connections of a wire are dead: those that are open, or new ones as well. */
export type Frozen = 'open' | 'all';

/** Stands before a Postgres server. It can be cut, as a server that stops looks to its clients, or freeze connections without closing them. */
export class Wire {
  readonly #links = new Set<Link>();
  readonly #server;
  #port = 0;
  #frozen: Frozen | 'none' = 'none';

  constructor(target: URL) {
    const { port, hostname } = target;
    this.#server = createServer((socket) => {
      const link = new Link(socket, connect(Number(port || 5432), hostname), () => this.#links.delete(link));
      this.#links.add(link);
      if (this.#frozen !== 'all') link.thaw();
    });
  }

  async restore(): Promise<number> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
    return this.#port;
  }

  async cut(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const link of this.#links) link.destroy();
    await closed;
  }

  freeze(frozen: Frozen): void {
    this.#frozen = frozen;
    for (const link of this.#links) link.freeze();
  }

  /** What was on its way arrives, also at ends whose other end has given up. */
  thaw(): void {
    this.#frozen = 'none';
    for (const link of this.#links) link.thaw();
  }
}

/** One connection; frozen until it is thawed. While it is frozen, neither end learns what becomes of the other. */
class Link {
  readonly #ends: readonly [Socket, Socket];
  #isFrozen = true;
  #isClosed = false;

  constructor(client: Socket, server: Socket, onClose: () => void) {
    this.#ends = [client, server];
    for (const end of this.#ends) {
      end.on('error', () => {});
      end.on('close', () => {
        this.#isClosed = true;
        if (this.#isFrozen) return;
        this.destroy();
        onClose();
      });
    }
  }

  freeze(): void {
    const [client, server] = this.#ends;
    this.#isFrozen = true;
    client.unpipe(server).pause();
    server.unpipe(client).pause();
  }

  thaw(): void {
    // One that was opened meanwhile runs already: piped twice, it would say everything twice.
    if (!this.#isFrozen) return;
    const [client, server] = this.#ends;
    this.#isFrozen = false;
    client.pipe(server).pipe(client);
    if (this.#isClosed) this.destroy();
  }

  destroy(): void {
    for (const end of this.#ends) end.destroy();
  }
}
