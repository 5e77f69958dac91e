/** Shorter parts of a path are words such as `api`, which an answer may well use. */
const SHORTEST_SECRET_SEGMENT = 8;

/** The addresses of hooks are keys, and servers like to quote them: `Cannot POST /services/T0/B0/XXXX`. */
export function secretsOf(url: URL, headers: Readonly<Record<string, string>>): string[] {
  const segments = url.pathname.split('/').filter((segment) => segment.length >= SHORTEST_SECRET_SEGMENT);
  const path = url.pathname === '/' ? [] : [url.pathname, `${url.pathname}${url.search}`];
  const found = [url.href, ...path, ...segments, url.search, ...url.searchParams.values(), url.username, url.password];
  const login = Buffer.from(`${decodeLeniently(url.username)}:${decodeLeniently(url.password)}`).toString('base64');
  return [...found, ...found.map(decodeLeniently), login, ...Object.values(headers)];
}

function decodeLeniently(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
