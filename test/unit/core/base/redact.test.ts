import { describe, expect, test } from "vitest";
import { redactor } from "../../../../extension/core/base/redact.ts";
import { shellJoin } from "../../../../extension/core/base/shell.ts";

describe("redactor (unit)", () => {
  test("hides a value as it is, in JSON, in a URL and as a shell quotes it", () => {
    const secret = `p"a\\s's w/ö$&rd`;
    const redact = redactor([secret]);
    for (const text of [
      secret,
      JSON.stringify({ secret }),
      encodeURIComponent(secret),
      shellJoin(["x", secret]),
    ]) {
      expect(text).not.toBe(redact(text));
      expect(redact(text)).toContain("***");
      expect(redact(text)).not.toContain("w/");
      expect(redact(text)).not.toContain("w%2F");
    }
  });

  test("replaces the longest first, so that no rest of it is left", () => {
    expect(redactor(["abcd", "abcdefgh"])("x abcdefgh abcd y")).toBe("x *** *** y");
  });

  test("hides the lines of a key that is printed line by line", () => {
    const key =
      "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\r\nAQEFAASCBKcwggSjAgEAAoIB\nend\n-----END KEY-----\n";
    const shown = redactor([key])("  MIIEvQIBADANBgkqhkiG9w0BAQ\n  AQEFAASCBKcwggSjAgEAAoIB\n  end");
    expect(shown).toBe("  ***\n  ***\n  end");
  });

  test("leaves very short values alone", () => {
    expect(redactor(["", "a", "abc"])("a abc")).toBe("a abc");
  });

  test.each([
    ["https://user:pass@example.org/x", "https://***@example.org/x"],
    ["https://user:p@ss@example.org/x", "https://***@example.org/x"],
    ["https://token@example.org", "https://***@example.org"],
    ["ftp+ssl://:pass@example.org", "ftp+ssl://***@example.org"],
    ["ssh://git@example.org/x", "ssh://git@example.org/x"],
    ["https://example.org:8080/a@b?c=d:e@f", "https://example.org:8080/a@b?c=d:e@f"],
    ["see https://example.org, or mail me@example.org", "see https://example.org, or mail me@example.org"],
  ])("credentials in a URL: %s", (text, shown) => {
    expect(redactor([])(text)).toBe(shown);
  });
});
