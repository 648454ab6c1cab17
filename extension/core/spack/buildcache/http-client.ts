import { setTimeout as wait } from "node:timers/promises";
import { messageOf, systemCode } from "../../base/errors.ts";
import { redactor } from "../../base/redact.ts";
import { answerChallenge } from "./challenge.ts";
import type { MirrorCredentials } from "./mirror.ts";

/** The cache could not be asked, or gave no sensible answer. The message is free of secrets. */
export class Unreachable extends Error {
  /** Whether asking something else is useless as well: no connection, or no permission. */
  readonly altogether: boolean;

  constructor(message: string, altogether = false) {
    super(message);
    this.altogether = altogether;
  }
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

export interface HttpOptions {
  readonly credentials: MirrorCredentials;
  /** Send credentials at once, where encrypted, rather than when asked: web servers do not always ask. */
  readonly eager: boolean;
  /** Milliseconds for one attempt of one request. Default 20,000. */
  readonly timeout?: number;
  /** Milliseconds before the second attempt, then twice as long. Default 500. */
  readonly pause?: number;
}

export interface HttpClient {
  /**
   * Asks, follows redirects, proves who asks where that is demanded, and tries again what may pass (429, 5xx, timeouts).
   * Gives replies of 2xx, 404 and 410; throws Unreachable for everything else, and what `signal` throws.
   */
  get(url: string, options?: GetOptions): Promise<HttpReply>;
}

interface GetOptions {
  readonly accept?: string;
  readonly signal?: AbortSignal | undefined;
}

const attempts = 3;

export function httpClient({ credentials, eager, timeout = 20_000, pause = 500 }: HttpOptions): HttpClient {
  const redact = redactor(secretsOf(credentials));
  /** By origin, so that nothing is sent to where it was not asked for. */
  const authorizations = new Map<string, string>();

  const once = async (url: string, options: GetOptions, mayLogIn: boolean): Promise<HttpReply> => {
    const { origin } = new URL(url);
    const authorization = authorizations.get(origin) ?? firstTry(url, eager ? credentials : { kind: "none" });
    const reply = await request(url, options, authorization, timeout);
    if (reply.status !== 401 || !mayLogIn) return reply;
    const login = (realm: string, basic: string | undefined) =>
      request(realm, { signal: options.signal }, basic, timeout);
    const answer = await answerChallenge(url, reply.headers.get("www-authenticate"), credentials, login);
    if (answer === undefined) return reply;
    authorizations.set(origin, answer);
    return once(url, options, false);
  };

  const get = async (url: string, options: GetOptions = {}): Promise<HttpReply> => {
    for (let attempt = 1; ; attempt++) {
      const outcome = await once(url, options, true).catch((error: unknown) => ({ error }));
      options.signal?.throwIfAborted();
      const failed = "error" in outcome;
      if (!failed && isAnswer(outcome.status)) return outcome;
      const passing = failed ? mayPass(outcome.error) : outcome.status === 429 || outcome.status >= 500;
      if (!passing || attempt === attempts) {
        const why = failed ? networkFailure(outcome.error, timeout) : refusal(outcome.status, credentials);
        throw new Unreachable(redact(`${shown(url)} ${why}`), true);
      }
      const time = delay(failed ? undefined : outcome, pause * 2 ** (attempt - 1));
      await wait(time, undefined, options.signal && { signal: options.signal });
    }
  };
  return { get };
}

function isAnswer(status: number): boolean {
  return (status >= 200 && status < 300) || status === 404 || status === 410;
}

async function request(
  url: string,
  { accept, signal }: GetOptions,
  authorization: string | undefined,
  timeout: number,
): Promise<HttpReply> {
  const target = new URL(url);
  target.username = "";
  target.password = "";
  const limit = AbortSignal.timeout(timeout);
  const response = await fetch(target, {
    redirect: "follow",
    headers: {
      "user-agent": "sygaldry",
      ...(accept !== undefined && { accept }),
      ...(authorization !== undefined && { authorization }),
    },
    signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: Buffer.from(await response.arrayBuffer()),
  };
}

function firstTry(url: string, credentials: MirrorCredentials): string | undefined {
  const { username, password } = new URL(url);
  if (username !== "") return basic(decodeURIComponent(username), decodeURIComponent(password));
  if (!isProtected(url)) return undefined;
  if (credentials.kind === "password") return basic(credentials.id, credentials.secret);
  return credentials.kind === "token" ? `Bearer ${credentials.token}` : undefined;
}

/** Encrypted, or not leaving this machine. */
export function isProtected(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}

export function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`, "utf8").toString("base64")}`;
}

function secretsOf(credentials: MirrorCredentials): readonly string[] {
  if (credentials.kind === "token") return [credentials.token];
  if (credentials.kind !== "password") return [];
  return [
    credentials.secret,
    Buffer.from(`${credentials.id}:${credentials.secret}`, "utf8").toString("base64"),
  ];
}

/** Without the query, which may be a signature, and without what stands before the host. */
function shown(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

function refusal(status: number, credentials: MirrorCredentials): string {
  if (status !== 401 && status !== 403) return `answers with HTTP status ${status}`;
  if (credentials.kind === "missing") {
    return `demands credentials: set ${credentials.variables.join(" and ")} in the environment`;
  }
  return credentials.kind === "none"
    ? "demands credentials: give the mirror an access_pair in mirrors.yaml"
    : "refuses the mirror's credentials";
}

function networkFailure(error: unknown, timeout: number): string {
  if (error instanceof Unreachable) return `is not open to this mirror: ${error.message}`;
  if (error instanceof Error && error.name === "TimeoutError") return `did not answer within ${timeout} ms`;
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  // A host with several addresses fails with all their failures, and no message of its own.
  const inner: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  return `cannot be reached: ${messageOf(inner)}`;
}

/** A connection that broke may hold the next time; a name that does not exist, or a closed port, stays so. */
function mayPass(error: unknown): boolean {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = systemCode(cause) ?? "";
  return ["ECONNRESET", "EPIPE", "EAI_AGAIN", "UND_ERR_SOCKET"].includes(code);
}

/** Servers say how long to wait; not longer than a person would. */
function delay(reply: HttpReply | undefined, pause: number): number {
  const seconds = Number(reply?.headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) ? Math.min(seconds * 1000, 10_000) : pause;
}
