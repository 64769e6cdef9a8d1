import { execa } from 'execa';
import { isFound, type Tool } from '../../core/model/context.ts';
import { readBundle } from '../engine/bundle.ts';

/** The Wasm engines an OCI runtime was built with, as its `--version` lists them (`+WASM:wasmedge`); undefined where it does not say. */
export function wasmHandlers(versionText: string): readonly string[] | undefined {
  const features = versionText.split('\n').find((line) => line.startsWith('+'));
  return features?.split(/\s+/).flatMap((feature) => (feature.startsWith('+WASM:') ? feature.slice('+WASM:'.length).split(',') : []));
}

/** The host’s own crun asked for its handlers. @returns undefined where there is none on PATH or it does not say */
export async function handlersOfHostCrun(): Promise<readonly string[] | undefined> {
  const asked = await execa('crun', ['--version'], { reject: false });
  return asked.exitCode === 0 ? wasmHandlers(asked.stdout) : undefined;
}

/** Versions of crun and its Wasm engine in the private engine’s bundle, in words. */
export async function bundledCrun(privateEngine: Tool): Promise<string> {
  if (!isFound(privateEngine)) return '';
  const { versions } = await readBundle(privateEngine);
  return `crun ${versions['crun'] ?? 'unknown'} with WasmEdge ${versions['libwasmedge0'] ?? 'unknown'}`;
}
