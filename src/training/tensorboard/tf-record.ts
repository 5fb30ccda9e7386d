import crc32c from 'crc-32/crc32c.js';

/**
 * Frames bytes as TensorFlow's TFRecord: their length (8 bytes, little endian), a checksum of the length, the bytes, and a
 * checksum of the bytes. A reader that finds the end of a file in the middle of one waits for the rest.
 */
export function tfRecord(data: Uint8Array): Uint8Array {
  const record = Buffer.alloc(8 + 4 + data.length + 4);
  record.writeBigUInt64LE(BigInt(data.length), 0);
  record.writeUInt32LE(maskedCrc32c(record.subarray(0, 8)), 8);
  record.set(data, 12);
  record.writeUInt32LE(maskedCrc32c(data), 12 + data.length);
  return record;
}

/** Turned round and moved, as TensorFlow does: a checksum of bytes that hold checksums of their own would be weak. */
export function maskedCrc32c(data: Uint8Array): number {
  const crc = crc32c.buf(data) >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
