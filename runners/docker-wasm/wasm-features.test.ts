import { expect, it } from 'vitest';
import { wasmHandlers } from './wasm-features.ts';

it('reads the Wasm handlers out of what crun says of itself', () => {
  const debian13 =
    'crun version 1.21\ncommit: 1\nrundir: /run/crun\nspec: 1.0.0\n+SYSTEMD +SELINUX +APPARMOR +CAP +SECCOMP +EBPF +WASM:wasmedge +YAJL';
  expect(wasmHandlers(debian13)).toEqual(['wasmedge']);
  expect(wasmHandlers(debian13.replace(' +WASM:wasmedge', ''))).toEqual([]);
  expect(wasmHandlers('runc version 1.1.5')).toBeUndefined();
});
