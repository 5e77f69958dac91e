/**
 * The library: comparing tables and profiles without a service. Importing it starts nothing.
 */

export type { Check, DriftCheck, Verdict } from './core/drift/check.ts';
export { type Comparison, compareProfiles } from './core/drift/compare.ts';
export type { DriftTest, FeaturePair, TestResult } from './core/drift/drift-test.ts';
export type { CompareSettings } from './core/drift/settings.ts';
export type { TestName } from './core/drift/test-name.ts';
export { DRIFT_TESTS as tests } from './core/drift/test-table.ts';
export { AppError } from './core/errors.ts';
export type { Profile } from './core/profile/profile.ts';
export type { DetectDriftBody, FeatureBody, FindingBody } from './services/datasets/detect-drift.ts';
export type { DetectOptions } from './services/datasets/detect-settings.ts';
export { type DetectorOptions, DriftDetector, detectDrift, type Row } from './services/datasets/drift-detector.ts';
export { type ProfileOptions, profileOf } from './services/datasets/profile-of.ts';
