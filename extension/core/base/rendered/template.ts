import { templates } from "sygaldry:assets";
import type HandlebarsModule from "handlebars";
import runtime from "handlebars/runtime.js";
import { SygaldryError } from "../errors.ts";
import { shellQuote } from "../shell.ts";

/**
 * Renders one of templates/. A template says for each value where it lands: `{{sh x}}` one shell word, `{{docker x}}` a
 * quoted Dockerfile value, `{{starlark x}}` a text of Starlark; `{{x}}` is for text that a schema already confined (names, paths below the repository).
 */
export function renderTemplate(name: string, context: Readonly<Record<string, unknown>>): string {
  const template = templates[name];
  if (template === undefined) throw new SygaldryError("SYG-FILE", `there is no template ${name}`);
  return engine.template(template)(context);
}

/** A value for ENV or LABEL, in double quotes. Throws on line breaks, which a Dockerfile cannot carry there. */
function dockerQuote(value: string): string {
  if (/[\r\n]/.test(value)) {
    throw new SygaldryError(
      "SYG-CONFIG-INVALID",
      "a value with a line break cannot be part of a Dockerfile",
      {
        next: "Put it on one line.",
      },
    );
  }
  return `"${value.replace(/[\\"$]/g, "\\$&")}"`;
}

// The package's declaration of its runtime is empty; it is the same interface without the compiler.
const engine = (runtime as unknown as typeof HandlebarsModule).create();
engine.registerHelper("sh", (value: unknown) => shellQuote(String(value)));
engine.registerHelper("docker", (value: unknown) => dockerQuote(String(value)));
// A text of Starlark; below U+0020 JSON's escapes are not Starlark's, and no schema lets such characters through.
engine.registerHelper("starlark", (value: unknown) => JSON.stringify(String(value)));
