/** One session: a door of its own, a line to the proxy that it shares, and the way on when that is gone. */
import type { Config } from '../../config/load.ts';
import { type Door, openDoor, proxyAt } from './door.ts';
import { joinProxy } from './join-proxy.ts';
import type { Line } from './line.ts';

export interface Session {
  readonly url: string;
  close(): void;
}

export interface SessionOptions {
  readonly version: string;
  readonly config: Config;
  readonly agent: string;
  /** Of the door; 0 for any that is free. */
  readonly port: number;
  readonly remark: (line: string) => void;
}

/** @throws only when the door cannot be opened: without a proxy requests go direct. */
export async function openSession({ port, remark, ...joining }: SessionOptions): Promise<Session> {
  const { config, agent } = joining;
  // Before it is needed: whoever updates or removes Headroom meanwhile takes its files away.
  const direct = import('./providers.ts').then(({ providers }) => providers(config));
  direct.catch(() => undefined);
  let line: Line | undefined;
  try {
    line = await joinProxy({ ...joining, remark });
  } catch (error) {
    remark(`no proxy: ${(error as Error).message}; ${agent} goes on directly, unshortened`);
  }
  const gone = `the proxy is gone; ${agent} goes on directly, unshortened (headroom status; headroom wrap ${agent} starts another)`;
  const door: Door = await openDoor(port, {
    proxy: line && proxyAt(line.proxy.url),
    isProxyAlive: () => line!.isAlive(),
    direct: () => direct,
    gone: () => remark(gone),
  });
  line?.onLeaving(() => door.goDirect());
  line?.onGone(() => door.rescue());
  return {
    url: door.url,
    close() {
      line?.hangUp();
      door.close();
    },
  };
}
