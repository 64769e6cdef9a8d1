// Stands in for Cloud Hypervisor in tests: takes the documented options, refuses others, and plays a guest on its serial line.
import { existsSync } from 'node:fs';

const CHECKS = {
  '--kernel': existsSync,
  '--initramfs': existsSync,
  '--cmdline': (value) => value.includes('console=ttyS0'),
  '--cpus': (value) => /^boot=\d+(,max=\d+)?$/.test(value),
  '--memory': (value) => /^size=\d+[KMG]?(,[a-z_]+=\w+)*$/.test(value),
  '--console': (value) => ['off', 'null', 'pty', 'tty'].includes(value),
  '--serial': (value) => ['off', 'null', 'pty', 'tty'].includes(value),
};
const [behaviour = 'boot', ...argv] = process.argv.slice(2);
if (argv[0] === '--version') {
  process.stdout.write('cloud-hypervisor v0.0.0-double\n');
  process.exit(0);
}
const given = new Map();
for (let index = 0; index < argv.length; index += 2) {
  const [name, value] = argv.slice(index, index + 2);
  if (!CHECKS[name]?.(value)) refuse(`error: invalid value '${value}' for '${name}'`);
  given.set(name, value);
}
if (given.get('--serial') === 'tty' && given.get('--console') === 'tty') refuse('error: console and serial cannot both use tty');
if (behaviour === 'die') refuse('error: cannot open /dev/kvm');
process.stdout.write('hello\n\0end 10 20 30 40 exited 3\n');

function refuse(why) {
  process.stderr.write(`${why}\n`);
  process.exit(1);
}
