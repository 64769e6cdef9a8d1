import { EXIT_CODES } from '../../core/model/error.ts';
import type { Command } from '../bench.ts';
import { prepare } from '../compose/prepare.ts';

export const command: Command = {
  options: { only: { type: 'string' }, yes: { type: 'boolean' }, for: { type: 'string' } },
  async run({ values }, io) {
    const only = typeof values['only'] === 'string' ? values['only'].split(',').map((step) => step.trim()) : undefined;
    const report = await prepare('bench', { yes: values['yes'] === true, only }, io);
    if (io.json) io.data(JSON.stringify(report, undefined, 2));
    return report.steps.some((step) => step.status === 'failed') ? EXIT_CODES.hostUnfit : EXIT_CODES.ok;
  },
};
