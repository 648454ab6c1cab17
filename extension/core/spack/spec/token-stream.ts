import { specLexer } from "./lexer.ts";
import { SpecSyntaxError, SpecValueError } from "./spec-errors.ts";
import type { Span, Token } from "./token.ts";

/** Tokens with one of lookahead, and the means to say what is wrong with one. */
export interface TokenStream {
  readonly text: string;
  readonly peek: () => Token | undefined;
  /** Takes the next token, which must be there. */
  readonly take: () => Token;
  /** Where the token ends that was taken last. */
  readonly taken: () => number;
  /** Puts a token in front. */
  readonly push: (token: Token) => void;
  readonly fail: (problem: string, expected: string, at?: Span) => never;
  /** Runs `action`; a SpecValueError in it becomes a syntax error at `at`. */
  readonly at: <T>(at: Span, action: () => T) => T;
}

/** `whole` and `base` tell where `text` stands in what the user wrote. */
export function tokenStream(text: string, whole: string = text, base = 0): TokenStream {
  const lex = specLexer(text);
  const waiting: Token[] = [];
  const end = { start: text.length, end: text.length };
  const fail = (problem: string, expected: string, at: Span = waiting[0] ?? end): never => {
    throw new SpecSyntaxError(problem, whole, {
      offset: base + at.start,
      length: at.end - at.start,
      expected,
    });
  };
  let lexed = 0;
  let taken = 0;
  const peek = (): Token | undefined => {
    if (waiting.length > 0) return waiting[0];
    const token = lex();
    if (token === "unexpected") return fail(...unexpected(text, lexed));
    if (token !== undefined) {
      lexed = token.end;
      waiting.push(token);
    }
    return token;
  };
  return {
    text,
    peek,
    take: () => {
      const token = peek();
      waiting.shift();
      if (token === undefined) return fail("it ends too early", "more");
      taken = token.end;
      return token;
    },
    taken: () => taken,
    push: (token) => waiting.unshift(token),
    fail,
    at: (at, action) => {
      try {
        return action();
      } catch (error) {
        if (!(error instanceof SpecValueError)) throw error;
        return fail(error.message, error.expected, at);
      }
    },
  };
}

/** The character at which no token starts, and what is wrong with it. */
function unexpected(text: string, lexed: number): [problem: string, expected: string, at: Span] {
  const start = lexed + (text.slice(lexed).length - text.slice(lexed).trimStart().length);
  const found = String.fromCodePoint(text.codePointAt(start) ?? 32);
  const at = { start, end: start + found.length };
  const rest = text.slice(start);
  if (found === "@") return ["a version is missing after the @", "a version, a range or a list of them", at];
  if ("+~-".includes(found)) return [`a variant is missing after the ${found}`, "the name of a variant", at];
  if (found === "/") return ["a hash is missing after the /", "letters and digits of a hash", at];
  if (found === "[") return ["the [ follows no sigil", "^[, %[ or %%[ without white space between", at];
  if (found === "=") return ["nothing is named before the =", "a name directly before the =", at];
  if (/^['"]/.test(rest)) return ["the quote has no partner, or stands alone", 'name="value"', at];
  return [`${found} has no meaning there`, "a name, version, variant, dependency or hash", at];
}
