export { main } from './main.ts';
export { program } from './program.ts';
