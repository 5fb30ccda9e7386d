export * from '../story/typeset.ts';
