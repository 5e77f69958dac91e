import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Incident, LastNotification, Triage } from '../../../src/core/incident/incident.ts';
import {
  DEFAULT_NOTIFICATION_POLICY,
  decideAlert,
  decideNotification,
  type NotificationPolicy,
  newChecks,
  nextNotificationAt,
} from '../../../src/core/incident/notification-policy.ts';
import type { Severity } from '../../../src/core/incident/severity.ts';
import type { QuietHours } from '../../../src/core/time/quiet-hours.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/core/time/window.ts';
import { type Happening, minutes, type Notifier, play } from './notifier.ts';
import { endOf, failing, rulesArb, START, signalsArb, word } from './signals.ts';

const NIGHT: QuietHours = { from: '22:00', to: '07:00', zone: 'Europe/Berlin' };

/** START lies at 14:00 in Berlin, which is at UTC+2 all this month. */
function isNight(ms: number): boolean {
  const hour = new Date(ms + 2 * HOUR_MS).getUTCHours();
  return hour >= 22 || hour < 7;
}

const policyArb: fc.Arbitrary<NotificationPolicy> = fc.record({
  repeatIntervalMs: fc.integer({ min: 10, max: 300 }).map(minutes),
  updateIntervalMs: fc.integer({ min: 1, max: 60 }).map(minutes),
  quietHours: fc.constantFrom(undefined, NIGHT),
});

const deedArb = fc.record({
  minute: fc.integer({ min: 0, max: 300 }),
  what: fc.constantFrom('acknowledge', 'unacknowledge', 'silence', 'silence', 'unsilence'),
  length: fc.integer({ min: 1, max: 200 }),
});

/** Windows, and what people do meanwhile, from some hour of the day on. */
const lifeArb = fc
  .tuple(signalsArb, fc.array(deedArb, { maxLength: 12, size: 'max' }), fc.integer({ min: 0, max: 23 }))
  .map(([signals, deeds, hour]) => {
    const fromMs = hour * HOUR_MS;
    const seen = signals
      .map((each): Happening => ({ atMs: each.slotMs + fromMs, signal: { ...each, slotMs: each.slotMs + fromMs } }))
      .sort((a, b) => a.atMs - b.atMs);
    const done = deeds.map(({ minute, what, length }): Happening => {
      const atMs = START + fromMs + minutes(minute);
      if (what === 'silence') return { atMs, silenceMs: minutes(length) };
      if (what === 'unsilence') return { atMs, silenceMs: null };
      return { atMs, isAcknowledged: what === 'acknowledge' };
    });
    return [...seen, ...done].sort((a, b) => a.atMs - b.atMs);
  });

const UNTIL = START + 4 * DAY_MS;

function forAllLives(
  check: (notifiers: Notifier[], notificationPolicy: NotificationPolicy, cleared: Notifier[]) => void,
): void {
  fc.assert(
    fc.property(lifeArb, rulesArb, policyArb, (life, stepRules, notificationPolicy) => {
      const { notifiers, cleared } = play(life, { step: stepRules, notificationPolicy }, UNTIL);
      check(notifiers, notificationPolicy, cleared);
    }),
    { numRuns: 300 },
  );
}

describe('a life of an incident', () => {
  it('nobody is notified of the same twice within the repeat interval', () => {
    forAllLives((notifiers, { repeatIntervalMs }) => {
      for (const { sent } of notifiers) {
        for (const { atMs, state, severity, checks, before } of sent) {
          if (before === undefined || atMs - before.atMs >= repeatIntervalMs) continue;
          const [end, isWorse] = [state === 'resolved' ? 'resolved' : 'firing', severity !== before.severity];
          expect(end !== before.state || isWorse || checks.some((check) => !before.checks.includes(check))).toBe(true);
        }
      }
    });
  });

  it('first it is opened, then resolved once, and only then may it be reopened', () => {
    forAllLives((notifiers) => {
      for (const { sent } of notifiers) {
        expect(sent.map(({ reason }) => reason).indexOf('opened')).toBe(sent.length === 0 ? -1 : 0);
        const turns = sent.map(({ reason }) => reason).filter((reason) => /opened|resolved/.test(reason));
        turns.forEach((turn, i) => {
          expect(turn).toBe(i % 2 === 1 ? 'resolved' : i === 0 ? 'opened' : 'reopened');
        });
        for (const { reason, state } of sent) expect(reason === 'resolved').toBe(state === 'resolved');
      }
    });
  });

  it('in the end people know how it stands, and never hear of what came and went', () => {
    forAllLives((notifiers, _, cleared) => {
      for (const { incident, sent, lastNotification } of notifiers) {
        if (incident.state === 'pending') continue;
        if (incident.state === 'resolved') {
          expect(lastNotification?.state).not.toBe('firing');
          continue;
        }
        expect(lastNotification?.state).toBe('firing');
        if (incident.state !== 'firing') continue;
        expect(newChecks(incident, lastNotification ?? null)).toEqual([]);
        expect(sent.length).toBeGreaterThan(0);
      }
      for (const { sent } of cleared) expect(sent).toEqual([]);
    });
  });

  it('nobody is notified while it is silenced, nor at night of what can wait', () => {
    forAllLives((notifiers, { quietHours }) => {
      for (const { atMs, severity, triage } of notifiers.flatMap(({ sent }) => sent)) {
        expect(triage.silencedUntilMs ?? 0).toBeLessThanOrEqual(atMs);
        if (quietHours !== undefined && severity !== 'critical') expect(isNight(atMs)).toBe(false);
      }
    });
  });

  it('reminders keep their interval and stop once it is acknowledged; new findings keep theirs', () => {
    forAllLives((notifiers, { repeatIntervalMs, updateIntervalMs }) => {
      for (const { reason, atMs, before, checks, triage } of notifiers.flatMap(({ sent }) => sent)) {
        const ageMs = atMs - (before?.atMs ?? 0);
        if (reason === 'repeat_interval') {
          expect(triage.acknowledgedAtMs).toBeNull();
          expect(ageMs).toBeGreaterThanOrEqual(repeatIntervalMs);
        }
        if (reason !== 'new_findings') continue;
        expect(ageMs).toBeGreaterThanOrEqual(updateIntervalMs);
        expect(checks.every((check) => before?.checks.includes(check))).toBe(false);
      }
    });
  });

  it('is asked of again neither too early, in the past, nor too late', () => {
    forAllLives((notifiers, _, cleared) => {
      for (const { pastAsks, missed } of [...notifiers, ...cleared]) {
        expect(pastAsks).toEqual([]);
        expect(missed).toEqual([]);
      }
    });
  });

  it('people get the same, whether receivers keep state or not', () => {
    fc.assert(
      fc.property(lifeArb, rulesArb, policyArb, (life, stepRules, notificationPolicy) => {
        const rules = { step: stepRules, notificationPolicy };
        const heard = (hasReceivers: boolean) =>
          play(life, rules, UNTIL, hasReceivers).notifiers.map(({ sent }) =>
            sent.map(({ reason, atMs, severity, checks }) => ({ reason, atMs, severity, checks })),
          );
        expect(heard(true)).toEqual(heard(false));
      }),
      { numRuns: 300 },
    );
  });

  it('an alert that a receiver keeps ends with its incident, silenced or not, and opens again only when people may be disturbed', () => {
    forAllLives((notifiers, { quietHours }) => {
      for (const { incident, lastNotification, alerts } of notifiers) {
        if (lastNotification !== undefined && incident.state !== 'pending') {
          expect(lastNotification.alert?.state).toBe(incident.state === 'resolved' ? 'resolved' : 'firing');
        }
        const turns = alerts.filter(({ reason }) => reason !== 'acknowledged');
        turns.forEach(({ state }, i) => {
          expect(state === 'resolved').toBe(i % 2 === 1);
        });
        for (const { atMs, state, severity, triage, reason } of alerts) {
          if (state === 'resolved' || reason === 'acknowledged') continue;
          expect(triage.silencedUntilMs ?? 0).toBeLessThanOrEqual(atMs);
          if (quietHours !== undefined && severity !== 'critical') expect(isNight(atMs)).toBe(false);
        }
      }
    });
  });

  it('a receiver that keeps state hears of each acknowledgement once, also while it is silenced', () => {
    let silenced = 0;
    forAllLives((notifiers) => {
      for (const { alerts, incident, triage, lastNotification } of notifiers) {
        const heard = alerts.filter(({ reason }) => reason === 'acknowledged');
        const moments = heard.map(({ triage: { acknowledgedAtMs } }) => acknowledgedAtMs);
        expect(new Set(moments).size).toBe(moments.length);
        silenced += heard.filter(({ atMs, triage: { silencedUntilMs } }) => (silencedUntilMs ?? 0) > atMs).length;
        if (incident.state !== 'firing' || triage.acknowledgedAtMs === null) continue;
        expect(lastNotification?.alert?.acknowledgedAtMs).toBe(triage.acknowledgedAtMs);
      }
    });
    expect(silenced).toBeGreaterThan(0);
  });

  it('each reason to notify occurs', () => {
    const reasons = new Set<string>();
    forAllLives((notifiers) => {
      for (const { reason } of notifiers.flatMap(({ sent }) => sent)) reasons.add(reason);
    });
    expect([...reasons].sort()).toEqual([
      'new_findings',
      'opened',
      'reopened',
      'repeat_interval',
      'resolved',
      'severity_raised',
    ]);
  });
});

const FIRING = endOf(word('ff'));
const RECOVERING = endOf(word('ffp'));
const RESOLVED = endOf(word('ffpp'));
const PENDING = endOf(word('f'));
const NOBODY: Triage = { acknowledgedAtMs: null, silencedUntilMs: null };
const NOW = START + HOUR_MS;
const RULES: NotificationPolicy = {
  ...DEFAULT_NOTIFICATION_POLICY,
  repeatIntervalMs: 4 * HOUR_MS,
  updateIntervalMs: 15 * MINUTE_MS,
};

function notificationOf(
  incident: Incident,
  minutesAgo: number,
  changed: Partial<LastNotification> = {},
): LastNotification {
  const state = incident.state === 'resolved' ? 'resolved' : 'firing';
  const checks = incident.failing.map(({ check }) => check);
  const base: LastNotification = {
    atMs: NOW - minutes(minutesAgo),
    state,
    severity: incident.severity,
    checks,
    channels: ['slack'],
  };
  return { ...base, ...changed };
}

const as = (severity: Severity, ...checks: string[]): Incident => {
  return { ...FIRING, severity, failing: checks.map((check) => failing(check, severity)), steady: checks };
};

describe('decideNotification', () => {
  it.each([
    ['a pending one', PENDING, undefined, 'not_open'],
    ['one that fires', FIRING, undefined, 'opened'],
    ['one that recovers, untold until now', RECOVERING, undefined, 'opened'],
    ['one that recovers', RECOVERING, notificationOf(FIRING, 600), 'nothing_new'],
    ['one that came and went untold', RESOLVED, undefined, 'never_notified'],
    ['one that is over', RESOLVED, notificationOf(FIRING, 1), 'resolved'],
    ['one whose end was sent', RESOLVED, notificationOf(RESOLVED, 600), 'nothing_new'],
    ['one that is back', FIRING, notificationOf(RESOLVED, 1), 'reopened'],
    ['a worse one', as('critical', 'a_ks'), notificationOf(FIRING, 1), 'severity_raised'],
    ['a milder one', as('info', 'a_ks'), notificationOf(FIRING, 1), 'nothing_new'],
    ['new findings, just after a message', as('warning', 'a_ks', 'b_ks'), notificationOf(FIRING, 14), 'too_soon'],
    ['new findings', as('warning', 'a_ks', 'b_ks'), notificationOf(FIRING, 15), 'new_findings'],
    ['fewer findings', as('warning', 'a_ks'), notificationOf(as('warning', 'a_ks', 'b_ks'), 100), 'nothing_new'],
    ['the same, a while ago', FIRING, notificationOf(FIRING, 239), 'nothing_new'],
    ['the same, long ago', FIRING, notificationOf(FIRING, 240), 'repeat_interval'],
  ] as const)('%s', (_, incident, lastNotification, reason) => {
    expect(
      decideNotification(incident, { ...NOBODY, lastNotification: lastNotification ?? null }, RULES, NOW).reason,
    ).toBe(reason);
  });

  it('acknowledged: reminders stop, and nothing else', () => {
    const known = { ...NOBODY, acknowledgedAtMs: NOW - 1 };
    expect(
      decideNotification(FIRING, { ...known, lastNotification: notificationOf(FIRING, 999) }, RULES, NOW).reason,
    ).toBe('acknowledged');
    expect(
      decideNotification(as('critical', 'a_ks'), { ...known, lastNotification: notificationOf(FIRING, 1) }, RULES, NOW)
        .notify,
    ).toBe(true);
    expect(
      decideNotification(as('warning', 'b_ks'), { ...known, lastNotification: notificationOf(FIRING, 99) }, RULES, NOW)
        .notify,
    ).toBe(true);
    expect(
      decideNotification(RESOLVED, { ...known, lastNotification: notificationOf(FIRING, 1) }, RULES, NOW).notify,
    ).toBe(true);
    expect(decideNotification(FIRING, { ...known, lastNotification: null }, RULES, NOW).notify).toBe(true);
    expect(
      nextNotificationAt(FIRING, { ...known, lastNotification: notificationOf(FIRING, 1) }, RULES, NOW),
    ).toBeNull();
  });

  it('a silence ends at its end, and holds for the critical too', () => {
    const until = (silencedUntilMs: number) => ({ ...NOBODY, silencedUntilMs });
    const critical = as('critical', 'a_ks');
    expect(decideNotification(critical, { ...until(NOW + 1), lastNotification: null }, RULES, NOW)).toEqual({
      notify: false,
      reason: 'silenced',
    });
    expect(nextNotificationAt(critical, { ...until(NOW + 1), lastNotification: null }, RULES, NOW)).toBe(NOW + 1);
    expect(decideNotification(critical, { ...until(NOW), lastNotification: null }, RULES, NOW)).toEqual({
      notify: true,
      reason: 'opened',
    });
  });

  it('quiet hours hold back until morning, but not the critical', () => {
    const rules = { ...RULES, quietHours: NIGHT };
    const midnight = Date.UTC(2026, 4, 4, 22);
    expect(decideNotification(FIRING, { ...NOBODY, lastNotification: null }, rules, midnight).reason).toBe(
      'quiet_hours',
    );
    expect(nextNotificationAt(FIRING, { ...NOBODY, lastNotification: null }, rules, midnight)).toBe(
      Date.UTC(2026, 4, 5, 5),
    );
    expect(
      decideNotification(as('critical', 'a_ks'), { ...NOBODY, lastNotification: null }, rules, midnight).notify,
    ).toBe(true);
    expect(
      decideNotification(RESOLVED, { ...NOBODY, lastNotification: notificationOf(FIRING, 1) }, rules, midnight).reason,
    ).toBe('quiet_hours');
  });

  it('a silence that ends at night goes on until morning', () => {
    const rules = { ...RULES, quietHours: NIGHT };
    const [midnight, two] = [Date.UTC(2026, 4, 4, 22), Date.UTC(2026, 4, 5, 0)];
    const silenced = { ...NOBODY, silencedUntilMs: two };
    expect(nextNotificationAt(FIRING, { ...silenced, lastNotification: null }, rules, midnight)).toBe(two);
    expect(nextNotificationAt(FIRING, { ...silenced, lastNotification: null }, rules, two)).toBe(
      Date.UTC(2026, 4, 5, 5),
    );
  });
});

describe('decideAlert', () => {
  const SILENCED: Triage = { acknowledgedAtMs: null, silencedUntilMs: NOW + HOUR_MS };
  const FIRES = { atMs: NOW - HOUR_MS, state: 'firing', acknowledgedAtMs: null } as const;
  const OVER = { ...FIRES, state: 'resolved' } as const;
  const ACKNOWLEDGED = { ...NOBODY, acknowledgedAtMs: NOW - 1 };

  it.each([
    ['the end, while it is silenced', RESOLVED, SILENCED, FIRES, { notify: true, reason: 'resolved' }],
    ['the end, once', RESOLVED, SILENCED, OVER, { notify: false, reason: 'nothing_new' }],
    ['back, while it is silenced', FIRING, SILENCED, OVER, { notify: false, reason: 'silenced' }],
    ['back', FIRING, NOBODY, OVER, { notify: true, reason: 'reopened' }],
    ['acknowledged', FIRING, ACKNOWLEDGED, FIRES, { notify: true, reason: 'acknowledged' }],
    ['acknowledged while it recovers', RECOVERING, ACKNOWLEDGED, FIRES, { notify: true, reason: 'acknowledged' }],
    [
      'acknowledged while it is silenced',
      FIRING,
      { ...SILENCED, acknowledgedAtMs: NOW - 1 },
      FIRES,
      { notify: true, reason: 'acknowledged' },
    ],
    [
      'an acknowledgement that it knows',
      FIRING,
      ACKNOWLEDGED,
      { ...FIRES, acknowledgedAtMs: NOW - 1 },
      { notify: false, reason: 'nothing_new' },
    ],
    ['no receiver keeps state', RESOLVED, SILENCED, undefined, { notify: false, reason: 'never_notified' }],
    ['pending', PENDING, NOBODY, OVER, { notify: false, reason: 'not_open' }],
    ['it fires, and they know', FIRING, NOBODY, FIRES, { notify: false, reason: 'nothing_new' }],
  ] as const)('%s', (_, incident, triage, alert, decision) => {
    const lastNotification = { ...notificationOf(FIRING, 60), alert };
    expect(decideAlert(incident, { ...triage, lastNotification }, RULES, NOW)).toEqual(decision);
  });

  it('the end passes quiet hours too; people hear of it in the morning', () => {
    const rules = { ...RULES, quietHours: NIGHT };
    const midnight = Date.UTC(2026, 4, 4, 22);
    const history = { ...NOBODY, lastNotification: { ...notificationOf(FIRING, 60), alert: FIRES } };
    expect(decideAlert(RESOLVED, history, rules, midnight).notify).toBe(true);
    expect(decideNotification(RESOLVED, history, rules, midnight).notify).toBe(false);
    const after = { ...NOBODY, lastNotification: { ...notificationOf(FIRING, 60), alert: OVER } };
    expect(nextNotificationAt(RESOLVED, after, rules, midnight)).toBe(Date.UTC(2026, 4, 5, 5));
  });

  it('what opens again waits for the end of the silence', () => {
    const history = { ...SILENCED, lastNotification: { ...notificationOf(FIRING, 60), alert: OVER } };
    expect(nextNotificationAt(FIRING, history, RULES, NOW)).toBe(NOW + HOUR_MS);
  });
});

it('a check that failed in one window only is not news yet', () => {
  const once = { ...as('warning', 'a_ks', 'b_ks'), steady: ['a_ks'] };
  expect(newChecks(once, notificationOf(FIRING, 15))).toEqual([]);
  expect(decideNotification(once, { ...NOBODY, lastNotification: notificationOf(FIRING, 15) }, RULES, NOW).reason).toBe(
    'nothing_new',
  );
});

describe('nextNotificationAt', () => {
  it.each([
    ['for the next reminder', FIRING, notificationOf(FIRING, 60), NOW + 3 * HOUR_MS],
    ['when new findings may be sent', as('warning', 'b_ks'), notificationOf(FIRING, 5), NOW + 10 * MINUTE_MS],
    ['never while it recovers', RECOVERING, notificationOf(FIRING, 60), null],
    ['never once it is over', RESOLVED, notificationOf(RESOLVED, 60), null],
    ['never while it is pending', PENDING, undefined, null],
  ] as const)('%s', (_, incident, lastNotification, atMs) => {
    expect(nextNotificationAt(incident, { ...NOBODY, lastNotification: lastNotification ?? null }, RULES, NOW)).toBe(
      atMs,
    );
  });
});
