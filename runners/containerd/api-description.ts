/*
 * The part of containerd's gRPC API (services v1) this runner uses, as protobufjs describes messages: field names and numbers from containerd's own .proto files.
 * Fields that are not named here are neither sent nor read. `Any` and `Empty` are on the wire what google.protobuf has under these names.
 */

interface Field {
  readonly type: string;
  readonly id: number;
  readonly rule?: 'repeated';
  readonly keyType?: 'string';
}

const text = (id: number): Field => ({ type: 'string', id });
const whole = (id: number): Field => ({ type: 'uint32', id });
const long = (id: number): Field => ({ type: 'int64', id });
const flag = (id: number): Field => ({ type: 'bool', id });
const bytes = (id: number): Field => ({ type: 'bytes', id });
const of = (type: string, id: number): Field => ({ type, id });
const list = (type: string, id: number): Field => ({ type, id, rule: 'repeated' });
const labels = (id: number): Field => ({ keyType: 'string', type: 'string', id });
const message = (fields: Readonly<Record<string, Field>>) => ({ fields });

const MOUNT = '.containerd.types.Mount';
const DESCRIPTOR = '.containerd.types.Descriptor';
const ANY = '.containerd.types.Any';
const EMPTY = '.containerd.types.Empty';

const unary = (requestType: string, responseType: string) => ({ requestType, responseType });

const types = {
  Any: message({ type_url: text(1), value: bytes(2) }),
  Empty: message({}),
  Mount: message({ type: text(1), source: text(2), target: text(3), options: list('string', 4) }),
  Descriptor: message({ media_type: text(1), digest: text(2), size: long(3) }),
};

const version = {
  Version: { methods: { Version: unary(EMPTY, 'VersionResponse') } },
  VersionResponse: message({ version: text(1), revision: text(2) }),
};

const content = {
  Content: { methods: { Write: { ...unary('WriteRequest', 'WriteResponse'), requestStream: true, responseStream: true } } },
  WriteRequest: message({
    action: of('int32', 1),
    ref: text(2),
    total: long(3),
    expected: text(4),
    offset: long(5),
    data: bytes(6),
    labels: labels(7),
  }),
  WriteResponse: message({ action: of('int32', 1), offset: long(4), digest: text(6) }),
};

const images = {
  Images: { methods: { Create: unary('CreateRequest', 'CreateResponse') } },
  Image: message({ name: text(1), labels: labels(2), target: of(DESCRIPTOR, 3) }),
  CreateRequest: message({ image: of('Image', 1) }),
  CreateResponse: message({ image: of('Image', 1) }),
};

const diff = {
  Diff: { methods: { Apply: unary('ApplyRequest', 'ApplyResponse') } },
  ApplyRequest: message({ diff: of(DESCRIPTOR, 1), mounts: list(MOUNT, 2) }),
  ApplyResponse: message({ applied: of(DESCRIPTOR, 1) }),
};

const snapshots = {
  Snapshots: {
    methods: {
      Prepare: unary('PrepareRequest', 'PrepareResponse'),
      Commit: unary('CommitRequest', EMPTY),
      Remove: unary('KeyRequest', EMPTY),
      Stat: unary('KeyRequest', 'StatResponse'),
      List: { ...unary('ListRequest', 'ListResponse'), responseStream: true },
    },
  },
  PrepareRequest: message({ snapshotter: text(1), key: text(2), parent: text(3), labels: labels(4) }),
  PrepareResponse: message({ mounts: list(MOUNT, 1) }),
  CommitRequest: message({ snapshotter: text(1), name: text(2), key: text(3), labels: labels(4) }),
  KeyRequest: message({ snapshotter: text(1), key: text(2) }),
  Info: message({ name: text(1), parent: text(2), labels: labels(6) }),
  StatResponse: message({ info: of('Info', 1) }),
  ListRequest: message({ snapshotter: text(1), filters: list('string', 2) }),
  ListResponse: message({ info: list('Info', 1) }),
};

const containers = {
  Containers: {
    methods: {
      Create: unary('CreateRequest', 'CreateResponse'),
      Delete: unary('DeleteRequest', EMPTY),
      List: unary('ListRequest', 'ListResponse'),
    },
  },
  Runtime: message({ name: text(1), options: of(ANY, 2) }),
  Container: message({
    id: text(1),
    labels: labels(2),
    image: text(3),
    runtime: of('Runtime', 4),
    spec: of(ANY, 5),
    snapshotter: text(6),
    snapshot_key: text(7),
  }),
  CreateRequest: message({ container: of('Container', 1) }),
  CreateResponse: message({ container: of('Container', 1) }),
  DeleteRequest: message({ id: text(1) }),
  ListRequest: message({ filters: list('string', 1) }),
  ListResponse: message({ containers: list('Container', 1) }),
};

const tasks = {
  Tasks: {
    methods: {
      Create: unary('CreateTaskRequest', 'CreateTaskResponse'),
      Start: unary('ProcessRequest', 'StartResponse'),
      Delete: unary('ProcessRequest', 'DeleteResponse'),
      Kill: unary('KillRequest', EMPTY),
      CloseIO: unary('CloseIORequest', EMPTY),
      Wait: unary('ProcessRequest', 'WaitResponse'),
    },
  },
  CreateTaskRequest: message({
    container_id: text(1),
    rootfs: list(MOUNT, 3),
    stdin: text(4),
    stdout: text(5),
    stderr: text(6),
    options: of(ANY, 9),
  }),
  CreateTaskResponse: message({ container_id: text(1), pid: whole(2) }),
  ProcessRequest: message({ container_id: text(1) }),
  StartResponse: message({ pid: whole(1) }),
  DeleteResponse: message({ id: text(1), pid: whole(2), exit_status: whole(3) }),
  KillRequest: message({ container_id: text(1), signal: whole(3), all: flag(4) }),
  CloseIORequest: message({ container_id: text(1), stdin: flag(3) }),
  WaitResponse: message({ exit_status: whole(1) }),
};

const service = (nested: object) => ({ nested: { v1: { nested } } });

/** For `fromJSON` of the protobuf loader. */
export const CONTAINERD_API = {
  nested: {
    containerd: {
      nested: {
        types: { nested: types },
        services: {
          nested: {
            containers: service(containers),
            content: service(content),
            diff: service(diff),
            images: service(images),
            snapshots: service(snapshots),
            tasks: service(tasks),
            version: service(version),
          },
        },
      },
    },
  },
};
