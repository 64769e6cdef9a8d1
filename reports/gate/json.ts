import { GateReport } from '../../core/model/gate-report.ts';

/** The report itself: keys in the order of the model, facts by name, so that two files differ only where the runs do. */
export function gateJson(report: GateReport): string {
  const { host, ...rest } = GateReport.parse(report);
  const facts = Object.fromEntries(Object.entries(host.facts).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify(GateReport.parse({ ...rest, host: { ...host, facts } }), null, 2)}\n`;
}
