/** The folder of everything rendered but a Dockerfile that is asked for elsewhere; also the build context. */
export const devcontainerFolder = ".devcontainer";
