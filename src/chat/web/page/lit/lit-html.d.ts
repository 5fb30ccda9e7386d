/** Served beside the page from the package lit-html; see ../../page-files.ts. */
export * from 'lit-html';
