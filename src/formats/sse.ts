/**
 * Server-sent events out of bytes that come in any pieces: split characters, every line end, several data lines,
 * comments, a byte order mark, and a last event without its blank line. An event larger than the limit ends the reading.
 */
import { createParser } from 'eventsource-parser';

const MAX_EVENT_CHARACTERS = 32 * 1024 * 1024;

export interface EventReader {
  push(chunk: Uint8Array): void;
  end(): void;
}

/** @param onEvent gets the data of each event, and its name when it has one; it must not throw. */
export function readEvents(onEvent: (data: string, name: string | undefined) => void): EventReader {
  let isOverflowing = false;
  // The parser takes the byte order mark away, so the decoder leaves it.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const parser = createParser({
    maxBufferSize: MAX_EVENT_CHARACTERS,
    onEvent: ({ data, event }) => onEvent(data, event),
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') isOverflowing = true;
    },
  });
  const feed = (text: string): void => {
    if (!isOverflowing) parser.feed(text);
  };
  return {
    push: (chunk) => feed(decoder.decode(chunk, { stream: true })),
    end: () => feed(`${decoder.decode()}\n\n`),
  };
}
