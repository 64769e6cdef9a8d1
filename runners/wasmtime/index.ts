import { isFound } from '../../core/model/context.ts';
import type { Availability, Runner } from '../runner.ts';
import { WasmtimeSession } from './session.ts';
import { VARIANTS } from './variants.ts';

/** wasmtime embedded as a library (native/wasm-host): instances inside one live host process. */
const runner: Runner = {
  id: 'wasmtime',
  title: 'wasmtime, in process',
  isolation: 'wasm-sandbox',
  capabilities: { activities: ['run', 'hold', 'loop', 'place'], consumes: ['wasm'] },
  variants: VARIANTS,
  detect: async ({ toolbox }) => {
    const { wasmHost } = toolbox;
    const availability: Availability = isFound(wasmHost)
      ? { available: true, version: wasmHost.version, evidence: wasmHost.path }
      : { available: false, reason: wasmHost.missing, remedy: wasmHost.remedy };
    return Object.fromEntries(VARIANTS.map(({ id }) => [id, availability]));
  },
  open: async (context) => new WasmtimeSession(context),
  // The host process sets PR_SET_PDEATHSIG: it cannot outlive the suite.
  sweep: async () => [],
};
export default runner;
