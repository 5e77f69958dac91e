import { describe, expect, it } from 'vitest';
import { linksOf, webLink } from '../../../src/core/incident/links.ts';

describe('linksOf', () => {
  it('takes the settings, else the labels of that name', () => {
    const labels = { runbook_url: 'https://label.example/r', dashboard_url: 'http://label.example/d', team: 'pay' };
    expect(linksOf({ runbook_url: 'https://wiki.example/r' }, labels)).toEqual({
      runbook_url: 'https://wiki.example/r',
      dashboard_url: 'http://label.example/d',
    });
    expect(linksOf({}, { team: 'pay' })).toEqual({});
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'wiki', '//wiki.example', ''])(
    'leaves out a label that leads elsewhere: %s',
    (url) => {
      expect(linksOf({}, { runbook_url: url, dashboard_url: url })).toEqual({});
    },
  );
});

it('an address cannot end the link that it stands in', () => {
  expect(webLink('https://a.example/<b>|c?d=<e>#<f>"')).toBe('https://a.example/%3Cb%3E%7Cc?d=%3Ce%3E#%3Cf%3E%22');
});
