declare module '*/native/executor' {
  const path: string;
  export default path;
}
declare module '*.bin' {
  const path: string;
  export default path;
}
declare module '*/digest.json' {
  const text: string;
  export default text;
}
