import { printable, visible } from './words.ts';

/** One line of text that GitHub shows as it is: no markup, formula, tag or end of a table cell comes of it, and no link but a bare address to itself. */
export function markdownText(text: string): string {
  return printable(text).replaceAll(/[\\`*_{}[\]<>#|~$^&!]/g, String.raw`\$&`);
}

/** As code, where the text is free of back-quotes and bars; else as escaped text. */
export function markdownCode(text: string): string {
  const line = printable(text);
  return line === '' || /[`|]/.test(line) ? markdownText(line) : `\`${line}\``;
}

/** A fenced block; its fence is longer than any run of back-quotes inside. */
export function markdownFence(text: string, language = ''): string[] {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [fence + language, ...text.split('\n').map(visible), fence];
}

export function markdownRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
