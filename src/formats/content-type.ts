/** What a content type says of a response: how it comes. */

/** As server-sent events. */
export function isEventStream(contentType: string): boolean {
  return /^\s*text\/event-stream\b/i.test(contentType);
}

/** As JSON, whichever kind of it. */
export function isJson(contentType: string): boolean {
  return /^\s*[^;]*\bjson\b/i.test(contentType);
}
