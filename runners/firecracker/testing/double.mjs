// Stands in for Firecracker in tests: takes the documented options, serves the documented part of the API on the socket, refuses what the
// description does not know (as Firecracker does: 400 with fault_message), and plays a guest when told to start.
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';

const OPTIONS = new Set(['--api-sock', '--log-path', '--level']);
const LEVELS = new Set(['Error', 'Warning', 'Info', 'Debug', 'Trace', 'Off']);

// Own words for three resources of the published description: required and optional fields with their types.
const RESOURCES = {
  '/machine-config': {
    required: { vcpu_count: 'number', mem_size_mib: 'number' },
    optional: { smt: 'boolean', track_dirty_pages: 'boolean', huge_pages: 'string', cpu_template: 'string' },
  },
  '/boot-source': { required: { kernel_image_path: 'string' }, optional: { boot_args: 'string', initrd_path: 'string' } },
  '/actions': { required: { action_type: 'string' }, optional: {} },
};
const ACTIONS = new Set(['FlushMetrics', 'InstanceStart', 'SendCtrlAltDel']);

const [behaviour = 'boot', ...argv] = process.argv.slice(2);
if (argv[0] === '--version') {
  process.stdout.write('Firecracker v0.0.0-double\n');
  process.exit(0);
}
const options = new Map();
for (let index = 0; index < argv.length; index += 2) {
  if (!OPTIONS.has(argv[index])) refuseToStart(`unknown option ${argv[index]}`);
  options.set(argv[index], argv[index + 1]);
}
if (!existsSync(options.get('--log-path'))) refuseToStart('the log file does not exist');
if (!LEVELS.has(options.get('--level'))) refuseToStart('unknown level');
if (behaviour === 'die') refuseToStart('no KVM');

const done = new Set();
const server = createServer((call, answer) => {
  let text = '';
  call.setEncoding('utf8').on('data', (chunk) => (text += chunk));
  call.once('end', () => {
    const fault = faultOf(call, text);
    if (fault !== undefined) {
      answer.writeHead(400, { 'Content-Type': 'application/json' }).end(JSON.stringify({ fault_message: fault }));
      return;
    }
    done.add(call.url);
    answer.writeHead(204).end(() => call.url === '/actions' && boot());
  });
});
if (behaviour !== 'mute') server.listen(options.get('--api-sock'));
else setInterval(() => {}, 1000);

function faultOf(call, text) {
  if (call.method !== 'PUT') return `method ${call.method}`;
  if (call.headers['content-type'] !== 'application/json') return 'content type';
  const resource = RESOURCES[call.url];
  if (!resource) return `Invalid request method and/or path: PUT ${call.url}.`;
  const body = JSON.parse(text);
  const known = { ...resource.required, ...resource.optional };
  for (const [name, value] of Object.entries(body)) {
    if (known[name] === undefined) return `unknown field \`${name}\``;
    if (typeof value !== known[name]) return `type of \`${name}\``;
  }
  for (const name of Object.keys(resource.required)) if (body[name] === undefined) return `missing field \`${name}\``;
  if (body.vcpu_count !== undefined && (!Number.isInteger(body.vcpu_count) || body.vcpu_count < 1 || body.vcpu_count > 32))
    return 'vcpu_count';
  for (const file of [body.kernel_image_path, body.initrd_path])
    if (file !== undefined && !existsSync(file)) return `The kernel file cannot be opened: ${file}`;
  if (call.url !== '/actions')
    return done.has('/actions') ? 'The requested operation is not supported after starting the microVM.' : undefined;
  if (!ACTIONS.has(body.action_type)) return 'unknown variant';
  return done.has('/boot-source') ? undefined : 'Cannot start microvm without kernel configuration.';
}

function boot() {
  const guest = {
    boot: 'hello\n\0end 10 20 30 40 exited 3\n',
    panic: 'Kernel panic - not syncing: VFS\n',
    silent: '\0end 10 20 0 40 exited 0\n',
  };
  process.stdout.write(guest[behaviour] ?? guest.boot, () => process.exit(0));
}

function refuseToStart(why) {
  process.stderr.write(`Error: ${why}\n`);
  process.exit(1);
}
