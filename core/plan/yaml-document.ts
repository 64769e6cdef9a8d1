import { isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node, visit } from 'yaml';
import type { z } from 'zod';
import { BenchError, EXIT_CODES, messageOf } from '../model/error.ts';
import { suggestion } from './did-you-mean.ts';
import { knownKeys } from './known-keys.ts';

interface Problem {
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly message: string;
}

/** How a file that is not what its type says is refused. */
export interface Refusal {
  readonly code: string;
  readonly remedy: string;
}

/** What a file says, and where: `file:line:column` of the value at a path, or of the nearest thing around it. */
export interface Located<T> {
  readonly value: T;
  readonly placeOf: (path: readonly PropertyKey[]) => string;
}

/**
 * A YAML text as the type says it must be. Every problem is reported at once, each as `file:line:column: path: message`.
 * @throws BenchError with the refusal's code, exit 2
 */
export function parseYaml<T extends z.ZodType>(text: string, fileName: string, type: T, refusal: Refusal): Located<z.output<T>> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, strict: true, uniqueKeys: true });
  const syntax = document.errors.map((error) => ({
    ...position(lines, error.pos[0]),
    path: '',
    message: error.message.split('\n')[0] ?? error.message,
  }));
  const unreadable = [...syntax, ...unknownAliases(document, lines)];
  if (unreadable.length > 0) throw invalid(fileName, unreadable, refusal);
  const parsed = type.safeParse(plain(document, fileName, refusal));
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue, { document, lines, type }));
    throw invalid(fileName, problems, refusal);
  }
  return {
    value: parsed.data,
    placeOf: (path) => {
      const { line, column } = locate(document, lines, path, 'value');
      return `${fileName}:${line}:${column}`;
    },
  };
}

/** `*.wasm` without quotes is an alias in YAML: that of an anchor which nobody has set. */
function unknownAliases(document: Document.Parsed, lines: LineCounter): Problem[] {
  const found: Problem[] = [];
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document)) return;
      const message = `“*${alias.source}” refers to an anchor that is not set: text that begins with * needs quotes`;
      found.push({ ...position(lines, alias.range?.[0] ?? 0), path: '', message });
    },
  });
  return found;
}

/** What the document says, without places. It cannot be told of aliases that multiply beyond all bounds. */
function plain(document: Document.Parsed, fileName: string, refusal: Refusal): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw invalid(fileName, [{ line: 1, column: 1, path: '', message: messageOf(error) }], refusal);
  }
}

interface Source {
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
  readonly type: z.ZodType;
}

function problemsOf(issue: z.core.$ZodIssue, source: Source): Problem[] {
  const { document, lines, type } = source;
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(type, issue.path);
    return issue.keys.map((key) => ({
      ...locate(document, lines, [...issue.path, key], 'key'),
      path: pathText(issue.path),
      message: `unknown key “${key}”${known.length === 0 ? '' : `; ${suggestion(key, known)}`}`,
    }));
  }
  const nested = issue.code === 'invalid_union' ? nearestUnionIssues(issue.errors) : [];
  if (nested.length > 0) {
    return nested.flatMap((inner) => problemsOf({ ...inner, path: [...issue.path, ...inner.path] }, source));
  }
  return [{ ...locate(document, lines, issue.path, 'value'), path: pathText(issue.path), message: wordsFor(issue) }];
}

/** A key that is not there is told as that. */
function wordsFor(issue: z.core.$ZodIssue): string {
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  return missing ? `is missing (${issue.expected})` : issue.message;
}

/** Of a union's branches, the one that got furthest: fewest issues, none of them about the value's type itself. */
function nearestUnionIssues(branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] {
  const deep = branches.filter((issues) =>
    issues.every((issue) => issue.path.length > 0 || issue.code === 'unrecognized_keys' || issue.code === 'custom'),
  );
  return deep.toSorted((x, y) => x.length - y.length)[0] ?? [];
}

function locate(document: Document.Parsed, lines: LineCounter, path: readonly PropertyKey[], want: 'key' | 'value') {
  let node: unknown = document.contents;
  let at: Node | null = document.contents;
  for (const [depth, step] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step));
      if (!pair) break;
      const last = depth === path.length - 1;
      at = last && want === 'key' && isNode(pair.key) ? pair.key : isNode(pair.value) ? pair.value : at;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (isNode(node)) at = node;
    } else break;
  }
  return position(lines, at?.range?.[0] ?? 0);
}

function position(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** `gates[0].select.metric` */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
}

function invalid(fileName: string, problems: readonly Problem[], { code, remedy }: Refusal): BenchError {
  const ordered = problems.toSorted((x, y) => x.line - y.line || x.column - y.column);
  const text = ordered.map((p) => `${fileName}:${p.line}:${p.column}: ${p.path === '' ? '' : `${p.path}: `}${p.message}`);
  return new BenchError({ code, message: text.join('\n'), remedy, exitCode: EXIT_CODES.usage });
}
