import { isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import type { z } from 'zod';
import { BenchError, EXIT_CODES } from '../model/error.ts';
import { Scenario } from '../model/scenario.ts';
import { suggestion } from './did-you-mean.ts';

interface Problem {
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly message: string;
}

/**
 * A scenario from YAML text. Every problem is reported at once, each as `file:line:column`.
 * @throws BenchError `scenario-invalid`, exit 2
 */
export function parseScenario(text: string, fileName: string): Scenario {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, strict: true, uniqueKeys: true });
  const syntax = document.errors.map((error) => ({
    ...position(lines, error.pos[0]),
    path: '',
    message: error.message.split('\n')[0] ?? error.message,
  }));
  if (syntax.length > 0) throw invalid(fileName, syntax);
  const parsed = Scenario.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  throw invalid(
    fileName,
    parsed.error.issues.flatMap((issue) => problemsOf(issue, document, lines)),
  );
}

function problemsOf(issue: z.core.$ZodIssue, document: Document.Parsed, lines: LineCounter): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      ...locate(document, lines, [...issue.path, key], 'key'),
      path: pathText(issue.path),
      message: `unknown key “${key}”`,
    }));
  }
  const nested = issue.code === 'invalid_union' ? nearestUnionIssues(issue.errors) : [];
  if (nested.length > 0) {
    return nested.flatMap((inner) => problemsOf({ ...inner, path: [...issue.path, ...inner.path] }, document, lines));
  }
  return [{ ...locate(document, lines, issue.path, 'value'), path: pathText(issue.path), message: issue.message }];
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

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
}

function invalid(fileName: string, problems: readonly Problem[]): BenchError {
  const known = Object.keys(Scenario.shape);
  const text = problems.map((p) => {
    const hint = /^unknown key “(.*)”$/.exec(p.message)?.[1];
    const tail = hint !== undefined && p.path === '' ? `; ${suggestion(hint, known)}` : '';
    return `${fileName}:${p.line}:${p.column}: ${p.path === '' ? '' : `${p.path}: `}${p.message}${tail}`;
  });
  return new BenchError({
    code: 'scenario-invalid',
    message: text.join('\n'),
    remedy: 'correct the lines named above; results/schema/scenario.schema.json describes every key',
    exitCode: EXIT_CODES.usage,
  });
}
