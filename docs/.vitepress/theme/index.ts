import DefaultTheme from 'vitepress/theme';
import BeforeAfter from './BeforeAfter.vue';
import './style.css';

export default {
  extends: DefaultTheme,
  enhanceApp({ app }: { app: { component: (name: string, value: unknown) => void } }) {
    app.component('BeforeAfter', BeforeAfter);
  },
};
