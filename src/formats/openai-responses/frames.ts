/** The Responses API over a WebSocket: requests are `response.create`, and events come as they do in a stream. */
import type { EventFrame, FrameFormat } from '../../core/frames.ts';
import type { JsonEdit } from '../../core/json/document.ts';
import { asObject } from '../../core/json/value.ts';
import { errorObject } from '../openai-error.ts';
import { textOf } from '../part-list.ts';
import { parseJson } from '../response-reader.ts';
import { resultsOf } from './hop-items.ts';
import { EventSplicer } from './splice-events.ts';

const CREATE = 'response.create';
const PLAIN_REQUEST = /^\s*\{\s*"type"\s*:\s*"response\.create"\s*,/;
/** Nearly all events are deltas of the only lane: those are not parsed. */
const TELLING = /"stream_id"|"type"\s*:\s*"(?:error|response\.(?:created|completed|incomplete|failed|cancelled))"/;
const DELTA: EventFrame = { lane: '', isStart: false, endStatus: undefined };

export const frames: FrameFormat = {
  laneOfRequest(frame) {
    // Histories are long, and nearly all requests say at once what they are.
    if (PLAIN_REQUEST.test(frame) && !frame.includes('"stream_id"')) return '';
    if (!frame.includes(CREATE)) return undefined;
    const { type, stream_id: lane } = asObject(parseJson(frame));
    return type === CREATE ? textOf(lane) : undefined;
  },

  readEvent(frame) {
    if (!TELLING.test(frame)) return DELTA;
    const { type, stream_id: lane, status } = asObject(parseJson(frame));
    const isStart = type === 'response.created';
    return { lane: textOf(lane), isStart, endStatus: endStatusOf(textOf(type), Number(status)) };
  },

  errorFrame(error, lane) {
    const { status, retryAfterSeconds } = error;
    const headers = retryAfterSeconds === undefined ? undefined : { 'retry-after': String(retryAfterSeconds) };
    return JSON.stringify({
      type: 'error',
      ...(lane !== '' && { stream_id: lane }),
      status,
      error: errorObject(error),
      headers,
    });
  },

  splice(hiding) {
    const events = new EventSplicer<undefined>(hiding, true);
    return {
      pass: (frame) => events.pass(frame, undefined).map(({ data }) => data),
      endHop: () => events.endHop(),
      finish: () => events.finish().map(({ data }) => data),
    };
  },

  extend(hop, { value }) {
    const body = asObject(value);
    const put = (key: string, to: string | ReturnType<typeof resultsOf>): JsonEdit =>
      body[key] === undefined ? { op: 'set', path: [], key, value: to } : { op: 'replace', path: [key], value: to };
    return [put('previous_response_id', hop.id ?? ''), put('input', resultsOf(hop))];
  },
};

function endStatusOf(type: string, status: number): number | undefined {
  switch (type) {
    case 'response.completed':
    case 'response.incomplete':
    case 'response.failed':
    case 'response.cancelled':
      return 200;
    case 'error':
      return status >= 400 && status < 600 ? status : 500;
    default:
      return undefined;
  }
}
