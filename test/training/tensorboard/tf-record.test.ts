import { describe, expect, it } from 'vitest';
import { maskedCrc32c, tfRecord } from '../../../src/training/tensorboard/tf-record.ts';

describe('a TFRecord', () => {
  it('has the checksum of RFC 3720, turned by 15 bits and moved', () => {
    // The RFC's own example: 32 zeros give aa 36 91 8a, lowest byte first.
    const crc = 0x8a9136aa;
    const turned = ((crc >>> 15) | (crc << 17)) >>> 0;
    expect(maskedCrc32c(new Uint8Array(32))).toBe((turned + 0xa282ead8) % 2 ** 32);
  });

  it('is length, checksum, bytes, checksum', () => {
    const record = Buffer.from(tfRecord(Uint8Array.of(7, 8, 9)));
    expect(record.length).toBe(8 + 4 + 3 + 4);
    expect(record.readBigUInt64LE(0)).toBe(3n);
    expect(record.readUInt32LE(8)).toBe(maskedCrc32c(Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0)));
    expect([...record.subarray(12, 15)]).toEqual([7, 8, 9]);
    expect(record.readUInt32LE(15)).toBe(maskedCrc32c(Uint8Array.of(7, 8, 9)));
  });
});
