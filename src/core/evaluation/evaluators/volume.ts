import { VOLUME_NAME, type VolumeCheck } from '../../drift/check.ts';
import type { Evaluator } from './evaluator.ts';

/** Whether anything came in: a stream that is silent has neither drift nor failures, and is not well. */
export const evaluateVolume: Evaluator<'volume'> = ({ current }) => [volumeOf(current.events)];

function volumeOf(events: number): VolumeCheck {
  const isEmpty = events === 0;
  return {
    name: VOLUME_NAME,
    kind: 'volume',
    subject: null,
    method: 'events',
    verdict: isEmpty ? 'fail' : 'ok',
    statistic: events,
    effect: null,
    floor: null,
    resolution: 0,
    pValue: null,
    pAdjusted: null,
    law: 'none',
    nReference: null,
    nCurrent: events,
    at: null,
    direction: isEmpty ? 'lower' : null,
    shift: null,
    strength: 1,
    isEvident: isEmpty,
    reason: null,
    details: {},
  };
}
