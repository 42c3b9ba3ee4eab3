/**
 * An API that speaks over a WebSocket, one JSON text a frame: requests one way, the events of their answers the other.
 * A connection may have several lanes; in each of them one answer follows the other.
 */
import type { HeadroomError } from './errors.ts';
import type { Hiding, Hop, HopEnd } from './continuation.ts';
import type { JsonDocument, JsonEdit } from './json/document.ts';

export interface EventFrame {
  readonly lane: string;
  /** It begins an answer. */
  readonly isStart: boolean;
  /** It ends one, with the status that this would have in HTTP. */
  readonly endStatus: number | undefined;
}

export interface FrameFormat {
  /** The lane of a client's frame that asks for an answer; undefined for frames of other kinds, which pass unread. */
  laneOfRequest(frame: string): string | undefined;
  readEvent(frame: string): EventFrame;
  /** The frame that answers a request with an error of ours, in its lane. */
  errorFrame(error: HeadroomError, lane: string): string;
  /** For each answer one. */
  splice(hiding: Hiding): FrameSplicer;
  /** The edits that turn the request of a hop into the next one: the connection holds what was said so far. */
  extend(hop: Hop, document: JsonDocument): readonly JsonEdit[];
}

/** A ResponseSplicer (continuation.ts) over frames. */
export interface FrameSplicer {
  /** What the client gets for a frame now: the same text, others, or nothing. */
  pass(frame: string): readonly string[];
  endHop(): HopEnd;
  /** The frames that end the answer. */
  finish(): readonly string[];
}
