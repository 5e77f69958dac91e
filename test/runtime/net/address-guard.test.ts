import { describe, expect, test } from 'vitest';
import { AddressRefused, explainRefusal, guardedLookup } from '../../../src/runtime/net/address-guard.ts';
import { postJson } from '../../../src/services/notify/http-post.ts';
import { NOW } from '../../services/notify/sample-message.ts';
import { openReceiver } from './receiver.ts';

const TO = { host: 'hooks.example', port: 443 };

const PUBLIC = ['8.8.8.8', '140.82.112.3', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808', '2002:808:808::1'];

const REFUSED = [
  ['0.0.0.0', 'unspecified'],
  ['10.1.2.3', 'private'],
  ['100.64.0.1', 'carrierGradeNat'],
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['169.254.169.254', 'linkLocal'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.0.2.1', 'reserved'],
  ['192.168.1.1', 'private'],
  ['198.18.0.1', 'reserved'],
  ['203.0.113.9', 'reserved'],
  ['224.0.0.1', 'multicast'],
  ['240.0.0.1', 'reserved'],
  ['255.255.255.255', 'broadcast'],
  ['::', 'unspecified'],
  ['::1', 'loopback'],
  ['::127.0.0.1', 'loopback'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['::ffff:169.254.169.254', 'linkLocal'],
  ['64:ff9b::a00:1', 'private'],
  ['64:ff9b:1::a00:1', 'rfc6052'],
  ['2002:7f00:1::', 'loopback'],
  ['2002:a9fe:a9fe::1', 'linkLocal'],
  ['2001:0:4136:e378:8000:63bf:3fff:fdd2', 'teredo'],
  ['2001:db8::1', 'reserved'],
  ['fc00::1', 'uniqueLocal'],
  ['fd12:3456::1', 'uniqueLocal'],
  ['fe80::1', 'linkLocal'],
  ['fec0::1', 'deprecatedSiteLocal'],
  ['ff02::1', 'multicast'],
] as const;

describe('addresses', () => {
  test.each(PUBLIC)('%s is public', (address) => {
    expect(explainRefusal(address, TO, [])).toBeUndefined();
  });

  test.each(REFUSED)('%s is refused: %s', (address, range) => {
    expect(explainRefusal(address, TO, [])).toBe(
      `address refused: hooks.example is ${range}; add the host to CHANNEL_ALLOW_HOSTS`,
    );
  });
});

describe('the allow-list', () => {
  test.each([
    ['hooks.example', true],
    ['HOOKS.example.', true],
    ['hooks.example:443', true],
    ['hooks.example:80', false],
    ['other.example', false],
    ['example', false],
    ['10.1.2.3', true],
    ['10.1.2.3:443', true],
    ['10.1.2.3:444', false],
    ['::ffff:10.1.2.3', true],
    ['10.1.2.4', false],
    ['10.0.0.0/8', true],
    ['10.2.0.0/16', false],
    ['fd00::/8', false],
    ['', false],
    ['*', false],
  ])('%s lets 10.1.2.3:443 through: %s', (entry, isAllowed) => {
    expect(explainRefusal('10.1.2.3', TO, [entry]) === undefined).toBe(isAllowed);
    expect(explainRefusal('::ffff:10.1.2.3', TO, [entry]) === undefined).toBe(isAllowed);
  });

  test.each([
    ['::1', true],
    ['[::1]:9093', true],
    ['[::1]:9094', false],
    ['::/64', true],
    ['127.0.0.0/8', false],
  ])('%s lets [::1]:9093 through: %s', (entry, isAllowed) => {
    expect(explainRefusal('::1', { host: '::1', port: 9093 }, [entry]) === undefined).toBe(isAllowed);
  });
});

describe('the look-up of a request', () => {
  const resolving =
    (...addresses: string[]): NonNullable<Parameters<typeof guardedLookup>[2]> =>
    (_host, _options, callback) =>
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
  const lookUp = (all: boolean, ...addresses: string[]) =>
    new Promise((resolve, reject) => {
      guardedLookup(TO, [], resolving(...addresses))('hooks.example', { all }, (error, found) =>
        error ? reject(error) : resolve(found),
      );
    });

  test('gives the socket public addresses only', async () => {
    await expect(lookUp(true, '10.0.0.1', '8.8.8.8')).resolves.toEqual([{ address: '8.8.8.8', family: 4 }]);
    await expect(lookUp(false, '::1', '8.8.8.8')).resolves.toBe('8.8.8.8');
  });

  test('refuses a name that leads inside, and one that leads nowhere', async () => {
    await expect(lookUp(true, '10.0.0.1', '::1')).rejects.toThrow(AddressRefused);
    await expect(lookUp(true)).rejects.toThrow('no address');
  });
});

describe('a request', () => {
  const post = (url: string, allowHosts: string[] = []) =>
    postJson({ url, body: '{}' }, { allowHosts, secrets: [], now: () => NOW, timeoutMs: 120_000 });

  test.each(['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '0177.0.0.1', '[::ffff:127.0.0.1]', '0', 'LOCALHOST'])(
    'to %s never leaves',
    async (host) => {
      const receiver = await openReceiver();
      const outcome = await post(`http://user:sesame@${host}:${receiver.port}/secret-path?key=secret-value`);
      await receiver.close();
      expect(outcome.kind).toBe('rejected');
      const { reason } = outcome as { reason: string };
      expect(reason).toMatch(/^address refused: .* is (loopback|unspecified); add the host to CHANNEL_ALLOW_HOSTS$/);
      expect(reason).not.toMatch(/secret|sesame|user/);
      expect(receiver.received).toEqual([]);
    },
  );

  test.each(['localhost', '127.0.0.0/8', '127.0.0.1'])('to localhost leaves where the list has %s', async (entry) => {
    const receiver = await openReceiver();
    expect(await post(`http://localhost:${receiver.port}/`, [entry])).toEqual({ kind: 'sent' });
    await receiver.close();
  });

  test.each(['ftp://example.com/', 'file:///etc/passwd', 'not a url', '', 'data:text/plain,x'])(
    'to %s is refused',
    async (url) => {
      expect(await post(url)).toEqual({ kind: 'rejected', reason: 'the address is not an http or https URL' });
    },
  );
});
