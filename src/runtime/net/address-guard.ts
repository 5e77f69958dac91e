import { type LookupAddress, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Where a request is to go, as its URL says: the host is a name or a literal address without brackets. */
export interface Destination {
  readonly host: string;
  readonly port: number;
}

export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

type ResolveAll = (
  hostname: string,
  options: { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** What is wrong with connecting there; undefined when nothing is. */
export function explainRefusal(address: string, to: Destination, allowHosts: readonly string[]): string | undefined {
  const reached = unwrapIPv4(ipaddr.parse(address));
  const range = reached.range();
  if (range === 'unicast' || allowHosts.some((entry) => matchesEntry(entry, reached, to))) return undefined;
  return `address refused: ${to.host} is ${range}; add the host to CHANNEL_ALLOW_HOSTS`;
}

/**
 * Checks the very addresses that the socket then connects to: a name that is checked before the request may resolve to
 * another address within it (DNS rebinding).
 */
export function guardedLookup(
  to: Destination,
  allowHosts: readonly string[],
  resolve: ResolveAll = lookup,
): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const refusals = addresses.map(({ address }) => explainRefusal(address, to, allowHosts));
      const allowed = addresses.filter((_, i) => refusals[i] === undefined);
      const first = allowed[0];
      if (first === undefined) return callback(new AddressRefused(refusals[0] ?? 'the host has no address'), '', 0);
      if (options.all) return callback(null, allowed);
      return callback(null, first.address, first.family);
    });
  };
}

/** Routers and the kernel unwrap these forms, so what they carry is what is reached. */
function unwrapIPv4(address: Address): Address {
  if (address.kind() === 'ipv4') return address;
  const { parts } = address as ipaddr.IPv6;
  const bytes = address.toByteArray();
  const leading = parts.slice(0, 6);
  const tail = new ipaddr.IPv4(bytes.slice(12));
  const isWellKnownNat64 = leading.join() === [0x64, 0xff9b, 0, 0, 0, 0].join();
  const isCompatible = leading.every((part) => part === 0) && parts[6] !== 0;
  if (address.range() === 'ipv4Mapped' || isWellKnownNat64 || isCompatible) return tail;
  return address.range() === '6to4' ? new ipaddr.IPv4(bytes.slice(2, 6)) : address;
}

/** An entry is a host name, `host:port`, an address or a CIDR. */
function matchesEntry(entry: string, reached: Address, to: Destination): boolean {
  if (ipaddr.isValidCIDR(entry)) {
    const [network, bits] = ipaddr.parseCIDR(entry);
    return network.kind() === reached.kind() && reached.match(network, bits);
  }
  const { host, port } = splitEntry(entry);
  if (port !== undefined && port !== to.port) return false;
  if (isIP(host) !== 0) return unwrapIPv4(ipaddr.parse(host)).toString() === reached.toString();
  return normalizeHost(host) === normalizeHost(to.host);
}

function splitEntry(entry: string): { host: string; port?: number } {
  const match = isIP(entry) === 0 ? /^(.+):(\d+)$/.exec(entry) : null;
  const host = (match?.[1] ?? entry).replace(/^\[(.*)\]$/, '$1');
  return match ? { host, port: Number(match[2]) } : { host };
}

function normalizeHost(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}
