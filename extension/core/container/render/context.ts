import { assets } from "sygaldry:assets";
import type { RenderedFile } from "../../base/rendered/rendered-file.ts";
import { devcontainerFolder } from "./files.ts";

/** Where files of this package go in the build context, by folder. */
const placed: readonly (readonly [from: string, to: string])[] = [
  ["container/image/", "image/"],
  ["container/runtime/", "runtime/"],
  ["container/entrypoints/", "runtime/entrypoints/"],
];

/** The scripts of the build context: those that build the image, and those that run in it. */
export function contextScripts(): readonly RenderedFile[] {
  return Object.entries(assets).flatMap(([name, { text, executable }]) => {
    const place = placed.find(([from]) => name.startsWith(from));
    if (place === undefined) return [];
    const [from, to] = place;
    return [{ path: `${devcontainerFolder}/${to}${name.slice(from.length)}`, content: text, executable }];
  });
}
