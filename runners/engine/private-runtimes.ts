import { isFound, type Tool, type Toolbox } from '../../core/model/context.ts';

/** A program of ours that the private engine gets in addition to its bundle. */
interface EngineProgram {
  /** as the daemons see it in /run/bin */
  readonly name: string;
  /** here */
  readonly path: string;
}

type Known = Pick<Toolbox, 'shim' | 'youki'>;

/** containerd resolves `io.containerd.<name>.v1` to a program `containerd-shim-<name>-v1` on its PATH. */
const SHIM = { runtimeType: 'io.containerd.thirdwave.v1', program: 'containerd-shim-thirdwave-v1' } as const;

/** What preparation has built for the private engine. */
export function enginePrograms({ shim, youki }: Known): readonly EngineProgram[] {
  return [
    ...(isFound(shim) ? [{ name: SHIM.program, path: shim.path }] : []),
    ...(isFound(youki) ? [{ name: 'youki', path: youki.path }] : []),
  ];
}

/** `runtimes` of daemon.json, besides runc; crun is part of the bundle. */
export function registeredRuntimes({ shim, youki }: Known): Readonly<Record<string, Readonly<Record<string, string>>>> {
  return {
    crun: { path: '/usr/bin/crun' },
    ...(isFound(youki) ? { youki: { path: '/run/bin/youki' } } : {}),
    ...(isFound(shim) ? { thirdwave: { runtimeType: SHIM.runtimeType } } : {}),
  };
}

/** Names under which `create` may ask the private engine for a runtime. */
export function privateRuntimeNames(toolbox: Known): readonly string[] {
  return ['runc', ...Object.keys(registeredRuntimes(toolbox))];
}

/** The product of preparation behind a runtime of the private engine; undefined for what its bundle holds, or for none of ours. */
export function toolBehind(runtime: string, { shim, youki }: Known): Tool | undefined {
  return { thirdwave: shim, youki }[runtime];
}
