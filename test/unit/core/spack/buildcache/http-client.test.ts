import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { parseChallenges } from "../../../../../extension/core/spack/buildcache/challenge.ts";
import { type HttpOptions, httpClient } from "../../../../../extension/core/spack/buildcache/http-client.ts";
import type { MirrorCredentials } from "../../../../../extension/core/spack/buildcache/mirror.ts";
import { pathOf, startWebServer } from "../../../../support/web-server.ts";

const password: MirrorCredentials = { kind: "password", id: "kvothe", secret: "tehlu-hidden" };
const header = `Basic ${Buffer.from("kvothe:tehlu-hidden").toString("base64")}`;
const none: MirrorCredentials = { kind: "none" };

function client(credentials: MirrorCredentials, options: Partial<HttpOptions> = {}) {
  return httpClient({ credentials, eager: false, pause: 1, timeout: 2000, ...options });
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const say =
  (status: number, text = "", headers: Readonly<Record<string, string>> = {}): Handler =>
  (_, response) => {
    response.writeHead(status, headers);
    response.end(text);
  };

/** Gives the answers in turn, the last one for all that follow. */
function inTurn(...answers: readonly Handler[]): Handler {
  let next = 0;
  return (request, response) => answers[Math.min(next++, answers.length - 1)]?.(request, response);
}

describe("httpClient (unit)", () => {
  test("gives what is there and tells what is not", async () => {
    await using server = await startWebServer((request, response) =>
      say(pathOf(request) === "/a" ? 200 : pathOf(request) === "/b" ? 410 : 404, "größe")(request, response),
    );
    const get = async (path: string) => (await client(none).get(`${server.origin}${path}`)).status;
    expect((await client(none).get(`${server.origin}/a`)).body.toString()).toBe("größe");
    expect([await get("/a"), await get("/b"), await get("/c")]).toEqual([200, 410, 404]);
  });

  test("tries again what may pass, and not for ever", async () => {
    for (const [answers, expected] of [
      [[say(503), say(429, "", { "retry-after": "0" }), say(200, "at last")], 200],
      [[(_: IncomingMessage, response: ServerResponse) => response.destroy(), say(200)], 200],
      [[say(500)], "answers with HTTP status 500"],
      [[say(418)], "answers with HTTP status 418"],
    ] as const) {
      await using server = await startWebServer(inTurn(...answers));
      const asked = client(none).get(server.origin);
      if (typeof expected === "number") expect((await asked).status).toBe(expected);
      else await expect(asked).rejects.toThrow(`${server.origin}/ ${expected}`);
      expect(server.requests.length).toBe(
        expected === "answers with HTTP status 418" ? 1 : expected === 200 ? answers.length : 3,
      );
    }
  });

  test("gives up on a server that does not answer in time, and on a port that is closed", async () => {
    await using server = await startWebServer(() => {});
    await expect(client(none, { timeout: 50 }).get(server.origin)).rejects.toThrow(
      "did not answer within 50 ms",
    );
    const { origin } = server;
    await server[Symbol.asyncDispose]();
    await expect(client(none).get(origin)).rejects.toThrow("cannot be reached: connect ECONNREFUSED");
  });

  test("sends credentials only when asked, and remembers that it was", async () => {
    const seen: (string | undefined)[] = [];
    await using server = await startWebServer((request, response) => {
      seen.push(request.headers.authorization);
      const known = request.headers.authorization === header;
      say(known ? 200 : 401, "", { "www-authenticate": 'Basic realm="cache"' })(request, response);
    });
    const asking = client(password);
    expect((await asking.get(`${server.origin}/a`)).status).toBe(200);
    expect((await asking.get(`${server.origin}/b`)).status).toBe(200);
    expect(seen).toEqual([undefined, header, header]);
  });

  test.each([
    [password, header],
    [{ kind: "token", token: "t0ken-hidden" }, "Bearer t0ken-hidden"],
    [none, undefined],
  ] as const)("sends %j at once where it is to", async (credentials, expected) => {
    const seen: (string | undefined)[] = [];
    await using server = await startWebServer((request, response) => {
      seen.push(request.headers.authorization);
      say(200)(request, response);
    });
    await client(credentials, { eager: true }).get(server.origin);
    expect(seen).toEqual([expected]);
  });

  test("takes credentials out of the address, and sends them", async () => {
    const seen: (string | undefined)[] = [];
    await using server = await startWebServer((request, response) => {
      seen.push(request.headers.authorization);
      say(418)(request, response);
    });
    const url = `${server.origin.replace("//", "//kvothe:tehlu-hidden@")}/x?signature=hidden`;
    const error = await client(none)
      .get(url)
      .catch((thrown: unknown) => thrown);
    expect(String(error)).toContain(`${server.origin}/x answers with HTTP status 418`);
    expect(String(error)).not.toMatch(/hidden/);
    expect(seen).toEqual([header]);
  });

  test("does not take credentials along to another server", async () => {
    const seen: (string | undefined)[] = [];
    await using other = await startWebServer((request, response) => {
      seen.push(request.headers.authorization);
      say(200, "from elsewhere")(request, response);
    });
    await using server = await startWebServer((request, response) => {
      if (request.headers.authorization === header)
        say(307, "", { location: `${other.origin}/blob` })(request, response);
      else say(401, "", { "www-authenticate": "Basic realm=x" })(request, response);
    });
    const reply = await client(password).get(`${server.origin}/x`);
    expect(reply.body.toString()).toBe("from elsewhere");
    expect(seen).toEqual([undefined]);
  });

  test("fetches a token as a docker client does, and a new one when it has run out", async () => {
    const tokens: string[] = [];
    await using server = await startWebServer((request, response) => {
      const url = new URL(request.url ?? "", "http://x");
      if (url.pathname === "/token") {
        const right = request.headers.authorization === header && url.searchParams.get("account") === "1";
        tokens.push(`token-${tokens.length}`);
        expect([url.searchParams.get("service"), url.searchParams.get("scope")]).toEqual([
          "reg",
          "repository:a/b:pull",
        ]);
        say(right ? 200 : 403, JSON.stringify({ token: tokens.at(-1) }))(request, response);
        return;
      }
      const good =
        request.headers.authorization === `Bearer ${tokens.at(-1)}` &&
        !(url.pathname === "/late" && tokens.length < 2);
      const realm = `Bearer realm="http://${request.headers.host}/token?account=1",service="reg",scope="repository:a/b:pull"`;
      say(good ? 200 : 401, "", { "www-authenticate": `Negotiate, ${realm}` })(request, response);
    });
    const asking = client(password);
    expect((await asking.get(`${server.origin}/a`)).status).toBe(200);
    expect((await asking.get(`${server.origin}/b`)).status).toBe(200);
    expect(tokens).toHaveLength(1);
    expect((await asking.get(`${server.origin}/late`)).status).toBe(200);
    expect(tokens).toHaveLength(2);
  });

  test.each([
    [none, "demands credentials: give the mirror an access_pair"],
    [password, "refuses the mirror's credentials"],
    [{ kind: "missing", variables: ["A", "B"] }, "demands credentials: set A and B in the environment"],
  ] as const)("says what to do about %j", async (credentials, what) => {
    await using server = await startWebServer(say(401, "", { "www-authenticate": 'Basic realm="x"' }));
    await expect(client(credentials).get(server.origin)).rejects.toThrow(what);
  });

  test.each([
    ['Bearer service="x"', "does not say from where"],
    ['Bearer realm="ftp://x"', "does not say from where"],
    ['Bearer realm="http://token.example/t"', "would be sent the mirror's credentials unencrypted"],
  ])("does not answer %s", async (challenge, why) => {
    await using server = await startWebServer(say(401, "", { "www-authenticate": challenge }));
    await expect(client(password).get(server.origin)).rejects.toThrow(why);
  });

  test("no error shows a secret, whatever a server echoes", async () => {
    await using server = await startWebServer((request, response) => {
      if (pathOf(request) === "/token") say(403, "tehlu-hidden")(request, response);
      else
        say(401, "", { "www-authenticate": `Bearer realm="http://${request.headers.host}/token"` })(
          request,
          response,
        );
    });
    const error = await client(password)
      .get(`${server.origin}/a?x=tehlu-hidden`)
      .catch((thrown: unknown) => thrown);
    expect(String(error)).toContain("gives no token for the mirror's credentials (HTTP status 403)");
    expect(String(error)).not.toMatch(/hidden|a3ZvdGhl/);
  });

  test("can be cancelled while it waits to try again", async () => {
    await using server = await startWebServer(say(503, "", { "retry-after": "9" }));
    const controller = new AbortController();
    const asking = client(none).get(server.origin, { signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    await expect(asking).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("parseChallenges (unit)", () => {
  test.each([
    ['Basic realm="a, b=\\"c\\""', [{ scheme: "basic", parameters: { realm: 'a, b="c"' } }]],
    ["Bearer realm=x,service=y", [{ scheme: "bearer", parameters: { realm: "x", service: "y" } }]],
    [
      'Negotiate, Bearer  realm = "r" , Scope="s", Basic realm=z',
      [
        { scheme: "negotiate", parameters: {} },
        { scheme: "bearer", parameters: { realm: "r", scope: "s" } },
        { scheme: "basic", parameters: { realm: "z" } },
      ],
    ],
    ["", []],
    ['realm="x"', []],
    ['Basic realm="unfinished', [{ scheme: "basic", parameters: {} }]],
  ])("reads %s", (text, expected) => {
    expect(parseChallenges(text)).toEqual(expected);
  });

  test("is quick with a hostile header", () => {
    expect(parseChallenges(`Basic ${'a="\\'.repeat(20_000)}`)).toHaveLength(1);
    expect(parseChallenges(" ,".repeat(50_000))).toEqual([]);
  });
});
