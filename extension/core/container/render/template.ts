import { templates } from "sygaldry:assets";
import type HandlebarsModule from "handlebars";
import runtime from "handlebars/runtime.js";
import { SygaldryError } from "../../base/errors.ts";
import { shellQuote } from "../../base/shell.ts";

/**
 * Renders one of templates/. A template says for each value where it lands: `{{sh x}}` one shell word, `{{docker x}}` a
 * quoted Dockerfile value; `{{x}}` is for text that a schema already confined (names, paths below the repository).
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
