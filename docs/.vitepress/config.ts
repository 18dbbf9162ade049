import { defineConfig } from 'vitepress';
import { checkLinks } from './check-links.ts';
import { leaveSite, repository } from './leave-site.ts';
import { apiPages, pagesOf } from './pages-of.ts';

const guides = [
  {
    text: 'Restore images',
    items: [
      { text: 'Start here', link: '/guides/start' },
      { text: 'In an app', link: '/guides/app' },
      { text: 'In a browser', link: '/guides/browser' },
      { text: 'From the command line', link: '/guides/restore' },
      { text: 'Without weights: blind mode', link: '/guides/blind' },
    ],
  },
  {
    text: 'Graft',
    items: [
      { text: 'Onto your own ONNX file', link: '/guides/graft' },
      { text: 'From a checkpoint', link: '/guides/checkpoints' },
      { text: 'From a program', link: '/guides/library' },
      { text: 'Several adapters', link: '/guides/several-adapters' },
    ],
  },
  {
    text: 'Train and publish',
    items: [
      { text: 'Train an adapter', link: '/guides/train' },
      { text: 'Measure it', link: '/guides/eval' },
      { text: 'Publish it', link: '/guides/adapters' },
    ],
  },
  {
    text: 'Run',
    items: [
      { text: 'Install', link: '/guides/install' },
      { text: 'Convert', link: '/guides/convert' },
      { text: 'Models in CI', link: '/guides/ci' },
      { text: 'Many machines', link: '/guides/many-machines' },
      { text: 'Serve with Triton', link: '/guides/serve' },
      { text: 'Validate, on a GPU too', link: '/guides/validate' },
      { text: 'Troubleshooting', link: '/guides/troubleshooting' },
    ],
  },
];

const reference = [
  {
    text: 'Reference',
    items: [
      { text: 'Command line', link: '/reference/cli' },
      { text: 'graft.config.json', link: '/reference/config' },
      { text: 'Errors', link: '/guides/troubleshooting' },
    ],
  },
  { text: 'API', items: apiPages() },
];

const about = [
  {
    text: 'About',
    items: [
      { text: 'The one idea', link: '/concepts' },
      { text: 'Security', link: '/security' },
    ],
  },
  { text: 'Benchmarks', items: pagesOf('benchmarks') },
  { text: 'Decisions', collapsed: true, items: pagesOf('decisions') },
  { text: 'Notes', collapsed: true, items: pagesOf('notes') },
];

/** Where the site is served below its host, such as /pip-graft/ on GitHub Pages. */
const base = process.env['DOCS_BASE'] ?? '/';

export default defineConfig({
  title: 'PIP Graft',
  description: 'Restore images from Node, and say which degradation to remove.',
  lang: 'en',
  base,
  head: [['link', { rel: 'icon', href: `${base}favicon.svg` }]],
  rewrites: (page) => page.replace(/README\.md$/, 'index.md'),
  markdown: { config: (md) => void md.use(leaveSite) },
  buildEnd: checkLinks,
  vite: { build: { chunkSizeWarningLimit: 4000 } },
  themeConfig: {
    outline: [2, 3],
    search: { provider: 'local' },
    nav: [
      // A page of its own, not one of this application.
      { text: 'Try it', link: '/try/index.html', target: '_self' },
      { text: 'Guides', link: '/guides/start', activeMatch: '^/guides/' },
      { text: 'Reference', link: '/reference/cli', activeMatch: '^/reference/' },
      { text: 'Benchmarks', link: '/benchmarks/restorer', activeMatch: '^/benchmarks/' },
      { text: 'Concepts', link: '/concepts', activeMatch: '^/(concepts|decisions|notes|security)' },
    ],
    sidebar: {
      '/guides/': guides,
      '/reference/': reference,
      '/benchmarks/': about,
      '/decisions/': about,
      '/notes/': about,
      '/concepts': about,
      '/security': about,
    },
    socialLinks: [{ icon: 'github', link: repository }],
    editLink: { pattern: `${repository}/edit/main/docs/:path`, text: 'Edit this page' },
    footer: { message: 'MIT licence. Not published to npm yet.' },
  },
});
