import { GateConfig } from '../../core/model/gate-config.ts';
import type { Form } from './arm-artifact.ts';

/** Where one program of a form is measured, and what its size is called. */
const BY_FORM: Readonly<Record<Form, { readonly cell: { runner: string; variants?: string[] }; readonly size: string }>> = {
  binary: { cell: { runner: 'process' }, size: 'artifact_bytes_binary' },
  wasm: { cell: { runner: 'wasmtime' }, size: 'artifact_bytes_wasm' },
  image: { cell: { runner: 'container', variants: ['runc-image'] }, size: 'image_bytes_compressed' },
};

/** What two artifacts are judged by where there is no gates.yaml; they come from --base and --head. */
export function builtInGates(form: Form): GateConfig {
  const { cell, size } = BY_FORM[form];
  return GateConfig.parse({
    version: 1,
    programs: [{ id: 'program' }],
    cells: [cell],
    gates: [
      { id: 'cold-start', select: { metric: 'cold_start' }, maxRegression: '10%' },
      { id: 'cpu-time', select: { metric: 'cpu_time' }, maxRegression: '10%' },
      { id: 'size', select: { metric: size }, maxRegression: '1%', level: 'warn' },
    ],
  });
}
