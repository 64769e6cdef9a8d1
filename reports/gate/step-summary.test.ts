import fc from 'fast-check';
import { marked, type Tokens } from 'marked';
import { describe, expect, test } from 'vitest';
import { markdownCode, markdownFence, markdownRow, markdownText } from './markdown.ts';
import { stepSummary } from './step-summary.ts';
import { anyText } from './testing/any-text.ts';
import { GATE_REPORTS, HOSTILE } from './testing/gate-reports.ts';
import { gateResult, smallGateReport } from './testing/small-gate-report.ts';
import { printable } from './words.ts';

const GFM = { gfm: true } as const;
const summary = (name: string): string => stepSummary(GATE_REPORTS[name]!);

/** Text of a rendered fragment: tags gone, references resolved. */
function plain(html: string): string {
  return html
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

/** The cells of every table, rendered by a GFM parser and read as text. */
function tables(markdown: string): string[][][] {
  const tokens = marked.lexer(markdown, GFM).filter((token): token is Tokens.Table => token.type === 'table');
  return tokens.map(({ header, rows }) =>
    [header, ...rows].map((row) => row.map(({ text }) => plain(marked.parseInline(text, GFM) as string))),
  );
}

describe('the table', () => {
  test('holds every gate with the values, limits and verdict of the report', () => {
    const [gates = []] = tables(summary('everything'));
    expect(gates[0]).toEqual(['gate', 'what', 'base', 'head', 'change [interval]', 'limit', 'n', 'MDE', 'verdict']);
    expect(gates.slice(1).map(([id]) => id)).toEqual([
      'memory',
      'container-cold',
      'wasm-cold',
      'budget',
      'size',
      'native-cold',
      'size-warn',
      'waived',
      'cpu:wasmtime/jit/hello',
      'run',
      'budget-median',
    ]);
    const row = (id: string): string[] | undefined => gates.find((cells) => cells[0] === id);
    expect(row('wasm-cold')).toEqual([
      'wasm-cold',
      'cold_start of hello in wasmtime/jit',
      '412 ms',
      '471 ms',
      '+14.2 % [+11.0, +17.5]',
      '+10 % and 5 ms',
      '10×4',
      '6 %',
      '❌ FAIL',
    ]);
    expect(row('memory')?.slice(2, 5)).toEqual(['not measured', 'not measured', 'not measured']);
    expect(row('budget')?.slice(2, 6)).toEqual(['budget', 'p95 138 ms', 'not compared', '125 ms']);
    expect(row('waived')?.at(-1)).toBe('❌ FAIL (waived)');
  });

  test('the artifacts come with label and whole digest', () => {
    const artifacts = tables(summary('fail'))[1] ?? [];
    expect(artifacts[1]).toEqual(['hello', 'base', 'wasmtime/jit', 'git:origin/main', `sha256:${'0b'.repeat(32)}`]);
  });
});

describe('the text', () => {
  test('says what, how sure, against what, on which host, how to repeat and how to waive', () => {
    const html = plain(marked.parse(summary('fail'), GFM) as string);
    expect(html).toContain('FAIL: of 2 gates 1 failed, 1 passed; exit code 10.');
    expect(html).toContain('one-sided p = 0.00021, needed at most 0.0033');
    expect(html).toContain('head build/hello.wasm (sha256:4e4e4e4e4e4e) against base git:origin/main (sha256:0b0b0b0b0b0b)');
    expect(html).toContain('host key 7f7f7f7f7f7f');
    const code = marked.lexer(summary('fail'), GFM).filter((token): token is Tokens.Code => token.type === 'code');
    expect(code.map(({ lang, text }) => [lang, text])).toEqual([
      ['sh', 'thirdwave gate gates.yaml --base git:origin/main --seed 7'],
      ['yaml', 'waivers:\n  - gate: "wasm-cold"\n    reason: "…"\n    expires: "YYYY-MM-DD"'],
    ]);
  });

  test('a pass needs no waiver and no explanation', () => {
    expect(summary('pass')).toContain('## ✅ thirdwave gate: PASS');
    expect(summary('pass')).not.toContain('waive');
    expect(summary('pass')).not.toContain('###  ');
  });
});

describe('texts of others', () => {
  test('no tag, link, image, emphasis or row comes of them', () => {
    const markdown = summary('hostile');
    const html = marked.parse(markdown, GFM) as string;
    expect(html).not.toMatch(/<script|<img|<em>/);
    // A bare address becomes a link to itself: it cannot say one thing and lead to another.
    for (const [, address, shown] of html.matchAll(/<a href="([^"]*)">(.*?)<\/a>/g)) expect(shown).toBe(address);
    const [gates = [], artifacts = []] = tables(markdown);
    expect(gates).toHaveLength(1 + GATE_REPORTS['hostile']!.gates.length);
    expect(artifacts.slice(1).map((row) => row.slice(3))).toEqual([
      [printable(HOSTILE), printable(HOSTILE)],
      [printable(HOSTILE), printable(HOSTILE)],
    ]);
  });

  test('any text is shown as it is, in a cell, as code and as running text', () => {
    fc.assert(
      fc.property(anyText, anyText, (first, second) => {
        // A cell is trimmed; “x” keeps what stands at its ends, and links of bare addresses are wanted.
        const texts = [first, second].map((text) => `x${text.replaceAll(/https?:|www\.|[@]/gi, '')}x`);
        const markdown = [
          markdownRow(['a', 'b']),
          markdownRow(['---', '---']),
          markdownRow([markdownText(texts[0]!), markdownCode(texts[1]!)]),
        ];
        expect(tables(markdown.join('\n'))).toEqual([[['a', 'b'], texts.map(printable)]]);
      }),
    );
  });

  test('a fence is never closed by what is inside', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('`', '```', '\n', 'x', ' ')), (parts) => {
        const text = `x${parts.join('')}x`;
        const [token, ...rest] = marked.lexer(markdownFence(text).join('\n'), GFM);
        expect(rest).toEqual([]);
        expect(token).toMatchObject({ type: 'code', text });
      }),
    );
  });
});

describe('the limit of 1 MiB', () => {
  const bytes = (text: string): number => new TextEncoder().encode(text).length;
  const many = smallGateReport(
    Array.from({ length: 500 }, (_, index) =>
      gateResult({ id: `gate-${index}`, because: 'é'.repeat(1000), verdict: index === 499 ? 'fail' : 'inconclusive' }),
    ),
  );

  test('is kept, and a note says what is missing', () => {
    const markdown = stepSummary(many);
    expect(bytes(markdown)).toBeLessThanOrEqual(900 * 1024);
    expect(bytes(markdown)).toBeGreaterThan(850 * 1024);
    const rows = tables(markdown)[0]!.length - 1;
    expect(rows).toBe(500);
    const shown = markdown.match(/^### /gm)?.length ?? 0;
    expect(markdown).toContain(`Left out: ${500 - shown} explanations, 2 artifacts, everything after them`);
    expect(markdown).toContain('gate-499');
  });

  test('cuts whole rows where even the table does not fit, what decides stays', () => {
    const markdown = stepSummary(many, 20_000);
    const rows = tables(markdown)[0]!.slice(1);
    expect(rows[0]?.[0]).toBe('gate-499');
    expect(rows.every((row) => row.length === 9 && row[8] !== '')).toBe(true);
    expect(markdown).toContain(`Left out: ${500 - rows.length} rows of gates, 500 explanations`);
    expect(bytes(markdown)).toBeLessThanOrEqual(20_000);
  });

  test('a small report is whole', () => expect(summary('everything')).not.toContain('Cut here'));
});
