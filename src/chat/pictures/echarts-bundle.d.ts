/** The package describes its modules, not its bundle, which has the same exports. */
declare module 'echarts/dist/echarts.esm.min.mjs' {
  export * from 'echarts';
}
