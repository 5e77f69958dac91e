/**
 * The library: comparing tables and profiles without a service. Importing it starts nothing.
 */
export type { DetectDriftBody, DetectOptions, FeatureBody, FindingBody } from './dataset/detect-drift.ts';
export { type DetectorOptions, DriftDetector, detectDrift, type Row } from './dataset/drift-detector.ts';
export { type ProfileOptions, profileOf } from './dataset/profile-of.ts';
export { type Comparison, compareProfiles } from './drift/compare.ts';
export type { DriftTest, FeaturePair, TestResult } from './drift/drift-test.ts';
export type { Finding, Verdict } from './drift/finding.ts';
export type { CompareSettings } from './drift/settings.ts';
export type { TestName } from './drift/test-name.ts';
export { DRIFT_TESTS as tests } from './drift/test-table.ts';
export { AppError } from './errors.ts';
export type { Profile } from './profile/profile.ts';
