import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Evaluation } from '../../../src/core/evaluation/evaluation.ts';
import { buildMessage, lengthOf, type MessageContext } from '../../../src/core/incident/build-message.ts';
import type { Incident, LastNotification } from '../../../src/core/incident/incident.ts';
import { titleOf } from '../../../src/core/incident/message.ts';
import type { Severity } from '../../../src/core/incident/severity.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/core/time/window.ts';
import { calm, evaluationOf, WINDOW } from './evaluations.ts';
import { endOf, failing, START, word } from './signals.ts';

const NOW = START + 2 * HOUR_MS;
const EVALUATED = evaluationOf({ amount_ks: calm('amount') });

function incidentOf(severity: Severity, ...checks: string[]): Incident {
  return { ...endOf(word('ff')), severity, failing: checks.map((check) => failing(check, severity)), steady: checks };
}

const INCIDENT = incidentOf('warning', 'a_ks');

function notificationOf(incident: Incident, changed: Partial<LastNotification> = {}): LastNotification {
  const checks = incident.failing.map(({ check }) => check);
  return { atMs: NOW - HOUR_MS, state: 'firing', severity: incident.severity, checks, channels: ['slack'], ...changed };
}

function messageOf(changed: Partial<MessageContext> = {}) {
  return buildMessage({
    id: 'm1',
    reason: 'opened',
    incidentId: 7,
    url: 'https://p.example/incidents/7',
    monitor: 'hourly',
    service: 'payments_api',
    endpoint: 'POST /pay',
    labels: { team: 'pay' },
    links: {},
    incident: INCIDENT,
    lastNotification: undefined,
    acknowledgedBy: null,
    evaluated: EVALUATED,
    nowMs: NOW,
    ...changed,
  });
}

describe('buildMessage', () => {
  it('says what it is about', () => {
    expect(messageOf()).toEqual({
      id: 'm1',
      reason: 'opened',
      state: 'firing',
      severity: 'warning',
      condition: 'drift',
      incident: { id: 7, url: 'https://p.example/incidents/7' },
      monitor: 'hourly',
      service: 'payments_api',
      endpoint: 'POST /pay',
      labels: { team: 'pay' },
      links: {},
      startedAt: '2026-05-04T12:00:00.000Z',
      at: '2026-05-04T14:00:00.000Z',
      resolvedAt: null,
      window: { start: '2026-05-04T11:00:00.000Z', end: '2026-05-04T12:00:00.000Z', samples: 500 },
      reference: 'baseline payments of 2026-03-01',
      findings: [
        { check: 'a_ks', kind: 'drift', feature: 'f.a_ks', text: 'a_ks fails', severity: 'warning', isNew: false },
      ],
      changes: [],
    });
  });

  it('names what it was compared with', () => {
    const windows = Array.from({ length: 4 }, () => WINDOW);
    const of = (reference: Omit<Evaluation['reference'], 'baseline'>) =>
      messageOf({ evaluated: { ...EVALUATED, reference: { ...reference, baseline: null } } }).reference;
    expect(of({ kind: 'previous_window', windows: windows.slice(3) })).toBe('the window before');
    expect(of({ kind: 'same_hours', windows })).toBe('the same hours of 4 earlier weeks');
  });

  it('without a report has the span of the incident', () => {
    expect(messageOf({ evaluated: undefined })).toMatchObject({
      window: { start: '2026-05-04T12:00:00.000Z', end: '2026-05-04T12:20:00.000Z', samples: 0 },
      reference: 'its reference',
    });
  });

  it('silence is a condition of its own', () => {
    const silence = { ...failing('no_data', 'warning'), feature: null };
    const message = messageOf({ incident: { ...INCIDENT, failing: [silence] } });
    expect(message.condition).toBe('no_data');
    expect(titleOf(message)).toBe('[WARNING] No data on payments_api POST /pay');
  });

  it('one that recovers still fires; one that is resolved says so', () => {
    expect(messageOf({ incident: endOf(word('ffp')) }).state).toBe('firing');
    const message = messageOf({ incident: endOf(word('ffpp')), reason: 'resolved' });
    expect(message).toMatchObject({ state: 'resolved', resolvedAt: '2026-05-04T12:40:00.000Z' });
    expect(titleOf(message)).toBe('[RESOLVED] Drift on payments_api POST /pay');
  });

  it('the end says how long it lasted', () => {
    const incident = endOf(word('ffpp'));
    const message = messageOf({
      incident,
      reason: 'resolved',
      lastNotification: notificationOf(incident),
      nowMs: NOW + DAY_MS,
    });
    expect(message.changes).toEqual(['It lasted 40 min; 2 windows in a row have passed.']);
  });

  it('one window that passed is one window', () => {
    const incident = endOf(word('fp'), { openAfter: 1, closeAfter: 1, dedupWindowMs: HOUR_MS });
    const { changes } = messageOf({ incident, reason: 'resolved', lastNotification: notificationOf(incident) });
    expect(changes.join(' ')).not.toMatch(/\b1 windows/);
  });

  it('one that was resolved by hand does not speak of windows that passed', () => {
    const incident: Incident = { ...INCIDENT, state: 'resolved', resolvedAtMs: NOW, failures: 0 };
    const { changes } = messageOf({ incident, reason: 'resolved', lastNotification: notificationOf(INCIDENT) });
    expect(changes.join(' ')).toContain('It lasted 2 h');
    expect(changes.join(' ')).not.toMatch(/\b0 windows/);
  });

  it('marks what the last message did not have, and names what is gone', () => {
    const incident = incidentOf('warning', 'b_psi', 'a_ks');
    const lastNotification = notificationOf(incidentOf('warning', 'a_ks', 'c_ks'));
    const message = messageOf({ incident, lastNotification, reason: 'new_findings' });
    expect(message.findings.map(({ check, isNew }) => [check, isNew])).toEqual([
      ['b_psi', true],
      ['a_ks', false],
    ]);
    expect(message.changes).toEqual(['New: b_psi.', 'No longer failing: c_ks.']);
  });

  it('a finding that raises the severity is new at once, though it failed in one window only', () => {
    const incident = { ...incidentOf('critical', 'b_psi', 'a_ks'), steady: ['a_ks'] };
    const message = messageOf({ incident, lastNotification: notificationOf(INCIDENT), reason: 'severity_raised' });
    expect(message.findings).toMatchObject([
      { check: 'b_psi', isNew: true },
      { check: 'a_ks', isNew: false },
    ]);
    expect(message.changes).toEqual(['Severity warning → critical.', 'New: b_psi.']);
  });

  it('speaks of a severity that rose, of a reminder, and of who looks after it', () => {
    const lastNotification = notificationOf(INCIDENT);
    const worse = messageOf({
      incident: incidentOf('critical', 'a_ks'),
      lastNotification,
      reason: 'severity_raised',
      acknowledgedBy: 'Ada',
    });
    expect(worse.changes).toEqual(['Severity warning → critical.', 'Acknowledged by Ada.']);
    expect(messageOf({ lastNotification, reason: 'repeat_interval' }).changes).toEqual(['Still open after 2 h.']);
  });

  it('says how long after its end it is back', () => {
    const lastNotification = notificationOf(incidentOf('warning', 'a_ks', 'gone_ks'), {
      state: 'resolved',
      atMs: NOW - 25 * MINUTE_MS,
    });
    expect(messageOf({ lastNotification, reason: 'reopened' }).changes).toEqual([
      'It is back, 25 min after it was resolved.',
    ]);
  });

  it('lists 25 findings and 8 names, and counts the others', () => {
    const checks = Array.from({ length: 40 }, (_, i) => `c${i}_ks`);
    const message = messageOf({
      incident: incidentOf('warning', ...checks),
      lastNotification: notificationOf(INCIDENT),
      reason: 'new_findings',
    });
    expect(message.findings.map(({ check }) => check)).toEqual(checks.slice(0, 25));
    expect(message.changes[0]).toBe(`New: ${checks.slice(0, 8).join(', ')} and 32 more.`);
  });

  it('leaves every text as it is: channels escape it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('<!channel>', '*b*', '</script>', '\r\nBcc: x', '👩‍🚀'),
        fc.string(),
        (evil, text) => {
          const all = `${evil}${text}`;
          const message = messageOf({ service: all, endpoint: all, monitor: all, labels: { [evil]: all } });
          expect(message).toMatchObject({ service: all, endpoint: all, monitor: all, labels: { [evil]: all } });
          expect(titleOf(message)).toBe(`[WARNING] Drift on ${all} ${all}`);
        },
      ),
    );
  });

  it('waits in the outbox as it is', () => {
    const message = messageOf({
      lastNotification: notificationOf(incidentOf('info', 'z_ks')),
      reason: 'repeat_interval',
    });
    expect(JSON.parse(JSON.stringify(message))).toEqual(message);
  });
});

describe('titleOf', () => {
  it('says when it is a test, and when nothing could be compared', () => {
    expect(titleOf(messageOf({ reason: 'test' }))).toBe('[WARNING] Test: Drift on payments_api POST /pay');
    const message = messageOf({ incident: incidentOf('info', 'not_evaluated') });
    expect(titleOf(message)).toBe('[INFO] Not evaluated on payments_api POST /pay');
  });
});

describe('lengthOf', () => {
  it.each([
    [0, '1 min'],
    [59_000, '1 min'],
    [90_000, '2 min'],
    [HOUR_MS - 1, '1 h'],
    [5_400_000, '1 h 30 min'],
    [DAY_MS - 1, '1 d'],
    [DAY_MS + 20 * MINUTE_MS, '1 d'],
    [DAY_MS + 2 * HOUR_MS + 20 * MINUTE_MS, '1 d 2 h'],
  ])('%s ms is %s', (ms, text) => expect(lengthOf(ms)).toBe(text));

  it('is never empty, nor an hour off', () => {
    fc.assert(
      fc.property(fc.nat(40 * DAY_MS), (ms) => {
        const [, d = 0, h = 0, m = 0] = /^(?:(\d+) d ?)?(?:(\d+) h ?)?(?:(\d+) min)?$/.exec(lengthOf(ms)) ?? [];
        const read = Number(d) * DAY_MS + Number(h) * HOUR_MS + Number(m) * MINUTE_MS;
        expect(read).toBeGreaterThan(0);
        expect(Math.abs(read - ms)).toBeLessThan(ms < DAY_MS - MINUTE_MS ? MINUTE_MS + 1 : HOUR_MS);
      }),
    );
  });
});

describe('titleOf', () => {
  it('says that a service level is broken before it says that something drifts', () => {
    const { failing } = endOf(word('ff'));
    const level = {
      check: 'success_rate',
      feature: null,
      text: 'success rate 91 %',
      severity: 'critical',
      strength: 9,
    } as const;
    const incident = { ...endOf(word('ff')), failing: [level, ...failing] };
    expect(titleOf(messageOf({ incident }))).toMatch(/^\[[A-Z]+\] Service level broken on /);
    expect(titleOf(messageOf({ incident: endOf(word('ff')) }))).toMatch(/^\[[A-Z]+\] Drift on /);
  });
});
