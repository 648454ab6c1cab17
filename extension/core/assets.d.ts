/** Made by build/assets.mjs: the compiled templates, the container files that rendering copies, and the version. */
declare module "sygaldry:assets" {
  export const assets: Readonly<Record<string, { readonly text: string; readonly executable: boolean }>>;
  /** By file name below templates/. */
  export const templates: Readonly<Record<string, TemplateSpecification>>;
  export const version: string;
  /** A digest of all that decides how sygaldry.yaml is read. */
  export const configReader: string;
}
