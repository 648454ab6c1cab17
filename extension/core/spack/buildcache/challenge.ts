import { isJsonObject } from "../../base/json-fields.ts";
import { basic, type HttpReply, isProtected, Unreachable } from "./http-client.ts";
import type { MirrorCredentials } from "./mirror.ts";

export interface Challenge {
  /** In lower case. */
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The challenges of a WWW-Authenticate header (RFC 9110, 11.6.1); what cannot be read ends the list. */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
  const item = new RegExp(
    `[\\s,]*(?:(${token})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))|(${token})(?=[\\s,]|$))`,
    "y",
  );
  for (let match = item.exec(header); match !== null; match = item.exec(header)) {
    const [, name, quoted, plain, scheme] = match;
    if (scheme !== undefined) challenges.push({ scheme: scheme.toLowerCase(), parameters: {} });
    const last = challenges.at(-1);
    if (name === undefined) continue;
    if (last === undefined) return [];
    last.parameters[name.toLowerCase()] = quoted?.replace(/\\(.)/g, "$1") ?? plain ?? "";
  }
  return challenges;
}

/** Asks the given URL, with a Basic header or without. */
type Login = (url: string, authorization: string | undefined) => Promise<HttpReply>;

/**
 * The Authorization header that answers a 401, as a docker client answers it: a token of the named service, with
 * credentials or anonymously, else the credentials themselves. Undefined when there is nothing to answer with.
 * Secrets leave this machine encrypted only, but for a registry that the user named as unencrypted itself.
 */
export async function answerChallenge(
  url: string,
  header: string | null,
  credentials: MirrorCredentials,
  login: Login,
): Promise<string | undefined> {
  const challenges = parseChallenges(header ?? "");
  const pair = credentials.kind === "password" ? basic(credentials.id, credentials.secret) : undefined;
  const bearer = challenges.find(({ scheme }) => scheme === "bearer");
  if (bearer !== undefined) {
    if (credentials.kind === "token") return `Bearer ${credentials.token}`;
    return fetchToken(url, bearer, pair, login);
  }
  return challenges.some(({ scheme }) => scheme === "basic") ? pair : undefined;
}

async function fetchToken(
  url: string,
  { parameters }: Challenge,
  pair: string | undefined,
  login: Login,
): Promise<string> {
  const realm = parseUrl(parameters["realm"]);
  if (realm === undefined)
    throw new Unreachable(`${new URL(url).host} demands a token and does not say from where`);
  const sameHost = realm.hostname === new URL(url).hostname;
  if (pair !== undefined && !isProtected(realm.href) && !sameHost) {
    throw new Unreachable(`${realm.origin} would be sent the mirror's credentials unencrypted`);
  }
  for (const name of ["service", "scope"]) {
    const value = parameters[name];
    if (value !== undefined) realm.searchParams.set(name, value);
  }
  const reply = await login(realm.href, pair);
  if (reply.status >= 500 || reply.status === 429)
    throw new Error(`${realm.origin} answers with ${reply.status}`);
  const token = reply.status === 200 ? tokenIn(reply.body) : undefined;
  if (token !== undefined) return `Bearer ${token}`;
  throw new Unreachable(
    pair === undefined
      ? `${realm.origin} gives no token without credentials: give the mirror an access_pair in mirrors.yaml`
      : `${realm.origin} gives no token for the mirror's credentials (HTTP status ${reply.status})`,
  );
}

function parseUrl(text: string | undefined): URL | undefined {
  return text !== undefined && /^https?:/.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}

function tokenIn(body: Buffer): string | undefined {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    if (!isJsonObject(value)) return undefined;
    const token = value["token"] ?? value["access_token"];
    return typeof token === "string" ? token : undefined;
  } catch {
    return undefined;
  }
}
