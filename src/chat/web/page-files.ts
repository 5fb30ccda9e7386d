import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface PageFile {
  readonly type: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly gzip: Uint8Array<ArrayBuffer>;
  readonly etag: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};

const FOLDER = join(import.meta.dirname, 'page');
/** The modules of lit-html that the page uses: small files that import each other by relative paths. */
const LIT = ['lit-html.js', 'directive.js', 'directive-helpers.js', 'directives/repeat.js', 'directives/live.js'];

/**
 * Everything that the page is made of, by its path below `/page/`, read once. What is not in here is not served: no path
 * that somebody sends ever reaches the file system.
 */
export function readPageFiles(): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const name of readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = name.replaceAll('\\', '/');
    if (TYPES[extname(path)] && !path.startsWith('lit/'))
      files.set(path, pageFile(path, readFileSync(join(FOLDER, name))));
  }
  // Node is given a version for servers, which lies in a folder of its own beside the one for browsers.
  const lit = dirname(dirname(createRequire(import.meta.url).resolve('lit-html')));
  for (const name of LIT) files.set(`lit/${name}`, pageFile(name, readFileSync(join(lit, name))));
  return files;
}

function pageFile(name: string, bytes: Buffer): PageFile {
  // The source map is not served.
  const body = new Uint8Array(Buffer.from(bytes.toString().replace(/\n\/\/# sourceMappingURL=.*\s*$/u, '\n')));
  return {
    type: TYPES[extname(name)] ?? 'application/octet-stream',
    body,
    gzip: new Uint8Array(gzipSync(body, { level: 9 })),
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
  };
}

/** Elements that have the browser fetch every module at once, not one after the other as each names the next. */
export function preloads(files: ReadonlyMap<string, PageFile>): string {
  const modules = [...files.keys()].filter((path) => path.endsWith('.js'));
  return modules.map((path) => `<link rel="modulepreload" href="/page/${path}">`).join('\n    ');
}
