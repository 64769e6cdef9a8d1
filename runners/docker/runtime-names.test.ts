import { expect, it } from 'vitest';
import { registeredName } from './runtime-names.ts';

it('finds a runtime under the names engines register it with', () => {
  expect(registeredName('runc', ['io.containerd.runc.v2', 'runc'])).toBe('runc');
  expect(registeredName('kata', ['runc', 'io.containerd.kata.v2'])).toBe('io.containerd.kata.v2');
  expect(registeredName('wasmtime', ['io.containerd.wasmtime.v1'])).toBe('io.containerd.wasmtime.v1');
  expect(registeredName('crun', ['runc'])).toBeUndefined();
});
