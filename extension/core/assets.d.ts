/** Made by build/assets.mjs: the templates and container files that rendering copies, and this package's version. */
declare module "sygaldry:assets" {
  export const assets: Readonly<Record<string, { readonly text: string; readonly executable: boolean }>>;
  export const version: string;
}
