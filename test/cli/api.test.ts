import { afterAll, describe, expect, it } from 'vitest';
import { Api } from '../../src/cli/api.ts';
import { openReceiver } from '../runtime/net/receiver.ts';

const receiver = await openReceiver();
afterAll(() => receiver.close());

const call = (key?: string) => new Api(receiver.url, key).call('GET', '/livez');

describe('the client of a service', () => {
  it('sends the key without surrounding white space', async () => {
    receiver.answer((response) => response.end('{}'));
    await call('  secret\n');
    expect(receiver.received[0]?.headers.authorization).toBe('Bearer secret');
  });

  it('names the variable, not the key, when the key cannot be sent', async () => {
    const failure = await call('very\nsecret').catch(String);
    expect(failure).toContain('PLUMBLINE_API_KEY has characters');
    expect(failure).not.toContain('secret');
  });

  it('does not follow a redirect, and shows its target', async () => {
    receiver.answer((response) => response.writeHead(301, { location: 'https://elsewhere.example/' }).end());
    await expect(call('secret')).rejects.toThrow(/redirects to https:\/\/elsewhere\.example\/; set .* --api/);
    expect(receiver.received).toHaveLength(1);
  });

  it('fails on an incomplete answer', async () => {
    receiver.answer((response) => {
      response.writeHead(200, { 'content-length': '50' }).write('[1,', () => response.destroy());
    });
    await expect(call()).rejects.toThrow(/closed before the end of the answer/);
  });

  it('names the request of a 5xx, which the log of the service has too', async () => {
    const problem = { status: 500, code: 'internal', detail: 'Something went wrong.', request_id: 'id-1' };
    receiver.answer((response) => response.writeHead(500).end(JSON.stringify(problem)));
    await expect(new Api(receiver.url).json('GET', '/v1/streams')).rejects.toThrow(
      /^Something went wrong. \(request id-1\)$/,
    );
  });

  it('refuses an address with a password', () => {
    expect(() => new Api('http://user:sesame@127.0.0.1:8000')).toThrow(/user name or password; .*PLUMBLINE_API_KEY/);
  });
});
