// Lets Node run the sources as they are: `node --import ./scripts/typescript.mjs src/cli/index.ts`. Node 22.18 and later
// read TypeScript by themselves, in half the time; for earlier ones tsx does it. Modules alone: to have it look through all
// that packages require as well would take a third of a second at every start.
if (!process.features.typescript) await import('tsx/esm');
