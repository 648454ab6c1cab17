/** Replaces secret values in text that is about to be shown or stored. */
export type Redact = (text: string) => string;

/**
 * A redactor for the given secret values, as they are and as JSON or a shell would escape them.
 * Values shorter than four characters are left alone: replacing them would garble the text and hide nothing.
 */
export function redactor(secrets: Iterable<string>): Redact {
  const forms = [...secrets]
    .filter((secret) => secret.length >= 4)
    .flatMap((secret) => [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      secret.replaceAll("'", `'\\''`),
      ...lines(secret),
    ]);
  const longestFirst = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return (text) =>
    hideUrlCredentials(longestFirst.reduce((shown, secret) => shown.replaceAll(secret, "***"), text));
}

/** How many bytes at the end of a text may begin a secret of which the rest is still to come. */
export function secretBeginnings(secrets: Iterable<string>): (text: Buffer) => number {
  const values = [...secrets].map((secret) => Buffer.from(secret));
  const beginsAtEnd = (text: Buffer, secret: Buffer) => {
    for (let length = Math.min(secret.length - 1, text.length); length > 0; length--) {
      if (secret.subarray(0, length).equals(text.subarray(text.length - length))) return length;
    }
    return 0;
  };
  return (text) => Math.max(0, ...values.map((secret) => beginsAtEnd(text, secret)));
}

/** `https://user:password@host` → `https://***@host`; with http(s) also a lone user, which may be a token. */
function hideUrlCredentials(text: string): string {
  return text.replace(
    /\b(https?:\/\/)[^/\s'"?#]+@|\b([a-z][a-z0-9+.-]*:\/\/)[^/\s:'"?#]*:[^/\s'"?#]+@/gi,
    (_, web: string | undefined, other: string | undefined) => `${web ?? other}***@`,
  );
}

/** A multi-line secret (a key) is often printed line by line. */
function lines(secret: string): string[] {
  return secret.includes("\n") ? secret.split(/\r?\n/).filter((line) => line.length >= 16) : [];
}
