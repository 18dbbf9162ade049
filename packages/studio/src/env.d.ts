declare module 'studio-sample.jpg' {
  const address: string;
  export default address;
}
