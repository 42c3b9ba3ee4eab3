/** Reads an image's width and height from the head of its base64: PNG, GIF, JPEG, WebP. The pixels are not decoded. */

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** Enough for the metadata that may stand before the size of a JPEG; everything else tells it in the first 30 bytes. */
const HEAD_BASE64 = 1 << 20;

type SizeReader = (bytes: DataView) => ImageSize | undefined;

const KINDS: readonly { readonly starts: string; readonly size: SizeReader }[] = [
  { starts: '\u0089PNG', size: (bytes) => ({ width: bytes.getUint32(16), height: bytes.getUint32(20) }) },
  { starts: 'GIF8', size: (bytes) => ({ width: bytes.getUint16(6, true), height: bytes.getUint16(8, true) }) },
  { starts: '\u00ff\u00d8\u00ff', size: jpegSize },
  { starts: 'RIFF', size: webpSize },
];

/** Undefined for any other kind, for a head that is cut off, and for an image without an extent. */
export function imageSize(base64: string): ImageSize | undefined {
  const head = Buffer.from(base64.slice(0, HEAD_BASE64), 'base64');
  const kind = KINDS.find(({ starts }) => ascii(head, 0, starts.length) === starts);
  try {
    const size = kind?.size(new DataView(head.buffer, head.byteOffset, head.length));
    return size && size.width > 0 && size.height > 0 ? size : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function ascii(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}

/** Segment by segment to the one that begins a frame. */
function jpegSize(bytes: DataView): ImageSize | undefined {
  let at = 2;
  while (at + 9 < bytes.byteLength) {
    if (bytes.getUint8(at) !== 0xff) return undefined;
    const marker = bytes.getUint8(at + 1);
    if (isFrame(marker)) return { width: bytes.getUint16(at + 7), height: bytes.getUint16(at + 5) };
    // A fill byte, or a marker that stands alone.
    if (marker === 0xff) at += 1;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else at += 2 + bytes.getUint16(at + 2);
  }
  return undefined;
}

/** SOF0 to SOF15; three numbers among them are other markers. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function webpSize(bytes: DataView): ImageSize | undefined {
  const head = new Uint8Array(bytes.buffer, bytes.byteOffset, Math.min(16, bytes.byteLength));
  if (ascii(head, 8, 12) !== 'WEBP') return undefined;
  const chunk = ascii(head, 12, 16);
  if (chunk === 'VP8 ')
    return { width: bytes.getUint16(26, true) & 0x3fff, height: bytes.getUint16(28, true) & 0x3fff };
  if (chunk === 'VP8L') {
    const bits = bytes.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (chunk !== 'VP8X') return undefined;
  return { width: (bytes.getUint32(24, true) & 0xffffff) + 1, height: (bytes.getUint32(26, true) >>> 8) + 1 };
}
