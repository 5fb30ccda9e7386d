import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  readonly data: string | Buffer;
  /** Stored as it is, as the first entry of an EPUB must be. */
  readonly stored?: boolean;
  /** Bytes that the archive says it unpacks to, where it lies. */
  readonly claims?: number;
  /** Marked as encrypted. */
  readonly encrypted?: boolean;
}

/** A zip archive (APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16), as far as these tests need one. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, data, stored = false, claims, encrypted = false } of entries) {
    const raw = Buffer.from(data);
    const packed = stored ? raw : deflateRawSync(raw);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(encrypted ? 1 : 0, 2);
    common.writeUInt16LE(stored ? 0 : 8, 4);
    common.writeUInt32LE(crc32(raw), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(claims ?? raw.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const file = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0', 'latin1'), common, rest, Buffer.from(name)]));
    files.push(file);
    offset += file.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(size, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...files, ...directory, Buffer.from('PK\x05\x06'), end]);
}

const MIMETYPE: ZipEntry = { name: 'mimetype', data: 'application/epub+zip', stored: true };
const CONTAINER: ZipEntry = {
  name: 'META-INF/container.xml',
  data: '<?xml version="1.0"?><container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
};

/** An EPUB of two chapters whose files stand in the other order, with a table of contents and a page outside the text. */
export function epub(chapters: readonly [ZipEntry['data'], ZipEntry['data']], more: readonly ZipEntry[] = []): Buffer {
  const packageDocument = `<?xml version="1.0"?><opf:package xmlns:opf="http://www.idpf.org/2007/opf"><opf:manifest>
    <opf:item id="nav" href="nav.xhtml" properties="nav"/><opf:item id="b" href="text/chapter%20two.xhtml"/>
    <opf:item id="a" href="text/one.xhtml"/><opf:item id="ad" href="ad.xhtml"/><opf:item id="gone" href="gone.xhtml"/>
    </opf:manifest><opf:spine><opf:itemref idref="nav"/><opf:itemref idref="a"/><opf:itemref idref="b"/>
    <opf:itemref idref="gone"/><opf:itemref idref="ad" linear="no"/></opf:spine></opf:package>`;
  return zip([
    MIMETYPE,
    CONTAINER,
    { name: 'OEBPS/book.opf', data: packageDocument },
    { name: 'OEBPS/nav.xhtml', data: '<html><body><nav>Contents</nav>Contents</body></html>' },
    { name: 'OEBPS/ad.xhtml', data: '<html><body>Buy more books</body></html>' },
    { name: 'OEBPS/text/chapter two.xhtml', data: chapters[1] },
    { name: 'OEBPS/text/one.xhtml', data: chapters[0] },
    ...more,
  ]);
}
