/** What a monitor leads to, as settings and as labels spell it, and how people read it. */
export const LINKS = { runbook_url: 'Runbook', dashboard_url: 'Dashboard' } as const;
export type LinkName = keyof typeof LINKS;
export const LINK_NAMES = Object.keys(LINKS) as LinkName[];

export type Links = { readonly [Name in LinkName]?: string | undefined };

/**
 * The links of an incident: the monitor's settings, else its labels of that name. What is not http or https is left out: anybody may have
 * written a label.
 *
 * @example linksOf({ runbook_url: 'https://wiki.example/pay' }, {}) // { runbook_url: 'https://wiki.example/pay' }
 */
export function linksOf(settings: Links, labels: Readonly<Record<string, string>>): Links {
  const found = LINK_NAMES.map((name) => [name, webLink(settings[name] ?? labels[name] ?? null)] as const);
  return Object.fromEntries(found.filter(([, href]) => href !== undefined));
}

/** An address as it may stand in a message; undefined where it is not http or https. */
export function webLink(url: string | null): string | undefined {
  if (url === null || !URL.canParse(url)) return undefined;
  const { protocol, href } = new URL(url);
  return protocol === 'https:' || protocol === 'http:' ? href.replaceAll('|', '%7C') : undefined;
}
