/** How long one batch is tried: a service that never acknowledges it fails its test with a reason, before the test's own time is up. */
const PATIENCE_MS = 240_000;

/** A client that does as the documentation says: a key with each batch, and the same batch again until it is acknowledged. */
export class RetryingClient {
  readonly acknowledged: number[] = [];
  refused = 0;
  readonly #name: string;
  readonly #url: () => Promise<string>;
  #sequence = 0;

  /** @param url - where the service is; resolves once it is there again */
  constructor(name: string, url: () => Promise<string>) {
    this.#name = name;
    this.#url = url;
  }

  /** Sends so many events with fresh numbers, and returns when they are acknowledged. */
  async send(numbers: readonly number[], onRefusal: (answer: Response) => void = () => {}): Promise<void> {
    const key = `${this.#name}-${++this.#sequence}`;
    const events = numbers.map((n) => ({ ts: Date.now(), service: 'chaos', endpoint: 'POST /', n }));
    const body = JSON.stringify(events);
    for (const start = Date.now(); ; ) {
      const url = await this.#url();
      const answer = await post(`${url}/v1/ingest`, key, body);
      if (answer?.ok) break;
      this.refused++;
      if (answer !== undefined) onRefusal(answer);
      if (Date.now() - start > PATIENCE_MS) throw new Error(`${key} was not acknowledged by ${url}: ${answer?.status}`);
    }
    this.acknowledged.push(...numbers);
  }
}

/** Undefined when the connection broke: nobody knows whether it was stored. */
async function post(url: string, key: string, body: string): Promise<Response | undefined> {
  try {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key };
    const answer = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(PATIENCE_MS) });
    await answer.arrayBuffer();
    return answer;
  } catch {
    return undefined;
  }
}

/** The numbers of all events that the service holds, by its own route. */
export async function storedNumbers(url: string): Promise<number[]> {
  const numbers: number[] = [];
  for (let cursor = ''; ; ) {
    const query = `service=chaos&endpoint=${encodeURIComponent('POST /')}&limit=10000${cursor}`;
    const answer = (await (await fetch(`${url}/v1/events?${query}`)).json()) as {
      events: { n: number }[];
      next: string | null;
    };
    numbers.push(...answer.events.map((event) => event.n));
    if (answer.next === null) return numbers;
    cursor = `&cursor=${encodeURIComponent(answer.next)}`;
  }
}

/** How many events the profiles of the service count. */
export async function profiledEvents(url: string): Promise<number> {
  const body = JSON.stringify({ service: 'chaos', endpoint: 'POST /', activate: false });
  const answer = await fetch(`${url}/v1/baselines`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  return ((await answer.json()) as { samples: number }).samples;
}
