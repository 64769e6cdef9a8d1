import type { EnergyReport, Impact, UnitEnergy } from '../../core/model/energy.ts';

/** Whether the meter cannot tell what one unit takes above idle from nothing; then no figure may be published, only what it is less than. */
export function isBelowLimit({ dynamicJ, detectionLimitJ }: UnitEnergy): boolean {
  return dynamicJ !== undefined && detectionLimitJ !== undefined && dynamicJ.central < detectionLimitJ;
}

/** The energy behind an impact: same technology, unit and method. */
export function unitOf({ units }: EnergyReport, impact: Omit<Impact, 'per'>): UnitEnergy | undefined {
  return units.find(
    (row) =>
      row.runner === impact.runner &&
      row.variant === impact.variant &&
      row.workload === impact.workload &&
      row.unit === impact.unit &&
      row.method === impact.method,
  );
}
