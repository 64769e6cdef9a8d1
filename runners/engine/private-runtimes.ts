import { isFound, type Toolbox } from '../../core/model/context.ts';

/** A program of ours that the private engine gets in addition to its bundle. */
export interface EngineProgram {
  /** as the daemons see it in /run/bin */
  readonly name: string;
  /** here */
  readonly path: string;
}

type Known = Pick<Toolbox, 'shim' | 'youki'>;

/** What preparation has built for the private engine. */
export function enginePrograms({ shim, youki }: Known): readonly EngineProgram[] {
  return [
    ...(isFound(shim) ? [{ name: SHIM_PROGRAM, path: shim.path }] : []),
    ...(isFound(youki) ? [{ name: 'youki', path: youki.path }] : []),
  ];
}

/** OCI runtimes registered besides runc: name → path in the engine's root. crun is part of the bundle. */
export function registeredRuntimes({ youki }: Known): Readonly<Record<string, string>> {
  return { crun: '/usr/bin/crun', ...(isFound(youki) ? { youki: '/run/bin/youki' } : {}) };
}

/** Names under which `create` may ask the private engine for a runtime: registered ones, and shims that containerd finds by their file's name. */
export function privateRuntimeNames(toolbox: Known): readonly string[] {
  return ['runc', ...Object.keys(registeredRuntimes(toolbox)), ...(isFound(toolbox.shim) ? [SHIM_RUNTIME] : [])];
}

/** containerd resolves `io.containerd.<name>.v1` to a program `containerd-shim-<name>-v1` on its PATH. */
export const SHIM_RUNTIME = 'io.containerd.thirdwave.v1';
const SHIM_PROGRAM = 'containerd-shim-thirdwave-v1';
